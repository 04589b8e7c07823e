// What nodes tell each other through the store: docs/nodes.md.
#include "catch.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/model/news.hpp"
#include "store_file.hpp"

using namespace sosik;

namespace {

struct NodesRig {
  StoreFile file;
  std::unique_ptr<Store> store = file.open();

  void add(const News& news) {
    store->syndication().transact([&] { return store->syndication().add_news(news); }).value();
  }
  void add(const std::string& slug) {
    News news;
    news.slugs = {slug};
    add(news);
  }
  NewsSince since(const NewsPlace& place) { return store->news_since(place).value(); }
};

std::string slugs_of(const NewsSince& since) {
  std::string all;
  for (const auto& news : since.news)
    for (const auto& slug : news.slugs) all += slug + ' ';
  return all;
}

}  // namespace

TEST_CASE("News come back as they were written", "[store][nodes]") {
  NodesRig rig;
  FeedState feed;
  feed.key = "category/개발";
  feed.label = "개발";
  feed.revision = 7;
  feed.changed_at = from_unix_ms(1'700'000'000'000);
  feed.definition_hash = "abc";
  feed.format_version = 3;
  feed.total = 41;
  feed.older_page = 2;
  News news;
  news.site = 5;
  news.feeds = {feed};
  news.pages = {feed};
  news.slugs = {"가을", "b"};
  news.deliveries = 3;
  news.has_plan = true;
  rig.add(news);
  const auto since = rig.since({});
  REQUIRE(since.news.size() == 1);
  const News& read = since.news[0];
  CHECK(read.number == 1);
  CHECK(read.site == 5);
  CHECK(read.slugs == news.slugs);
  CHECK(read.deliveries == 3);
  CHECK(read.has_plan);
  REQUIRE(read.feeds.size() == 1);
  CHECK(read.feeds[0].key == feed.key);
  CHECK(read.feeds[0].label == feed.label);
  CHECK(read.feeds[0].revision == 7);
  CHECK(read.feeds[0].changed_at == feed.changed_at);
  CHECK(read.feeds[0].definition_hash == "abc");
  CHECK(read.feeds[0].format_version == 3);
  CHECK(read.feeds[0].total == 41);
  CHECK(read.feeds[0].older_page == 2);
  CHECK_FALSE(read.feeds[0].newer_page);
  CHECK(read.pages.size() == 1);
}

TEST_CASE("Each reads on from its own place [S-048]", "[store][nodes]") {
  NodesRig rig;
  rig.add("a");
  const auto one = rig.store->newest_news().value();
  CHECK(one.number == 1);
  rig.add("b");
  rig.add("c");
  CHECK(slugs_of(rig.since(one)) == "b c ");
  const auto all = rig.since({});
  CHECK(slugs_of(all) == "a b c ");
  CHECK(all.place.number == 3);
  const auto none = rig.since(all.place);
  CHECK(none.news.empty());
  CHECK(none.place.number == 3);
  CHECK_FALSE(all.has_gap);
  CHECK_FALSE(none.has_gap);
  CHECK_FALSE(none.is_another_past);
}

TEST_CASE("A place in a past that this store never had is noticed [S-054]", "[store][nodes]") {
  NodesRig rig;
  rig.add("a");
  rig.add("b");
  const auto before = rig.store->newest_news().value();
  SECTION("the last is gone") {
    rig.file.shell("DELETE FROM news WHERE number = 2;");
    const auto since = rig.since(before);
    CHECK(since.is_another_past);
    CHECK(since.has_gap);
    CHECK(since.place.number == 1);
    CHECK_FALSE(rig.since(since.place).has_gap);
  }
  SECTION("and another came in its place") {
    rig.file.shell("DELETE FROM news WHERE number = 2;");
    rig.add("c");
    rig.add("d");
    const auto since = rig.since(before);
    CHECK(since.is_another_past);
    CHECK(since.place.number == 3);
  }
  SECTION("all are gone") {
    rig.file.shell("DELETE FROM news;");
    const auto since = rig.since(before);
    CHECK(since.is_another_past);
    CHECK(since.place.number == 0);
  }
}

