// What a step owes to whom (notify.md sections 1, 6, 9 and 12).
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "ledger_tools.hpp"
#include "step_fixture.hpp"

using namespace sosik;
using namespace std::chrono_literals;
using Keys = std::vector<std::string>;

namespace {

SyndicationPlan plan_with(std::vector<Target> targets) {
  auto plan = sample_plan();
  plan.definitions.resize(1);  // main
  plan.targets = std::move(targets);
  return plan;
}

Target hub() {
  return {.kind = TargetKind::websub, .name = "websub:hub", .url = "https://hub.example/"};
}
Target ping() {
  return {.kind = TargetKind::ping, .name = "ping:p", .url = "http://ping.example/"};
}

std::vector<Delivery> all_of(StepFixture& f, std::optional<DeliveryState> state = {}) {
  DeliveryFilter filter;
  filter.state = state;
  filter.limit = 1000;
  auto list = f.store->ledger().list_deliveries(1, filter).value();
  std::reverse(list.begin(), list.end());
  return list;
}

Keys types(const std::vector<Delivery>& list) {
  Keys types;
  for (const auto& d : list) types.push_back(d.event_type);
  return types;
}

void finish(StepFixture& f, const Delivery& d, DeliveryState state,
            std::chrono::seconds wait = 0s) {
  record_one(*f.store, d, f.clock.now(), {state, f.clock.now() + wait}).value();
}

const std::string gone = "UPDATE posts SET status = 'unpublished';";

}  // namespace

TEST_CASE(
    "A hub is owed one delivery for each format of each changed feed, after the window for more",
    "[announce][N-007]") {
  StepFixture f(plan_with({hub()}));
  f.publish(1, 1, "INSERT INTO post_tags (post_id, tag) VALUES ('p1', '회고');");
  Keys topics;
  for (const auto& d : all_of(f)) {
    topics.push_back(d.topic);
    CHECK(d.next_at == f.clock.now() + 2s);
    CHECK(d.kind == TargetKind::websub);
  }
  CHECK(topics == Keys{"https://feeds.example/rss.xml", "https://feeds.example/atom.xml",
                       "https://feeds.example/feed.json",
                       "https://feeds.example/tag/%ED%9A%8C%EA%B3%A0/rss.xml",
                       "https://feeds.example/tag/%ED%9A%8C%EA%B3%A0/atom.xml",
                       "https://feeds.example/tag/%ED%9A%8C%EA%B3%A0/feed.json"});
}

TEST_CASE("Further changes coalesce into the delivery that waits", "[announce][N-205]") {
  StepFixture f(plan_with({hub(), ping()}));
  f.publish(1, 1);
  const auto first = all_of(f);
  CHECK(first.size() == 4);
  f.shell("UPDATE posts SET title = 'x';");
  const auto second = all_of(f);
  REQUIRE(second.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(second[i].revision == f.feed("main").revision);
    CHECK(second[i].next_at == first[i].next_at);
  }
}

TEST_CASE("A change while a delivery is in flight is told after it", "[announce][N-205]") {
  StepFixture f(plan_with({hub()}));
  f.publish(1, 1);
  f.clock.advance(2s);
  const auto claimed = f.store->ledger().claim_deliveries("w", f.clock.now(), 60s, 10).value();
  CHECK(claimed.size() == 3);
  f.shell("UPDATE posts SET title = 'x';");
  const auto changed_at =
      f.clock.now();  // nobody has failed: only the window for more is waited for
  for (const auto& d : claimed) finish(f, d, DeliveryState::delivered);
  CHECK(all_of(f, DeliveryState::pending).size() == 3);
  for (const auto& d : all_of(f, DeliveryState::pending)) CHECK(d.next_at == changed_at + 2s);
  CHECK(all_of(f).size() == 3);
}

TEST_CASE("A ping service is told at most once in five minutes", "[announce][N-096]") {
  StepFixture f(plan_with({ping()}));
  f.publish(1, 1);
  REQUIRE(all_of(f).size() == 1);
  CHECK(all_of(f)[0].topic == "https://blog.example/");
  f.clock.advance(2s);
  const auto told_at = f.clock.now();
  finish(f, f.store->ledger().claim_deliveries("w", f.clock.now(), 60s, 10).value().at(0),
         DeliveryState::delivered);
  f.shell("UPDATE posts SET title = 'x';");
  f.shell("UPDATE posts SET title = 'y';");
  const auto pending = all_of(f, DeliveryState::pending);
  REQUIRE(pending.size() == 1);
  CHECK(pending[0].next_at == told_at + 5min);
  CHECK(pending[0].revision == f.feed("main").revision);
}

