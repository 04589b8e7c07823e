#include "lanes.hpp"

#include "catch.hpp"

using namespace sosik;
using namespace std::chrono_literals;
using Action = Lanes::Action;

namespace {

const Lanes::TimePoint now{};

Lanes::Entry entry(std::string host, std::int64_t id, Lanes::TimePoint not_before = now) {
  Lanes::Entry e;
  e.host = std::move(host);
  e.delivery.id = id;
  e.not_before = not_before;
  e.start_by = now + 1h;
  return e;
}

// "send 1" and so on, until nothing may start.
std::vector<std::string> all(Lanes& lanes, Lanes::TimePoint at) {
  std::vector<std::string> turns;
  while (auto turn = lanes.next(at)) {
    const char* names[] = {"send", "skip", "release"};
    turns.push_back(std::string(names[static_cast<int>(turn->action)]) + " " +
                    std::to_string(turn->entry.delivery.id));
  }
  return turns;
}

using Turns = std::vector<std::string>;

}  // namespace

TEST_CASE("A host gets its share and no more, and hosts take turns [N-084]", "[publish]") {
  Lanes lanes(10, 2);
  for (int i = 1; i <= 4; ++i) lanes.add(entry("slow.example", i));
  lanes.add(entry("quick.example", 5));
  CHECK(all(lanes, now) == Turns{"send 5", "send 1", "send 2"});
  CHECK(lanes.running() == 3);
  CHECK(lanes.waiting() == 2);
  lanes.finished("slow.example", true, now);
  CHECK(all(lanes, now) == Turns{"send 3"});
}

TEST_CASE("No more than the limit run at a time in all", "[publish]") {
  Lanes lanes(3, 2);
  for (int i = 1; i <= 6; ++i) lanes.add(entry(std::string(1, static_cast<char>('a' + i % 3)), i));
  CHECK(all(lanes, now).size() == 3);
  CHECK(all(lanes, now).empty());
  lanes.finished("a", true, now);
  CHECK(all(lanes, now).size() == 1);
}

TEST_CASE("A host that is down is asked by one probe now and then, the rest is not sent [N-086]",
          "[publish]") {
  Lanes lanes(10, 4);
  auto at = now;
  for (int i = 0; i < Lanes::failures_until_down; ++i) {
    lanes.add(entry("down.example", 100 + i));
    REQUIRE(all(lanes, at).size() == 1);
    lanes.finished("down.example", false, at);
  }
  for (int i = 1; i <= 3; ++i) lanes.add(entry("down.example", i));
  lanes.add(entry("up.example", 9));
  CHECK(all(lanes, at) == Turns{"send 9", "skip 1", "skip 2", "skip 3"});

  at += Lanes::probe_after;
  for (int i = 4; i <= 6; ++i) lanes.add(entry("down.example", i));
  CHECK(all(lanes, at) == Turns{"send 4"});  // the probe; others wait for what it finds
  SECTION("still down") {
    lanes.finished("down.example", false, at);
    CHECK(all(lanes, at) == Turns{"skip 5", "skip 6"});
  }
  SECTION("up again") {
    lanes.finished("down.example", true, at);
    CHECK(all(lanes, at) == Turns{"send 5", "send 6"});
  }
}

TEST_CASE("What is held back starts at its moment", "[publish]") {
  Lanes lanes(10, 4);
  lanes.add(entry("a.example", 1, now + 5s));
  lanes.add(entry("a.example", 2));
  CHECK(all(lanes, now) == Turns{"send 2"});
  CHECK((lanes.earliest(now) == now + 5s));
  CHECK(all(lanes, now + 5s) == Turns{"send 1"});
  CHECK_FALSE(lanes.earliest(now + 5s).has_value());
}

TEST_CASE("A claim that waited too long is given back before its lease ends [N-203]", "[publish]") {
  Lanes lanes(10, 1);
  lanes.add(entry("a.example", 1));
  lanes.add(entry("a.example", 2));
  CHECK(all(lanes, now) == Turns{"send 1"});
  CHECK(all(lanes, now + 2h) == Turns{"release 2"});
  CHECK(lanes.waiting() == 0);
}

TEST_CASE("A target for which enough waits is full until its turn has come [N-084]", "[publish]") {
  Lanes lanes(10, 1);
  auto add = [&](std::string target, int count, Lanes::TimePoint not_before = now) {
    for (int i = 0; i < count; ++i) {
      auto e = entry("a.example", i, not_before);
      e.delivery.target = target;
      lanes.add(std::move(e));
    }
  };
  using Names = std::vector<std::string>;
  add("slow", 4);
  add("quick", 3);
  CHECK(lanes.full_targets(now) == Names{"slow"});
  CHECK(all(lanes, now) == Turns{"send 0"});
  CHECK(lanes.full_targets(now).empty());
  add("slow", 1);
  add("quick", 1);
  CHECK(lanes.full_targets(now) == Names{"quick", "slow"});
  lanes.take_all();
  CHECK(lanes.full_targets(now).empty());

  // What is held back does not count until its moment, unless it is very much.
  add("old", 511, now + 5s);
  CHECK(lanes.full_targets(now).empty());
  CHECK(lanes.full_targets(now + 5s) == Names{"old"});
  add("old", 1, now + 5s);
  CHECK(lanes.full_targets(now) == Names{"old"});
}

TEST_CASE("What waits is taken out whole at the end", "[publish]") {
  Lanes lanes(1, 1);
  for (int i = 1; i <= 3; ++i) lanes.add(entry("a.example", i));
  CHECK(all(lanes, now).size() == 1);
  CHECK(lanes.take_all().size() == 2);
  CHECK(lanes.waiting() == 0);
  CHECK(lanes.running() == 1);
}
