// The time that all nodes of a store go by (docs/nodes.md, S-055): this machine's, corrected by how
// far it is off from the store's own clock, where that has one. Any thread may ask.
#pragma once
#include <atomic>
#include <optional>

#include "sosik/base/clock.hpp"

namespace sosik {

class StoreClock final : public Clock {
 public:
  // `machine` must outlive it.
  explicit StoreClock(const Clock& machine) : machine_(machine) {}
  Timestamp now() const override { return machine_.now() + ahead_.load(); }

  // The store answered a question that was asked at `asked` with `theirs`. One whose answer took
  // long says little, and what is known better stays.
  void set(Timestamp theirs, Timestamp asked, Timestamp answered);
  // How far the store is ahead of this machine.
  std::chrono::milliseconds ahead() const { return ahead_; }

 private:
  const Clock& machine_;
  std::atomic<std::chrono::milliseconds> ahead_{std::chrono::milliseconds(0)};
};

}  // namespace sosik
