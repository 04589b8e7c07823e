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
  e.deliveries.resize(1);
  e.deliveries.front().id = id;
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
                    std::to_string(turn->entry.deliveries.front().id));
  }
  return turns;
}

using Turns = std::vector<std::string>;

}  // namespace

TEST_CASE("A host gets its share and no more, and hosts take turns [N-084]", "[publish]") {
  Lanes lanes(10, 2);
  for (int i = 1; i <= 4; ++i) lanes.add(entry("slow.example", i), now);
  lanes.add(entry("quick.example", 5), now);
  CHECK(all(lanes, now) == Turns{"send 1", "send 5", "send 2"});
  CHECK(lanes.running() == 3);
  CHECK(lanes.waiting() == 2);
  lanes.finished("slow.example", true, now);
  CHECK(all(lanes, now) == Turns{"send 3"});
}

TEST_CASE("No more than the limit run at a time in all", "[publish]") {
  Lanes lanes(3, 2);
  for (int i = 1; i <= 6; ++i)
    lanes.add(entry(std::string(1, static_cast<char>('a' + i % 3)), i), now);
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
    lanes.add(entry("down.example", 100 + i), now);
    REQUIRE(all(lanes, at).size() == 1);
    lanes.finished("down.example", false, at);
  }
  for (int i = 1; i <= 3; ++i) lanes.add(entry("down.example", i), now);
  lanes.add(entry("up.example", 9), now);
  CHECK(all(lanes, at) == Turns{"skip 1", "send 9", "skip 2", "skip 3"});

  at += Lanes::probe_after;
  for (int i = 4; i <= 6; ++i) lanes.add(entry("down.example", i), now);
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
  lanes.add(entry("a.example", 1, now + 5s), now);
  lanes.add(entry("a.example", 2), now);
  CHECK(all(lanes, now) == Turns{"send 2"});
  CHECK((lanes.earliest() == now + 5s));
  CHECK(all(lanes, now + 5s) == Turns{"send 1"});
  CHECK_FALSE(lanes.earliest().has_value());
}

TEST_CASE("A claim that waited too long is given back before its lease ends [N-203]", "[publish]") {
  Lanes lanes(10, 1);
  lanes.add(entry("a.example", 1), now);
  lanes.add(entry("a.example", 2), now);
  CHECK(all(lanes, now) == Turns{"send 1"});
  CHECK(all(lanes, now + 2h).empty());  // its lane is busy
  const auto late = lanes.overdue(now + 2h);
  REQUIRE(late.size() == 1);
  CHECK(late.front().deliveries.front().id == 2);
  CHECK(lanes.waiting() == 0);
  lanes.add(entry("b.example", 3), now);
  CHECK(all(lanes, now + 2h) == Turns{"release 3"});
}

TEST_CASE("A target for which enough waits is full until its turn has come [N-084]", "[publish]") {
  Lanes lanes(10, 1);
  auto add = [&](std::string target, int count, Lanes::TimePoint not_before = now) {
    for (int i = 0; i < count; ++i) {
      auto e = entry("a.example", i, not_before);
      e.deliveries.front().target = target;
      lanes.add(std::move(e), now);
    }
  };
  using Names = std::set<std::string>;
  add("slow", 4);
  add("quick", 3);
  CHECK(lanes.full_targets() == Names{"slow"});
  CHECK(all(lanes, now) == Turns{"send 0"});
  CHECK(lanes.full_targets().empty());
  add("slow", 1);
  add("quick", 1);
  CHECK(lanes.full_targets() == Names{"quick", "slow"});
  lanes.take_all();
  CHECK(lanes.full_targets().empty());

  // What is held back does not count until its moment, unless it is very much.
  add("old", 511, now + 5s);
  CHECK(lanes.full_targets().empty());
  add("old", 1, now + 5s);
  CHECK(lanes.full_targets() == Names{"old"});
  lanes.take_all();
  add("due", 4, now + 5s);
  CHECK(lanes.full_targets().empty());
  lanes.finished("a.example", true, now + 5s);
  CHECK(all(lanes, now + 5s) == Turns{"send 0"});
  add("due", 1, now);
  CHECK(lanes.full_targets() == Names{"due"});
}

