// Feeds that have moved or are gone (H-230, H-233): nobody is told of them any more, and their
// addresses come back right.
#include <nlohmann/json.hpp>
#include <set>

#include "catch.hpp"
#include "step_fixture.hpp"

using namespace sosik;
using Keys = std::vector<std::string>;

namespace {

SyndicationPlan told_plan() {
  auto plan = sample_plan();  // main and go-only
  plan.targets = {webhook("posts"),
                  webhook("feeds", {"feed.changed"}),
                  {.kind = TargetKind::websub, .name = "websub:hub", .url = "https://hub.example/"},
                  {.kind = TargetKind::ping, .name = "ping:p", .url = "http://ping.example/"}};
  return plan;
}

void publish_go(StepFixture& f, int n) {
  f.publish(n, n,
            "INSERT INTO post_tags (post_id, tag) VALUES ('p" + std::to_string(n) + "', 'go');");
}

Keys topics(StepFixture& f, std::string_view target) {
  Keys topics;
  for (const auto& d : f.store->ledger().list_deliveries(1, up_to(1000)).value())
    if (d.target == target) topics.push_back(d.topic);
  std::sort(topics.begin(), topics.end());
  return topics;
}

Keys feeds_told(StepFixture& f) {
  Keys feeds;
  for (const auto& event : f.store->ledger().list_events(1, 0, 1000).value())
    if (event.kind == EventKind::feed_changed) feeds.push_back(event.subject);
  return feeds;
}

}  // namespace

TEST_CASE("Nobody is told of the changes of a feed that has moved or is gone", "[step][moved]") {
  auto plan = told_plan();
  plan.derived = {.categories = false, .tags = false, .authors = false};
  const bool is_gone = GENERATE(false, true);
  INFO("gone: " << is_gone);
  auto& go = plan.definitions[1];
  if (is_gone)
    go.is_gone = true;
  else
    go.moved_to = "main";
  StepFixture f(plan);
  f.publish(1, 1, "INSERT INTO post_tags (post_id, tag) VALUES ('p1', 'go');");
  CHECK(topics(f, "websub:hub") == Keys{"https://feeds.example/atom.xml",
                                        "https://feeds.example/feed.json",
                                        "https://feeds.example/rss.xml"});
  CHECK(feeds_told(f) == Keys{"main"});
  CHECK(topics(f, "webhook:feeds").size() == 1);
  CHECK(topics(f, "webhook:posts").size() == 1);  // the post is news wherever it shows
  for (const auto& d : f.store->ledger().list_deliveries(1, {}).value())
    if (d.event_type == "post.published")
      CHECK(nlohmann::json::parse(d.event_data)["feeds"] == Keys{"main"});
}

TEST_CASE("A main feed that has moved stops the pings too, and posts are still told",
          "[step][moved]") {
  auto plan = told_plan();
  plan.definitions[0].moved_to = "https://elsewhere.example/feed";
  StepFixture f(plan);
  publish_go(f, 1);
  CHECK(topics(f, "ping:p").empty());
  const Keys hub = topics(f, "websub:hub");
  CHECK(std::count(hub.begin(), hub.end(), "https://feeds.example/go-only/rss.xml") == 1);
  CHECK(std::count(hub.begin(), hub.end(), "https://feeds.example/rss.xml") == 0);
  CHECK(topics(f, "webhook:posts").size() == 1);
  CHECK(f.titles("") == "Title 1");  // the page at "/" goes on
}

TEST_CASE("A step does not report a feed that is not served", "[step][moved]") {
  auto plan = sample_plan();
  plan.definitions[1].is_gone = true;
  StepFixture f(plan);
  f.clock.advance(std::chrono::seconds(5));
  f.file.shell(
      "INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES ('a', "
      "'published', 'a', 'A', 'x', 1700000000000); "
      "INSERT INTO post_tags (post_id, tag) VALUES ('a', 'go');");
  CHECK(f.keys(f.run()) == Keys{"", "main", "tag/go"});
  CHECK(f.titles("go-only") == "A");  // its members are kept for its return
}

TEST_CASE("To move, to go and to come back are revisions of the feed and of no other",
          "[adopt][moved][H-112]") {
  StepFixture f;
  publish_go(f, 1);
  const auto plan = sample_plan();
  auto moved = plan, elsewhere = plan, gone = plan;
  moved.definitions[1].moved_to = "main";
  elsewhere.definitions[1].moved_to = "https://elsewhere.example/rss";
  gone.definitions[1].is_gone = true;
  FeedState before = f.feed("go-only");
  for (const auto& next : {moved, elsewhere, gone, plan, gone, moved, plan}) {
    CHECK(f.keys(f.step->adopt(next).value()) == Keys{"go-only"});
    CHECK(f.step->adopt(next).value().changed_feeds.empty());
    const FeedState after = f.feed("go-only");
    CHECK(after.revision == before.revision + 1);
    CHECK(after.changed_at > before.changed_at);  // so nobody gets a 304 for what it was
    before = after;
  }
}

TEST_CASE("A feed that comes back shows what was published meanwhile", "[adopt][moved]") {
  auto moved = sample_plan();
  moved.definitions[1].moved_to = "main";
  StepFixture f(moved);
  publish_go(f, 1);
  const auto before = f.feed("go-only");
  publish_go(f, 2);
  f.step->adopt(sample_plan()).value();
  CHECK(f.titles("go-only") == "Title 2,Title 1");
  CHECK(f.feed("go-only").total == 2);
  CHECK(f.feed("go-only").changed_at > before.changed_at);
}

TEST_CASE("The page at / has a new revision when main moves, as it names main's addresses",
          "[adopt][moved]") {
  StepFixture f;
  auto moved = sample_plan();
  moved.definitions[0].moved_to = "go-only";
  CHECK(f.keys(f.step->adopt(moved).value()) == Keys{"", "main"});
  CHECK(f.step->refresh("").value().revision == f.feed("").revision);
  moved.definitions[0].moved_to.clear();
  moved.definitions[0].is_gone = true;
  CHECK(f.keys(f.step->adopt(moved).value()) == Keys{"", "main"});
  CHECK(f.keys(f.step->adopt(sample_plan()).value()) == Keys{"", "main"});
}

TEST_CASE("The hash of a feed that is served is the one that earlier versions recorded",
          "[moved][H-117]") {
  // Another value here means that every feed of everybody advances once with the new program.
  const auto plan = sample_plan();
  CHECK(definition_hash(plan.site, plan.definitions[0], plan.derived) == "95e3b5086583cde1");
  CHECK(definition_hash(plan, plan.definitions[0]) ==
        definition_hash(plan.site, plan.definitions[0], plan.derived));
}

TEST_CASE("What a definition says of profile, size and extensions is part of its hash",
          "[adopt][H-117]") {
  const auto plan = sample_plan();
  std::set<std::string> hashes = {definition_hash(plan, plan.definitions[0])};
  const auto add = [&](auto&& change) {
    FeedDefinition changed = plan.definitions[0];
    change(changed);
    CHECK(hashes.insert(definition_hash(plan, changed)).second);
  };
  add([](FeedDefinition& d) { d.profile = FeedProfile::newsletter; });
  add([](FeedDefinition& d) { d.max_bytes = 100'000; });
  add([](FeedDefinition& d) { d.extensions.tombstones = true; });
  add([](FeedDefinition& d) { d.extensions.webfeeds = true; });
  add([](FeedDefinition& d) { d.extensions.source = true; });
}
