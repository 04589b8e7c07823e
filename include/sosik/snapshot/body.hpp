// A Body is the bytes of a representation, one copy of them, immutable. Any thread may look.
#pragma once
#include <string>
#include <string_view>

namespace sosik {

class Body {
 public:
  Body() = default;
  explicit Body(std::string bytes) : bytes_(std::move(bytes)) {}

  std::string_view view() const noexcept { return bytes_; }
  std::size_t size() const noexcept { return view().size(); }
  // For sendfile(2): the same bytes from offset 0; -1 when they are in memory only.
  int descriptor() const noexcept { return -1; }

 private:
  std::string bytes_;
};

}  // namespace sosik