TEST_CASE("Who has not read for long has a gap, and knows no other past", "[store][nodes]") {
  NodesRig rig;
  rig.add("a");
  const auto before = rig.store->newest_news().value();
  rig.file.shell("UPDATE news SET number = 10050 WHERE number = 1;");
  rig.add("b");
  const auto since = rig.since(before);
  CHECK(since.has_gap);
  CHECK_FALSE(since.is_another_past);
  CHECK(since.place.number == 10051);
}

TEST_CASE("A damaged row of news is a gap", "[store][nodes]") {
  NodesRig rig;
  const std::string text = GENERATE("", "[]", "{\"feeds\": 3}", "no JSON");
  rig.add("a");
  const auto before = rig.store->newest_news().value();
  rig.file.shell("INSERT INTO news (number, site_id, data) VALUES (2, 1, '" + text + "');");
  const auto since = rig.since(before);
  CHECK(since.has_gap);
  CHECK(since.news.empty());
  CHECK(since.place.number == 2);
}

TEST_CASE("The plan in force is kept by site", "[store][nodes]") {
  NodesRig rig;
  CHECK(rig.store->read_plan(1).value().empty());
  auto& view = rig.store->syndication();
  const auto write = [&](SiteId site, const std::string& plan) {
    view.transact([&] { return view.write_plan(site, plan); }).value();
  };
  write(1, "{\"a\": \"가\"}");
  write(2, "{}");
  CHECK(rig.store->read_plan(1).value() == "{\"a\": \"가\"}");
  write(1, "{\"b\": 1}");
  CHECK(rig.store->read_plan(1).value() == "{\"b\": 1}");
  CHECK(rig.store->read_plan(2).value() == "{}");
}

TEST_CASE("One connection leads, and the next when it has gone [S-050]",
          "[store][nodes][postgresql]") {
  NodesRig rig;
  const auto other = rig.file.open();
  CHECK(rig.store->lead().value());
  CHECK(rig.store->lead().value());
  CHECK_FALSE(other->lead().value());
  SECTION("ended by its owner") { rig.store.reset(); }
  SECTION("ended by the server") {
    rig.file.shell(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND "
        "(classid::bigint << 32 | objid::bigint) = sosik_lead_lock();");
  }
  for (int i = 0; i < 1000 && !other->lead().value(); ++i) {
  }
  CHECK(other->lead().value());
  if (!rig.store) return;
  const auto lost = rig.store->lead();  // the first question may be the one that notices
  CHECK_FALSE((lost && *lost));
  CHECK_FALSE(rig.store->lead().value());
}

TEST_CASE("Who led writes no step in another session before it has asked who leads [S-041]",
          "[store][nodes][postgresql]") {
  NodesRig rig;
  auto& view = rig.store->syndication();
  const auto step = [&] { return view.transact([]() -> Result<void> { return {}; }); };
  CHECK(step().has_value());
  CHECK(rig.store->lead().value());
  CHECK(step().has_value());
  rig.file.shell(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND "
      "(classid::bigint << 32 | objid::bigint) = sosik_lead_lock();");
  CHECK_THAT(step().error().detail, Catch::Contains("another node may run it"));
  CHECK(rig.store->newest_news().has_value());
  CHECK_FALSE(step().has_value());
  CHECK_FALSE(rig.store->lead().value());  // once, for others may have led meanwhile
  CHECK(rig.store->lead().value());
  CHECK(step().has_value());
}

TEST_CASE("Who resigns leaves the lead to the next", "[store][nodes][postgresql]") {
  NodesRig rig;
  const auto other = rig.file.open();
  CHECK(rig.store->resign().has_value());
  CHECK(rig.store->lead().value());
  CHECK(rig.store->resign().has_value());
  CHECK(other->lead().value());
  CHECK_FALSE(rig.store->lead().value());
}

TEST_CASE("Schemas of one database have their own leader", "[store][nodes][postgresql]") {
  NodesRig one, two;
  CHECK(one.store->lead().value());
  CHECK(two.store->lead().value());
}

TEST_CASE("The store's clock is the server's [S-055]", "[store][nodes]") {
  NodesRig rig;
  const auto time = rig.store->clock().value();
  CHECK(time.has_value() == is_on_postgresql());
  CHECK(rig.store->timeline().value().empty() == !is_on_postgresql());
}
