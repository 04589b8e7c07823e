// A file in memory whose bytes nobody can change any more, mapped for reading. Its descriptor is
// for sendfile(2).
#pragma once
#include <memory>
#include <string_view>

namespace sosik {

class SealedFile {
 public:
  // nullptr when the system has no descriptor or no memory for it.
  static std::unique_ptr<SealedFile> of(std::string_view bytes);
  ~SealedFile();
  SealedFile(const SealedFile&) = delete;
  SealedFile& operator=(const SealedFile&) = delete;

  std::string_view view() const { return view_; }
  int descriptor() const { return descriptor_; }

 private:
  SealedFile() = default;

  int descriptor_ = -1;
  std::string_view view_;  // of the mapping; empty before there is one
};

}  // namespace sosik
