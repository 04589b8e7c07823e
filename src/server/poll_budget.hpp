// The PollBudget slows down who fetches a feed in whole again and again (H-235 to H-238). A client,
// which is an address prefix and whether it says to be a hosted aggregator, may fetch each feed
// PollLimits::per_hour times an hour without asking whether it has changed, at any pace; what was
// spent comes back evenly. Who asks, and gets the feed all the same, because it has changed or
// because the question was made up, has a second budget of ten times that (H-236); aggregators have
// ten times of both. Only a would-be 200 is asked about: 304s are free.
//
// Loopback and unknown clients (of a Unix socket) are never slowed: behind a proxy that nobody
// listed as trusted all readers would look like one.
//
// Memory is fixed: a table of sets of eight. In a full set the client with the most left is
// forgotten, which does it no harm. Where a client stands in the table depends on a random number,
// so that nobody can aim. Monotonic time: clock jumps do nothing. Any thread.
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "client_address.hpp"
#include "sosik/server/server.hpp"

namespace sosik {

class PollBudget {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit PollBudget(const PollLimits&);

  // What is about to be answered with the whole feed.
  struct Poll {
    ClientAddress client;
    std::uint64_t feed = 0;
    bool is_aggregator = false;
    bool is_conditional = false;
  };

  // Has this client a budget at all? Ask first: for most it spares everything else.
  bool counts(const ClientAddress& client) const {
    return per_hour_ > 0 && client.is_known() && !client.is_loopback();
  }
  // Seconds to wait (Retry-After); 0: it is granted, and spent.
  unsigned spend(const Poll& poll, Time now) { return ask(poll, now, true); }
  // The same, but nothing is spent: before work is done for an answer that would be refused.
  unsigned must_wait(const Poll& poll, Time now) { return ask(poll, now, false); }

  ServerCounters::Throttled throttled_addresses() const { return {throttled_[0], throttled_[2]}; }
  ServerCounters::Throttled throttled_aggregators() const { return {throttled_[1], throttled_[3]}; }

 private:
  // The generic cell rate algorithm: `full_at` is when everything spent will have come back.
  struct Client {
    std::uint64_t key = 0;
    Time full_at{};
  };
  using Set = std::array<Client, 8>;

  unsigned ask(const Poll&, Time now, bool spends);
  // Four kinds of polls have budgets and counters of their own.
  static std::size_t kind_of(const Poll& poll) {
    return (poll.is_aggregator ? 1u : 0u) | (poll.is_conditional ? 2u : 0u);
  }
  std::uint64_t key_of(const Poll&) const;

  const unsigned per_hour_;
  const std::uint64_t seed_;
  std::array<std::mutex, 64> mutexes_;  // by set
  std::vector<Set> sets_;               // protected by its mutex; empty without a limit
  std::array<std::atomic<std::uint64_t>, 4> throttled_{};  // by kind
};

}  // namespace sosik
