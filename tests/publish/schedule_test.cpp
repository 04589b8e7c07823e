#include "sosik/publish/schedule.hpp"

#include <set>

#include "catch.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

constexpr TargetKind kinds[] = {TargetKind::websub,   TargetKind::ping,     TargetKind::webhook,
                                TargetKind::rsscloud, TargetKind::indexnow, TargetKind::slack,
                                TargetKind::discord,  TargetKind::purge};
const Timestamp start = from_unix_ms(1'795'424'709'000);

Delivery delivery(TargetKind kind, std::int64_t id) {
  Delivery d;
  d.id = id;
  d.kind = kind;
  d.created_at = d.next_at = d.due_at = start;
  return d;
}

// The waits a delivery that always fails goes through.
std::vector<std::chrono::milliseconds> lifetime_of(const Delivery& d) {
  std::vector<std::chrono::milliseconds> all;
  auto now = start;
  for (int failed = 1; failed < 1000; ++failed) {
    auto next = next_attempt(d, failed, now);
    if (!next) break;
    all.push_back(*next - now);
    now = *next;
  }
  return all;
}

}  // namespace

TEST_CASE("A schedule never shortens and always ends, whatever the delivery", "[publish]") {
  for (auto kind : kinds) {
    for (std::int64_t id = 1; id <= 2000; ++id) {
      auto all = lifetime_of(delivery(kind, id));
      INFO(to_string(kind) << " " << id);
      REQUIRE(!all.empty());
      REQUIRE(all.size() <= 9);
      REQUIRE(std::is_sorted(all.begin(), all.end()));
    }
  }
}

TEST_CASE("No wait is longer than the store believes [N-214]", "[publish]") {
  for (auto kind : kinds) {
    std::chrono::milliseconds longest{0};
    for (std::int64_t id = 1; id <= 2000; ++id) {
      auto d = delivery(kind, id);
      for (auto wait : lifetime_of(d)) longest = std::max(longest, wait);
      for (int failed = 1; failed <= 10; ++failed) {
        if (auto next = next_attempt(d, failed, start, 1000h))
          longest = std::max(longest, std::chrono::milliseconds(*next - start));
      }
    }
    INFO(to_string(kind));
    CHECK(longest <= longest_delivery_wait);
  }
}

TEST_CASE("Each wait is the table's, give or take a tenth", "[publish]") {
  for (auto kind : kinds) {
    std::chrono::milliseconds least{24h * 30}, most{0};
    for (std::int64_t id = 1; id <= 500; ++id) {
      auto wait = *next_attempt(delivery(kind, id), 1, start) - start;
      least = std::min(least, wait);
      most = std::max(most, wait);
    }
    std::chrono::duration<double> first = waits(kind)[0];
    INFO(to_string(kind));
    CHECK(least >= first * 0.9 - 1ms);
    CHECK(least < first * 0.92);
    CHECK(most <= first * 1.1);
    CHECK(most > first * 1.08);
  }
}

TEST_CASE("The webhook's waits are those of Standard Webhooks [N-157]", "[publish]") {
  std::vector<std::chrono::seconds> want = {5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
  auto table = waits(TargetKind::webhook);
  CHECK(std::vector<std::chrono::seconds>(table.begin(), table.end()) == want);
}

TEST_CASE("A chat is given up within a day, a purge within some minutes", "[publish]") {
  const auto sum = [](TargetKind kind, std::int64_t id) {
    std::chrono::milliseconds all{0};
    for (auto wait : lifetime_of(delivery(kind, id))) all += wait;
    return all;
  };
  for (std::int64_t id = 1; id <= 500; ++id) {
    REQUIRE(sum(TargetKind::slack, id) < 24h);
    REQUIRE(sum(TargetKind::discord, id) > 12h);
    REQUIRE(sum(TargetKind::purge, id) < 4min);
    REQUIRE(sum(TargetKind::indexnow, id) < 9h);
  }
}

TEST_CASE("A ping is retried at most three times within half an hour [N-095]", "[publish]") {
  auto kind = GENERATE(TargetKind::ping, TargetKind::rsscloud);
  for (std::int64_t id = 1; id <= 2000; ++id) {
    auto all = lifetime_of(delivery(kind, id));
    std::chrono::milliseconds sum{0};
    for (auto wait : all) sum += wait;
    REQUIRE(all.size() <= 3);
    REQUIRE(sum <= 30min);
  }
}

TEST_CASE("The spread is the same for the same delivery and attempt, and differs between them",
          "[publish]") {
  auto d = delivery(TargetKind::webhook, 7);
  CHECK(next_attempt(d, 3, start) == next_attempt(d, 3, start));
  std::set<Timestamp> moments;
  for (std::int64_t id = 1; id <= 50; ++id) {
    moments.insert(*next_attempt(delivery(TargetKind::webhook, id), 3, start));
  }
  CHECK(moments.size() == 50);
}

TEST_CASE("Retry-After lengthens a wait, up to a day, and never shortens one [N-156]",
          "[publish]") {
  auto d = delivery(TargetKind::webhook, 7);
  CHECK(*next_attempt(d, 1, start, 120s) == start + 120s);
  CHECK(*next_attempt(d, 1, start, 0s) == *next_attempt(d, 1, start));
  CHECK(*next_attempt(d, 3, start, 60s) == *next_attempt(d, 3, start));
  CHECK(*next_attempt(d, 1, start, std::chrono::seconds(1'000'000)) == start + 24h);
  CHECK_FALSE(next_attempt(d, 10, start, 60s));
}

TEST_CASE("A ping is worthless after its time, other deliveries are not [N-209]", "[publish]") {
  auto d = delivery(GENERATE(TargetKind::ping, TargetKind::rsscloud), 7);
  CHECK_FALSE(is_expired(d, start + ping_lifetime));
  CHECK(is_expired(d, start + ping_lifetime + 1ms));
  CHECK_FALSE(is_expired(delivery(TargetKind::webhook, 7), start + 24h * 365));
  CHECK_FALSE(is_expired(delivery(TargetKind::websub, 7), start + 24h * 365));
  CHECK(next_attempt(d, 1, start, 30min) == start + 30min);
  CHECK_FALSE(next_attempt(d, 1, start, 31min));
}

TEST_CASE("What has been due for long is spread, what came due now is not held back [N-209]",
          "[publish]") {
  std::set<std::chrono::milliseconds> holds;
  for (std::int64_t id = 1; id <= 100; ++id) {
    auto d = delivery(TargetKind::webhook, id);
    REQUIRE(hold_back(d, start, start + 1min, 20s) == 0ms);
    auto hold = hold_back(d, start, start + 5h, 20s);
    REQUIRE(hold >= 0ms);
    REQUIRE(hold <= 20s);
    holds.insert(hold);
  }
  CHECK(holds.size() > 90);
}