TEST_CASE("A webhook gets the events it wants, thin, at once", "[announce][N-150]") {
  StepFixture f(plan_with(
      {webhook("all"), webhook("feeds", {"feed.changed"}), webhook("new", {"post.published"})}));
  f.publish(1, 1);
  f.shell("UPDATE posts SET title = '새 제목';");
  std::map<std::string, Keys> got;
  for (const auto& d : all_of(f)) got[d.target].push_back(d.event_type);
  CHECK(got["webhook:all"] == Keys{"post.published", "post.updated"});
  CHECK(got["webhook:feeds"] == Keys{"feed.changed", "feed.changed"});
  CHECK(got["webhook:new"] == Keys{"post.published"});
  const auto events = f.store->ledger().list_events(1, 0, 100).value();
  for (const auto& d : all_of(f)) {
    const auto event = std::find_if(events.begin(), events.end(),
                                    [&](const Event& e) { return e.event_id == d.topic; });
    REQUIRE(event != events.end());
    CHECK(d.event_data == event->data);
    CHECK(d.event_at == event->at);
    CHECK(d.next_at == d.created_at + f.store->time_to_hear());
    CHECK(event->event_id.size() == 28);
  }
  const auto updated = std::find_if(events.begin(), events.end(), [](const Event& e) {
    return e.kind == EventKind::post_updated;
  });
  const auto data = nlohmann::json::parse(updated->data);
  CHECK(data.at("post_id") == "p1");
  CHECK(data.at("title") == "새 제목");
  CHECK(data.at("url") == "https://feeds.example/posts/s1");
  CHECK(data.at("revision") == 2);
  CHECK(data.at("published") == "2023-11-14T22:13:21Z");
  CHECK(data.at("id") == f.entry("s1").id);
  CHECK(data.at("feeds") == nlohmann::json::array({"main"}));
  const auto feed = nlohmann::json::parse(events.back().data);
  CHECK(feed.at("feed") == "main");
  CHECK(feed.at("atom") == "https://feeds.example/atom.xml");
}

TEST_CASE("A post taken back before anybody was told is told to nobody", "[announce][N-213]") {
  StepFixture f(plan_with({webhook("a")}));
  f.publish(1, 1);
  f.shell("UPDATE posts SET title = 'x';");
  f.shell(gone);
  for (const auto& d : all_of(f)) CHECK(d.state == DeliveryState::cancelled);
  CHECK(types(all_of(f)) == Keys{"post.published", "post.updated"});
  CHECK(f.post_events() == "post.published:p1 post.updated:p1 post.unpublished:p1");
}

TEST_CASE("A receiver that may know a post is told when it goes", "[announce][N-213]") {
  StepFixture f(plan_with({webhook("a")}));
  f.publish(1, 1);
  auto d = f.claim().at(0);
  SECTION("it was told") {
    finish(f, d, DeliveryState::delivered);
    f.shell(gone);
    CHECK(types(all_of(f, DeliveryState::pending)) == Keys{"post.unpublished"});
  }
  SECTION("an attempt failed: it may have arrived all the same") {
    finish(f, d, DeliveryState::pending, 300s);
    f.shell(gone);
    CHECK(types(all_of(f, DeliveryState::cancelled)) == Keys{"post.published"});
    CHECK(types(all_of(f, DeliveryState::pending)) == Keys{"post.unpublished"});
  }
  SECTION("an attempt is on its way") {
    f.shell("DELETE FROM posts;");
    CHECK(types(all_of(f, DeliveryState::pending)) == Keys{"post.deleted"});
    finish(f, d, DeliveryState::pending, 300s);
    CHECK(types(all_of(f, DeliveryState::cancelled)) == Keys{"post.published"});
  }
  SECTION("it was told, and an edit of it was not yet") {
    finish(f, d, DeliveryState::delivered);
    f.shell("UPDATE posts SET title = 'x';");
    f.shell(gone);
    CHECK(types(all_of(f, DeliveryState::cancelled)) == Keys{"post.updated"});
    CHECK(types(all_of(f, DeliveryState::pending)) == Keys{"post.unpublished"});
  }
}

TEST_CASE("A post taken back by a quiet import takes its undelivered news along",
          "[announce][N-213]") {
  StepFixture f(plan_with({webhook("a")}));
  f.publish(1, 1);
  f.shell(quietly("DELETE FROM posts;"));
  CHECK(all_of(f).size() == 1);
  CHECK(all_of(f)[0].state == DeliveryState::cancelled);
}

