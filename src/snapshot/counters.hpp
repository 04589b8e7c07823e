// What SnapshotStatistics sums up since the start. Any thread.
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "sosik/snapshot/snapshot.hpp"

namespace sosik {

struct Counters {
  using Count = std::atomic<std::uint64_t>;
  std::array<Count, format_count> rendered{}, render_nanoseconds{};
  std::array<Count, coding_count> compressed{}, compress_nanoseconds{};
  Count refused{0}, evictions{0};
};

// Adds the time from here to the end of the scope.
class Stopwatch {
 public:
  explicit Stopwatch(Counters::Count& nanoseconds) : nanoseconds_(nanoseconds) {}
  ~Stopwatch() {
    const std::chrono::nanoseconds passed = std::chrono::steady_clock::now() - begin_;
    nanoseconds_ += static_cast<std::uint64_t>(passed.count());
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  Counters::Count& nanoseconds_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace sosik
