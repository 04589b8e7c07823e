// A Body is the bytes of a representation, one copy of them, immutable. Any thread may look.
//
// Copies of a Body share the bytes, which go when the last one does: in plain memory, or, where
// they are many, in a sealed file in memory, which sendfile(2) sends without copying.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace sosik {

class Body {
 public:
  Body() = default;
  explicit Body(std::string bytes) : Body(std::make_shared<const std::string>(std::move(bytes))) {}
  // Bytes that `owner` keeps, and the file that holds the same from offset 0, or -1.
  Body(std::string_view bytes, int descriptor, std::shared_ptr<const void> owner)
      : bytes_(bytes), descriptor_(descriptor), owner_(std::move(owner)) {}

  std::string_view view() const noexcept { return bytes_; }
  std::size_t size() const noexcept { return bytes_.size(); }
  // For sendfile(2): the same bytes from offset 0; -1 when they are in plain memory only. Valid as
  // long as the Body; not to be written to, moved in or closed.
  int descriptor() const noexcept { return descriptor_; }
  // The same for all copies.
  const void* owner() const noexcept { return owner_.get(); }

 private:
  explicit Body(std::shared_ptr<const std::string> bytes)
      : bytes_(*bytes), owner_(std::move(bytes)) {}

  std::string_view bytes_;
  int descriptor_ = -1;
  std::shared_ptr<const void> owner_;
};

}  // namespace sosik
