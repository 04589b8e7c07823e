#include "poll_budget.hpp"

#include <algorithm>
#include <cstring>
#include <random>

#include "sosik/base/digest.hpp"

namespace sosik {

namespace {

constexpr std::uint64_t aggregator_factor = 10, conditional_factor = 10;
constexpr std::chrono::nanoseconds hour = std::chrono::hours(1);

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

PollBudget::PollBudget(const PollLimits& limits)
    : per_hour_(limits.per_hour), seed_(random_seed()) {
  if (per_hour_ > 0) sets_.resize(std::max<std::size_t>(1, limits.table_bytes / sizeof(Set)));
}

std::uint64_t PollBudget::key_of(const Poll& poll) const {
  struct {
    std::uint64_t seed, feed, kind;
    AddressBytes prefix;
  } parts{seed_, poll.feed, kind_of(poll), poll.client.prefix()};
  static_assert(sizeof parts == 40);  // no padding
  return hash64({reinterpret_cast<const char*>(&parts), sizeof parts});
}

unsigned PollBudget::ask(const Poll& poll, Time now, bool spends) {
  if (!counts(poll.client)) return 0;
  const std::uint64_t key = key_of(poll);
  const std::size_t place = key % sets_.size();
  const std::uint64_t times = per_hour_ * (poll.is_aggregator ? aggregator_factor : 1) *
                              (poll.is_conditional ? conditional_factor : 1);
  const auto cost = hour / static_cast<std::int64_t>(times);

  const std::lock_guard lock(mutexes_[place % mutexes_.size()]);
  Set& set = sets_[place];
  auto found = std::ranges::find(set, key, &Client::key);
  if (found == set.end()) {
    if (!spends) return 0;
    found = std::ranges::min_element(set, {}, &Client::full_at);
    *found = {key, now};
  }
  const Time full_at = std::max(found->full_at, now) + cost;
  if (full_at <= now + hour) {
    if (spends) found->full_at = full_at;
    return 0;
  }
  throttled_[kind_of(poll)].fetch_add(1, std::memory_order_relaxed);
  const auto wait = std::chrono::ceil<std::chrono::seconds>(full_at - hour - now);
  return static_cast<unsigned>(std::max<std::int64_t>(1, wait.count()));
}

}  // namespace sosik