TEST_CASE("Feeds that are switched off are told to nobody, and are right when they come back",
          "[announce]") {
  auto plan = plan_with({hub()});
  plan.derived.tags = false;
  StepFixture f(plan);
  const auto report = [&] {
    f.file.shell(
        "INSERT INTO posts (post_id, status, slug, title, published_at) VALUES ('a', 'published', "
        "'a', 'A', 1700000000000); "
        "INSERT INTO post_tags (post_id, tag) VALUES ('a', 'go');");
    return f.run();
  }();
  CHECK(f.keys(report) == Keys{"", "main"});
  CHECK(all_of(f).size() == 3);
  CHECK(f.step->refresh("tag/go").error().code == Errc::not_found);
  f.start(plan_with({hub()}));
  CHECK(f.titles("tag/go") == "A");
  CHECK(f.step->refresh("tag/go").has_value());
}

TEST_CASE("News that are told anew after a failover have the id of before, others have not [S-093]",
          "[announce]") {
  const auto id_of = [](const std::string& change) {
    StepFixture f;
    f.publish(1, 1, change);
    return f.file.shell("SELECT event_id FROM events WHERE kind < 4;");
  };
  const std::string id = id_of("");
  CHECK(id.starts_with("evt_"));
  CHECK(id_of("") == id);
  CHECK(id_of("UPDATE posts SET title = 'x';") != id);
  CHECK(id_of("UPDATE posts SET body = '<p>x</p>';") != id);  // nothing of it is in the message
  StepFixture f;
  f.publish(1, 1);
  f.shell(gone);
  f.shell("UPDATE posts SET status = 'published';");
  CHECK(f.file.shell("SELECT count(*), count(DISTINCT event_id) FROM events WHERE kind < 4;") ==
        "3|3");
}

namespace {

// A step that takes a while: a tenth of a second passes with every question.
class RunningClock final : public Clock {
 public:
  explicit RunningClock(FakeClock& clock) : clock_(clock) {}
  Timestamp now() const override {
    clock_.advance(100ms);
    return clock_.now();
  }

 private:
  FakeClock& clock_;
};

// How long it takes until every node's caches know what was committed.
std::chrono::milliseconds to_be_heard() { return is_on_postgresql() ? 750ms : 0ms; }

SyndicationPlan plan_of_the_quick() {
  auto plan = plan_with(
      {{.kind = TargetKind::purge, .name = "purge:cdn", .url = "{url}"}, webhook("a"), hub()});
  plan.coalesce = 0ms;
  return plan;
}

}  // namespace

TEST_CASE("Nobody is made to fetch before every node has heard of the change [H-178, S-049]",
          "[announce][nodes]") {
  StepFixture f(plan_of_the_quick());
  f.publish(1, 1);
  auto owed = all_of(f);
  REQUIRE(owed.size() > 5);
  for (const auto& d : owed) CHECK(d.next_at == f.clock.now() + to_be_heard());
  const auto change = [&] {
    f.file.shell("UPDATE posts SET title = 'x';");
    f.clock.advance(1s);
    f.step->run().value();
    return f.clock.now() + to_be_heard();
  };
  SECTION("what is owed already, and nobody had time for so far") {
    const auto heard = change();
    std::map<std::int64_t, std::int64_t> revisions;
    for (const auto& d : owed) revisions[d.id] = d.revision;
    int raised = 0;
    for (const auto& d : all_of(f)) {
      const auto before = revisions.find(d.id);
      if (before != revisions.end() && before->second == d.revision) continue;
      if (before == revisions.end()) {
        CHECK(d.next_at == heard);
      } else {
        ++raised;
        CHECK((d.next_at == heard || !is_on_postgresql()));
      }
    }
    CHECK(raised > 5);
  }
  SECTION("what is being told just now, and is told again") {
    const auto claimed = f.claim();
    REQUIRE(claimed.size() > 2);  // purges, which go before
    const auto heard = change();
    for (const auto& d : claimed) finish(f, d, DeliveryState::delivered);
    int again = 0;
    for (const auto& d : all_of(f, DeliveryState::pending)) {
      if (d.kind != TargetKind::purge) continue;
      ++again;
      CHECK(d.next_at == heard);
    }
    CHECK(again > 2);
  }
}

TEST_CASE("What a long step owes is due when nodes can know of its end", "[announce][nodes]") {
  FakeClock clock;
  RunningClock running(clock);
  StoreFile file;
  const auto store = file.open();
  Step step(*store, running, plan_of_the_quick());
  step.adopt(plan_of_the_quick()).value();
  clock.advance(5s);
  file.shell(
      "INSERT INTO posts (post_id, status, slug, title, published_at) VALUES ('a', 'published', "
      "'a', 'A', 1700000000000);");
  step.run().value();
  const auto owed = store->ledger().list_deliveries(1, up_to(100)).value();
  REQUIRE_FALSE(owed.empty());
  for (const auto& d : owed)
    CHECK(d.next_at >= (is_on_postgresql() ? clock.now() - 100ms + to_be_heard() : d.created_at));
}
