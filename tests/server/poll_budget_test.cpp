#include "poll_budget.hpp"

#include <malloc.h>

#include <thread>

#include "catch.hpp"

using namespace sosik;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

ClientAddress client(const std::string& text) { return ClientAddress(parse_address(text).value()); }

PollBudget::Poll poll(const std::string& address, std::uint64_t feed = 1) {
  PollBudget::Poll poll;
  poll.client = client(address);
  poll.feed = feed;
  return poll;
}

PollLimits limits(unsigned per_hour) {
  PollLimits limits;
  limits.per_hour = per_hour;
  return limits;
}

const PollBudget::Time start = PollBudget::Time(hours(1000));

// How many are granted in one moment.
int granted(PollBudget& budget, const PollBudget::Poll& poll, PollBudget::Time now) {
  int count = 0;
  while (count < 100'000 && budget.spend(poll, now) == 0) ++count;
  return count;
}

}  // namespace

TEST_CASE("An hour's polls may come at once; what was spent comes back evenly",
          "[server][polls][H-235]") {
  PollBudget budget(limits(60));
  const auto reader = poll("203.0.113.7");
  CHECK(granted(budget, reader, start) == 60);
  CHECK(budget.spend(reader, start) == 60);  // seconds until the next
  CHECK(budget.spend(reader, start + seconds(59)) == 1);
  CHECK(budget.spend(reader, start + seconds(60)) == 0);
  CHECK(budget.spend(reader, start + seconds(60)) == 60);
  CHECK(granted(budget, reader, start + seconds(60) + hours(1)) == 60);
  CHECK(budget.throttled_addresses().not_asked == 5);
  CHECK(budget.throttled_addresses().asked == 0);
  CHECK(budget.throttled_aggregators().not_asked == 0);
}

TEST_CASE("Asking the budget spends nothing", "[server][polls][H-235]") {
  PollBudget budget(limits(2));
  const auto reader = poll("203.0.113.7");
  for (int i = 0; i < 5; ++i) CHECK(budget.must_wait(reader, start) == 0);
  CHECK(granted(budget, reader, start) == 2);
  CHECK(budget.must_wait(reader, start) == 1800);
  CHECK(budget.must_wait(reader, start + seconds(1800)) == 0);
  CHECK(budget.spend(reader, start + seconds(1800)) == 0);
  CHECK(budget.throttled_addresses().not_asked == 2);  // every answer 429
}

TEST_CASE("Who waits as long as told is served", "[server][polls][H-235]") {
  const unsigned per_hour = GENERATE(1u, 7u, 60u, 3600u);
  INFO(per_hour);
  PollBudget budget(limits(per_hour));
  const auto reader = poll("203.0.113.7");
  PollBudget::Time now = start;
  for (int i = 0; i < 200; ++i) {
    if (const unsigned wait = budget.spend(reader, now)) {
      now += seconds(wait);
      REQUIRE(budget.spend(reader, now) == 0);
    }
  }
}

TEST_CASE("Asking whether it has changed, and aggregators, have budgets of ten times that",
          "[server][polls][H-236][H-238]") {
  PollBudget budget(limits(6));
  auto reader = poll("203.0.113.7");
  CHECK(granted(budget, reader, start) == 6);
  reader.is_conditional = true;  // another budget, which the first has not touched
  CHECK(granted(budget, reader, start) == 60);
  reader.is_aggregator = true;
  CHECK(granted(budget, reader, start) == 600);
  reader.is_conditional = false;
  CHECK(granted(budget, reader, start) == 60);
  budget.spend(reader, start);
  CHECK(budget.throttled_addresses().not_asked == 1);
  CHECK(budget.throttled_addresses().asked == 1);
  CHECK(budget.throttled_aggregators().not_asked == 2);
  CHECK(budget.throttled_aggregators().asked == 1);
}

TEST_CASE("A client is an IPv4 address or an IPv6 /56, and each feed is counted for itself",
          "[server][polls][H-237]") {
  PollBudget budget(limits(1));
  CHECK(budget.spend(poll("203.0.113.7"), start) == 0);
  CHECK(budget.spend(poll("203.0.113.7"), start) > 0);
  CHECK(budget.spend(poll("203.0.113.8"), start) == 0);
  CHECK(budget.spend(poll("203.0.113.7", 2), start) == 0);
  CHECK(budget.spend(poll("::ffff:203.0.113.7"), start) > 0);
  CHECK(budget.spend(poll("2001:db8:0:1200::1"), start) == 0);
  CHECK(budget.spend(poll("2001:db8:0:12ff:ffff::2"), start) > 0);
  CHECK(budget.spend(poll("2001:db8:0:1300::1"), start) == 0);
}

TEST_CASE("Loopback, unknown clients and a limit of 0 are never counted", "[server][polls]") {
  PollBudget budget(limits(1));
  CHECK(granted(budget, poll("127.0.0.1"), start) == 100'000);
  CHECK(granted(budget, poll("127.1.2.3"), start) == 100'000);
  CHECK(granted(budget, poll("::1"), start) == 100'000);
  CHECK(granted(budget, PollBudget::Poll{}, start) == 100'000);
  PollBudget unlimited(limits(0));
  CHECK(granted(unlimited, poll("203.0.113.7"), start) == 100'000);
}

TEST_CASE("A million clients take no more memory than a thousand", "[server][polls][H-237]") {
  PollBudget budget(limits(60));
  const auto abuser = poll("198.51.100.1");
  const auto ask_all = [&](unsigned from, unsigned to) {
    for (unsigned i = from; i < to; ++i) {
      AddressBytes bytes{0x20,
                         0x01,
                         0x0d,
                         0xb8,
                         static_cast<unsigned char>(i >> 16),
                         static_cast<unsigned char>(i >> 8),
                         static_cast<unsigned char>(i)};
      PollBudget::Poll one;
      one.client = ClientAddress(bytes);
      if (budget.spend(one, start) != 0) return false;
    }
    return true;
  };
  CHECK(granted(budget, abuser, start) == 60);
  REQUIRE(ask_all(0, 1000));
  const std::size_t before = ::mallinfo2().uordblks;
  REQUIRE(ask_all(1000, 1'000'000));
  CHECK(::mallinfo2().uordblks == before);
  // Each of them has spent less, so they were forgotten rather than the one who has spent it all.
  CHECK(budget.spend(abuser, start) > 0);
}

TEST_CASE("The smallest table works", "[server][polls]") {
  PollLimits small = limits(2);
  small.table_bytes = 1;
  PollBudget budget(small);
  const auto abuser = poll("198.51.100.1");
  CHECK(granted(budget, abuser, start) == 2);
  for (int i = 1; i < 100; ++i)
    CHECK(budget.spend(poll("203.0.113." + std::to_string(i)), start) == 0);
  CHECK(budget.spend(abuser, start) > 0);
}

TEST_CASE("Many threads grant exactly what one would", "[server][polls][threads]") {
  PollBudget budget(limits(600));
  const auto reader = poll("203.0.113.7");
  std::atomic<int> count{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i)
        if (budget.spend(reader, start) == 0) ++count;
    });
  for (auto& thread : threads) thread.join();
  CHECK(count == 600);
  CHECK(budget.throttled_addresses().not_asked == 1400);
}
