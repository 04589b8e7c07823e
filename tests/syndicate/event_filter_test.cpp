// Which events a target is owed (N-163), and how a topic keeps its distance.
#include <map>

#include "catch.hpp"
#include "ledger_tools.hpp"
#include "step_fixture.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

Target asks(std::string name, EventFilter filter) {
  auto target = webhook(std::move(name));
  target.filter = std::move(filter);
  return target;
}

// "post.published post.updated", by target.
std::map<std::string, std::string> told(StepFixture& f) {
  std::map<std::string, std::string> told;
  auto list = f.store->ledger().list_deliveries(1, up_to(1000)).value();
  std::reverse(list.begin(), list.end());
  for (const auto& d : list) {
    auto& types = told[d.target];
    types += (types.empty() ? "" : " ") + d.event_type;
  }
  return told;
}

std::vector<Delivery> claim(StepFixture& f) { return f.claim(); }

}  // namespace

TEST_CASE("Every list of a filter that is not empty must be met [N-163]", "[filter]") {
  auto plan = sample_plan();
  plan.targets = {asks("all", {}),
                  asks("go", {{}, {"go-only"}, {}}),
                  asks("tag", {{}, {"tag/GO"}, {}}),
                  asks("dev", {{}, {}, {"개발"}}),
                  asks("web", {{}, {}, {"개발/웹"}}),
                  asks("other", {{}, {}, {"개발/웹/앞"}}),
                  asks("both", {{"post.updated"}, {"go-only"}, {"개발"}}),
                  asks("feeds", {{"feed.changed"}, {"tag/go"}, {}}),
                  asks("none", {{"feed.changed"}, {}, {"개발"}})};
  StepFixture f(plan);
  f.publish(1, 1,
            "INSERT INTO post_tags (post_id, tag) VALUES ('p1', 'go');"
            "INSERT INTO post_categories (post_id, path) VALUES ('p1', '개발/웹');");
  f.shell("UPDATE posts SET title = 'x';");
  const std::string news = "post.published post.updated";
  auto got = told(f);
  CHECK(got["webhook:all"] == news);
  CHECK(got["webhook:go"] == news);
  CHECK(got["webhook:tag"] == news);
  CHECK(got["webhook:dev"] == news);
  CHECK(got["webhook:web"] == news);
  CHECK(got["webhook:other"] == "");
  CHECK(got["webhook:both"] == "post.updated");
  CHECK(got["webhook:feeds"] == "feed.changed feed.changed");
  CHECK(got["webhook:none"] == "");
}

TEST_CASE("A post that leaves a feed or a category is told to who asked for that one [N-163]",
          "[filter]") {
  auto plan = sample_plan();
  plan.targets = {asks("go", {{}, {"go-only"}, {}}), asks("dev", {{}, {}, {"개발"}})};
  StepFixture f(plan);
  f.publish(1, 1,
            "INSERT INTO post_tags (post_id, tag) VALUES ('p1', 'go');"
            "INSERT INTO post_categories (post_id, path) VALUES ('p1', '개발/웹');");
  f.shell("BEGIN; DELETE FROM post_tags; UPDATE post_categories SET path = '일상'; COMMIT;");
  CHECK(told(f)["webhook:go"] == "post.published post.updated");
  CHECK(told(f)["webhook:dev"] == "post.published post.updated");
  f.shell("UPDATE posts SET title = 'x';");  // is not theirs any more
  CHECK(told(f)["webhook:go"] == "post.published post.updated");
  CHECK(told(f)["webhook:dev"] == "post.published post.updated");
}

TEST_CASE("An endpoint is owed events from when it is made until it is deleted [N-163]",
          "[filter]") {
  StepFixture f;
  f.publish(1, 1);
  Endpoint e;
  e.id = "ep_0000000000000001";
  e.url = "https://a.example/";
  e.is_full = true;
  f.store->ledger().put_endpoint(e).value();
  f.shell("UPDATE posts SET title = 'x';");
  CHECK(told(f)["webhook:" + e.id] == "post.updated");
  CHECK(claim(f).at(0).event_content.find("Body 1") != std::string::npos);
  f.store->ledger().disable_target(1, "webhook:" + e.id, "by hand", f.clock.now()).value();
  f.shell("UPDATE posts SET title = 'y';");
  CHECK(told(f)["webhook:" + e.id] == "post.updated");
  f.store->ledger().enable_target(1, "webhook:" + e.id).value();
  f.shell("UPDATE posts SET title = 'z';");
  CHECK(told(f)["webhook:" + e.id] == "post.updated post.updated");
  f.store->ledger().delete_endpoint(1, e.id).value();
  f.shell("UPDATE posts SET title = 'w';");
  CHECK(told(f)["webhook:" + e.id] == "post.updated post.updated");
}

TEST_CASE(
    "IndexNow hears of both URLs of a post that moved, and of one URL once in ten minutes "
    "[N-134]",
    "[filter]") {
  auto plan = sample_plan();
  plan.targets = {
      {.kind = TargetKind::indexnow, .name = "indexnow:x", .url = "https://api.indexnow.example/"}};
  StepFixture f(plan);
  f.publish(1, 1);
  f.clock.advance(2s);
  const auto first = claim(f);
  REQUIRE(first.size() == 1);
  CHECK(first[0].topic == "https://feeds.example/posts/s1");
  const auto claimed_at = f.clock.now();
  const auto finish = [&] {
    record_one(*f.store, first[0], f.clock.now(), {DeliveryState::delivered, {}}).value();
  };
  SECTION("when the change comes after it was told") {
    finish();
    f.shell("UPDATE posts SET title = 'x';");
  }
  SECTION("and when it comes while the call is under way") {
    f.shell("UPDATE posts SET title = 'x';");
    finish();
  }
  const auto again = f.store->ledger().list_deliveries(1, up_to(1)).value().at(0);
  CHECK(again.state == DeliveryState::pending);
  CHECK(again.next_at == claimed_at + 10min);
  f.shell("UPDATE posts SET slug = 'neu';");
  std::vector<std::string> open;
  DeliveryFilter pending;
  pending.state = DeliveryState::pending;
  for (const auto& d : f.store->ledger().list_deliveries(1, pending).value())
    open.push_back(d.topic);
  std::sort(open.begin(), open.end());
  CHECK(open == std::vector<std::string>{"https://feeds.example/posts/neu",
                                         "https://feeds.example/posts/s1"});
}

TEST_CASE(
    "What is served otherwise is purged, quiet changes too; nobody else hears of these "
    "[H-178][N-212]",
    "[filter]") {
  auto plan = sample_plan();
  plan.targets = {{.kind = TargetKind::purge, .name = "purge:cdn", .url = "{url}"}, webhook("a")};
  StepFixture f(plan);
  f.file.shell(
      quietly("INSERT INTO posts (post_id, status, slug, title, published_at) "
              "VALUES ('a', 'published', 'a', 'A', 1700000000000);"));
  f.run();
  std::vector<std::string> topics;
  for (const auto& d : claim(f)) {
    CHECK(d.kind == TargetKind::purge);
    topics.push_back(d.topic);
  }
  const auto has = [&](const std::string& topic) { return std::ranges::count(topics, topic) == 1; };
  CHECK(has("https://feeds.example/posts/a"));
  CHECK(has("https://feeds.example/rss.xml"));
  CHECK(has("https://feeds.example/atom.xml"));
  CHECK(has("https://feeds.example/feed.json"));
  CHECK(told(f)["webhook:a"] == "");
}
