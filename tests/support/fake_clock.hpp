// Time that stands still until a test moves it.
#pragma once
#include <atomic>

#include "sosik/base/clock.hpp"

namespace sosik {

class FakeClock final : public Clock {
 public:
  explicit FakeClock(std::int64_t unix_ms = 1'795'424'709'000)
      : now_(unix_ms) {}  // 2026-11-23 09:05:09 UTC
  Timestamp now() const override { return from_unix_ms(now_.load()); }
  void set(Timestamp t) { now_.store(to_unix_ms(t)); }
  template <class Duration>
  void advance(Duration d) {
    now_ += std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
  }

 private:
  std::atomic<std::int64_t> now_;
};

}  // namespace sosik
