// The first two lines of every response, made once a second: status and Date (H-119). One object a
// thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "sosik/base/clock.hpp"

namespace sosik {

class StatusLines {
 public:
  // Call before the others, for each response.
  void set(Timestamp now) {
    const std::int64_t second = to_unix_ms(now) / 1000;
    if (second != second_) make(now, second);
  }
  std::string_view ok() const { return ok_; }
  std::string_view not_modified() const { return not_modified_; }
  void append(std::string& to, int status) const;

 private:
  void make(Timestamp now, std::int64_t second);

  std::int64_t second_ = -1;
  std::string date_, ok_, not_modified_;
};

// RFC 9110 section 15: "Not Found".
std::string_view reason_phrase(int status);

}  // namespace sosik
