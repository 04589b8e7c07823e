// The Recorder writes attempts down, as many at a time as there are: while one transaction is on
// its way to the disk, the next ones gather. What the store does not take is tried again until the
// lease of the first of them is over; then others may claim it. One thread, of the publisher's.
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/net/log.hpp"
#include "sosik/net/task_group.hpp"
#include "sosik/publish/publisher.hpp"
#include "sosik/store/ledger.hpp"
#include "store_desk.hpp"

namespace sosik {

class Recorder {
 public:
  // All must outlive the recorder. `on_written`: what waited behind what has ended may be due now.
  Recorder(StoreDesk& desk, TaskGroup& group, const Clock& clock, Log& log,
           std::chrono::seconds lease, std::chrono::hours disable_after,
           std::function<void()> on_written)
      : desk_(desk),
        group_(group),
        clock_(clock),
        log_(log),
        lease_(lease),
        disable_after_(disable_after),
        on_written_(std::move(on_written)) {}

  // Returns at once; the group holds a task until everything is written.
  void write_down(const Delivery&, Attempt, AttemptOutcome);
  // Gives the claim back, due now or then; it does not count as an attempt.
  void give_back(const Delivery& delivery) { give_back(delivery, clock_.now()); }
  void give_back(const Delivery&, Timestamp due_at);

  AttemptCounts counts() const;  // any thread

 private:
  void add(AttemptRecord);
  Task<> write_all();
  Task<bool> write(std::span<const AttemptRecord> batch);
  void report(std::span<const AttemptRecord>, std::span<const Recorded>) const;
  void report_one(const AttemptRecord&) const;

  StoreDesk& desk_;
  TaskGroup& group_;
  const Clock& clock_;
  Log& log_;
  const std::chrono::seconds lease_;
  const std::chrono::hours disable_after_;
  const std::function<void()> on_written_;
  std::vector<AttemptRecord> queue_;
  bool is_writing_ = false;
  std::array<std::array<std::atomic<std::uint64_t>, std::tuple_size_v<AttemptCounts::value_type>>,
             std::tuple_size_v<AttemptCounts>>
      counts_{};
};

}  // namespace sosik
