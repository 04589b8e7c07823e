// The wall clock, as a thing one is given. Everything that asks what time it is takes a `const
// Clock&`, so that tests (tests/support/fake_clock.hpp) can move time by hand. Any thread may ask.
#pragma once
#include <chrono>

namespace sosik {

// An instant in UTC with millisecond precision: the unit of the post store and of every date we
// emit.
using Timestamp = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

constexpr Timestamp from_unix_ms(std::int64_t ms) {
  return Timestamp(std::chrono::milliseconds(ms));
}
constexpr std::int64_t to_unix_ms(Timestamp t) { return t.time_since_epoch().count(); }
constexpr std::int64_t to_unix_seconds(Timestamp t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  }
};

}  // namespace sosik