TEST_CASE("A host for which enough waits is full, to however many targets it goes [N-084]",
          "[publish]") {
  Lanes lanes(10, 1);
  auto add = [&](int first, int last, std::string host, Lanes::TimePoint not_before = now) {
    for (int i = first; i <= last; ++i) {
      auto e = entry(host, i, not_before);
      e.deliveries.front().target = "t" + std::to_string(i);
      lanes.add(std::move(e), now);
    }
  };
  using Names = std::set<std::string>;
  const int enough = Lanes::rounds_of_host;
  add(1, enough - 1, "slow");
  CHECK(lanes.full_hosts().empty());
  CHECK(lanes.pressing() == lanes.waiting());
  add(enough, enough + 3, "slow");
  add(100, 101, "quick");
  CHECK(lanes.full_hosts() == Names{"slow"});
  CHECK(lanes.full_targets().empty());
  CHECK(lanes.pressing() == 2);  // the backlog of the slow one is in nobody's way
  SECTION("what is too much is given back, the newest") {
    std::vector<std::int64_t> ids;
    for (const auto& e : lanes.take_excess()) ids.push_back(e.deliveries.front().id);
    CHECK(ids == std::vector<std::int64_t>{enough + 3, enough + 2, enough + 1});
    CHECK(lanes.full_hosts() == Names{"slow"});
    CHECK(lanes.take_excess().empty());
  }
  SECTION("no longer once enough of it was sent") {
    for (int i = 0; i < 4; ++i) {
      CHECK(lanes.full_hosts() == Names{"slow"});
      all(lanes, now);
      lanes.finished("slow", true, now);
    }
    all(lanes, now);
    CHECK(lanes.full_hosts().empty());
    CHECK(lanes.pressing() == lanes.waiting());
  }
  SECTION("taken out, nothing of it counts") {
    for (int i = 1; i <= enough + 3; ++i) lanes.take("t" + std::to_string(i));
    CHECK(lanes.full_hosts().empty());
    CHECK(lanes.waiting() == 2);
    CHECK(lanes.pressing() == 2);
  }
  SECTION("what is held back counts only when it is very much") {
    add(200, 200 + 511, "old", now + 5s);
    CHECK(lanes.full_hosts() == Names{"old", "slow"});
    CHECK(lanes.take_excess().size() == 3);
    CHECK(lanes.pressing() == 2);
  }
}

TEST_CASE("What waits is taken out whole at the end", "[publish]") {
  Lanes lanes(1, 1);
  for (int i = 1; i <= 3; ++i) lanes.add(entry("a.example", i), now);
  CHECK(all(lanes, now).size() == 1);
  CHECK(lanes.take_all().size() == 2);
  CHECK(lanes.waiting() == 0);
  CHECK(lanes.running() == 1);
}

TEST_CASE("What may go together joins what waits, up to as many as fit", "[publish]") {
  Lanes lanes(10, 1);
  auto add = [&](std::int64_t id, std::string bundle, std::string target = "t") {
    auto e = entry("a.example", id);
    e.deliveries.front().target = std::move(target);
    e.bundle = std::move(bundle);
    e.most_together = 3;
    lanes.add(std::move(e), now);
  };
  add(1, "x");
  REQUIRE(lanes.next(now).has_value());  // on its way: nobody joins it
  for (int id = 2; id <= 5; ++id) add(id, "x");
  add(6, "y");
  add(7, "");
  add(8, "");
  add(9, "x", "another");
  CHECK(lanes.waiting() == 8);
  std::vector<std::size_t> sizes;
  for (auto& left : lanes.take_all()) sizes.push_back(left.deliveries.size());
  CHECK(sizes == std::vector<std::size_t>{3, 1, 1, 1, 1, 1});
}
