// Definitions, settings and program versions that change (H-112, H-117).
#include "catch.hpp"
#include "entry_basis.hpp"
#include "sosik/syndicate/plan_json.hpp"
#include "sosik/syndicate/sites.hpp"
#include "step_fixture.hpp"

using namespace sosik;
using Keys = std::vector<std::string>;

TEST_CASE("A start with the same plan changes nothing", "[adopt][H-117]") {
  StepFixture f;
  f.publish(1, 1);
  const auto before = f.feed("main");
  f.clock.advance(std::chrono::hours(1));
  CHECK(f.step->adopt(sample_plan()).value().changed_feeds.empty());
  CHECK(f.feed("main").revision == before.revision);
  CHECK(f.feed("main").changed_at == before.changed_at);
}

TEST_CASE("A changed definition advances its feed and no other", "[adopt][H-112][H-117]") {
  StepFixture f;
  f.publish(1, 5);
  auto plan = sample_plan();
  plan.definitions[0].limit = 4;
  const auto before = f.feed("main");
  CHECK(f.keys(f.step->adopt(plan).value()) == Keys{"main"});
  CHECK(f.feed("main").revision == before.revision + 1);
  CHECK(f.feed("main").changed_at > before.changed_at);
  CHECK(f.step->plan().definitions[0].limit == 4);
}

TEST_CASE(
    "Who follows brings no feed up to date by definitions that are no longer in force [S-056]",
    "[adopt]") {
  StepFixture f;
  f.publish(1, 5);
  auto plan = sample_plan();
  plan.definitions[0].limit = 4;
  Step follower(*f.store, f.clock, sample_plan());
  const auto text = f.store->read_plan(1).value();
  follower.follow(plan_from_json(text, sample_plan()).value(), {text, {}});
  const auto before = follower.refresh("main").value();
  f.step->adopt(plan).value();
  const auto after = f.feed("main");
  CHECK(after.revision == before.revision + 1);
  CHECK(follower.refresh("main").error().code == Errc::unavailable);
  CHECK(f.feed("main").revision == after.revision);
  const auto now = f.store->read_plan(1).value();
  follower.follow(plan_from_json(now, sample_plan()).value(), {now, {}});
  CHECK(follower.refresh("main").value().revision == after.revision);
}

TEST_CASE("Nodes have one key, or none [S-056]", "[adopt]") {
  auto active = sample_plan();
  active.key_mark = "a";
  auto own = sample_plan();
  CHECK(plan_from_json(plan_to_json(active), own).value().key_mark == "a");
  own.key_mark = "a";
  CHECK(plan_from_json(plan_to_json(active), own).has_value());
  own.key_mark = "b";
  CHECK(
      plan_from_json(plan_to_json(active), own).error().detail.find("another installation's key") !=
      std::string::npos);
  CHECK(plan_from_json(plan_to_json(sample_plan()), own).value().key_mark.empty());
}

TEST_CASE("Targets and the key of IndexNow are each node's own, and go together [N-130]",
          "[adopt]") {
  auto active = sample_plan(), own = sample_plan();
  active.targets = {webhook("theirs")};
  active.indexnow_key = "key-of-the-active-node";
  own.targets = {webhook("own")};
  own.indexnow_key = "own-key";
  CHECK(plan_to_json(active).find("key-of-the-active-node") == std::string::npos);
  const auto followed = plan_from_json(plan_to_json(active), own).value();
  REQUIRE(followed.targets.size() == 1);
  CHECK(followed.targets[0].name == own.targets[0].name);
  CHECK(followed.indexnow_key == "own-key");
}

TEST_CASE("A node with another key may not put its plan in force, until it is put in force [S-056]",
          "[adopt]") {
  auto plan = sample_plan();
  plan.key_mark = "a";
  StepFixture f(plan);
  const auto in_force = [&] { return f.store->read_plan(main_site).value(); };
  CHECK(check_key(in_force(), plan).has_value());
  plan.key_mark = "b";
  CHECK_THAT(check_key(in_force(), plan).error().detail, Catch::Contains("--new-key"));
  const auto before = f.store->newest_news().value();
  replace_key(*f.store, plan).value();
  const auto news = f.store->news_since(before).value().news;
  REQUIRE(news.size() == 1);
  CHECK(news[0].has_plan);  // whoever has the old one is to know
  CHECK(check_key(in_force(), plan).has_value());
  plan.key_mark = "a";
  CHECK_FALSE(check_key(in_force(), plan).has_value());
  CHECK(plan_from_json(in_force(), sample_plan()).value().definitions.size() == 2);
  for (const char* text : {"", "{", "[]", "{\"key\": 1}"}) CHECK(check_key(text, plan).has_value());
}

TEST_CASE("Other sites' hubs are those of the node whose plan is in force [S-056]", "[adopt]") {
  auto active = sample_plan();
  active.targets.push_back(
      {.kind = TargetKind::websub, .name = "websub:h", .url = "https://hub.example/"});
  active.targets.back().is_for_all_sites = true;
  const auto followed = plan_from_json(plan_to_json(active), sample_plan()).value();
  Site other;
  other.id = 2;
  CHECK(plan_of(followed, other).site.hubs == plan_of(active, other).site.hubs);
  CHECK(plan_of(followed, other).site.hubs.size() == 1);
  CHECK(plan_to_json(followed) == plan_to_json(active));
}

TEST_CASE("What a newer program has made is left to it [S-056]", "[adopt][sqlite]") {
  StepFixture f;
  f.publish(1, 2);
  f.shell(
      "UPDATE feeds SET format_version = 999, definition_hash = 'theirs' WHERE feed_key = 'main';");
  const auto before = f.feed("main");
  Step follower(*f.store, f.clock, sample_plan());
  const Followed followed{f.store->read_plan(main_site).value(), {}};
  follower.follow(sample_plan(), followed);
  CHECK(follower.refresh("main").value().revision == before.revision);
  CHECK(follower.adopt(sample_plan(), followed).value().changed_feeds.empty());
  CHECK(f.feed("main").revision == before.revision);
  // The node that steps takes over its settings; entries it leaves as they are.
  f.shell("UPDATE site_state SET entry_basis = '999:theirs';");
  f.step->adopt(sample_plan()).value();
  CHECK(f.feed("main").revision == before.revision + 1);
  CHECK(f.store->syndication().site_state(1).value().entry_basis == "999:theirs");
  CHECK_FALSE(f.store->syndication().has_dirty(1).value());
  // Each of these is to be raised with the others: then a higher format_version says it all.
  CHECK(is_of_newer_program("999:x"));
  CHECK_FALSE(is_of_newer_program(entry_basis(sample_plan())));
  CHECK_FALSE(is_of_newer_program("abcdef"));
  CHECK(std::pair(format_version, entry_basis(sample_plan()).substr(0, 2)) ==
        std::pair(2, std::string("4:")));
}

TEST_CASE("Only the node that steps has entries made anew [S-056]", "[adopt][sqlite]") {
  StepFixture f;
  f.publish(1, 2);
  f.shell("UPDATE site_state SET entry_basis = '1:older';");
  const auto basis = [&] { return f.store->syndication().site_state(1).value().entry_basis; };
  Step follower(*f.store, f.clock, sample_plan());
  follower.adopt(sample_plan(), {f.store->read_plan(main_site).value(), {}}).value();
  CHECK(basis() == "1:older");
  CHECK_FALSE(f.store->syndication().has_dirty(1).value());
  f.step->adopt(sample_plan()).value();
  CHECK(basis() == entry_basis(sample_plan()));
  CHECK(f.store->syndication().has_dirty(1).value());
}

TEST_CASE("Of a past that was lost no feed says a time that was shown already [S-054]", "[adopt]") {
  StepFixture f;
  f.publish(1, 2);
  const auto shown = f.clock.now() + std::chrono::hours(1);  // by a server whose clock was ahead
  f.step->begin_anew(shown).value();
  CHECK(f.feed("main").changed_at > shown);
  f.step->begin_anew().value();
  CHECK(f.feed("main").changed_at > shown);
}

TEST_CASE("A plan that could not be adopted leaves no target behind [N-200]", "[adopt][sqlite]") {
  StepFixture f;
  f.publish(1, 1);
  auto plan = sample_plan();
  plan.definitions[0].limit = 4;
  plan.targets = {{.kind = TargetKind::purge, .name = "purge:cdn", .url = "{url}"}, webhook("a")};
  f.file.shell(
      "CREATE TRIGGER full BEFORE INSERT ON deliveries BEGIN SELECT RAISE(ABORT, 'full'); END;");
  CHECK_FALSE(f.step->adopt(plan).has_value());
  f.file.shell("DROP TRIGGER full;");
  f.publish(2, 2);
  CHECK(f.post_events() == "post.published:p1 post.published:p2");
  CHECK(f.store->ledger().list_deliveries(1, {}).value().empty());  // nobody could tell them
  SECTION("and is adopted when it is tried again") {
    f.step->adopt(plan).value();
    f.publish(3, 3);
    DeliveryFilter of_a;
    of_a.target = "webhook:a";
    CHECK(f.store->ledger().list_deliveries(1, of_a).value().size() == 1);
  }
}

TEST_CASE("Everything of a site that shows advances its feeds", "[adopt][H-112]") {
  const std::vector<std::function<void(Site&)>> edits = {
      [](Site& s) { s.title += "!"; },
      [](Site& s) { s.icon_url = "https://x.example/i.png"; },
      [](Site& s) { s.language = "en"; },
      [](Site& s) { s.time_zone = "UTC"; },
      [](Site& s) { s.description = "d"; },
      [](Site& s) { s.copyright = "c"; },
      [](Site& s) { s.hubs = {"https://hub.example/"}; },
      [](Site& s) { s.home_url = "https://x.example/"; },
      [](Site& s) { s.public_url = "https://new.example"; },
      [](Site& s) { s.max_age_seconds = 60; },
      [](Site& s) { s.author.name = "이"; }};
  for (std::size_t i = 0; i < edits.size(); ++i) {
    INFO("edit " << i);
    StepFixture f;
    auto plan = sample_plan();
    edits[i](plan.site);
    CHECK(f.keys(f.step->adopt(plan).value()) == Keys{"", "go-only", "main"});
  }
}

TEST_CASE("A changed filter changes the members, of posts that were there before", "[adopt]") {
  StepFixture f;
  f.publish(1, 3,
            "INSERT INTO post_tags (post_id, tag) VALUES ('p1', 'go'), ('p2', 'rust'); "
            "INSERT INTO post_categories (post_id, path) VALUES ('p3', '개발/백엔드');");
  CHECK(f.titles("go-only") == "Title 1");
  auto plan = sample_plan();
  plan.definitions[1].filter.tags = {"Rust", "GO"};
  f.step->adopt(plan).value();
  CHECK(f.titles("go-only") == "Title 2,Title 1");
  CHECK(f.feed("go-only").total == 2);
  plan.definitions[1].filter = {};
  plan.definitions[1].filter.categories = {"개발"};
  f.step->adopt(plan).value();
  CHECK(f.titles("go-only") == "Title 3");
  plan.definitions[1].filter.with_children = false;
  f.step->adopt(plan).value();
  CHECK(f.titles("go-only").empty());
  plan.definitions[1].filter = {};
  plan.definitions[1].filter.exclude_tags = {"rust"};
  plan.definitions[1].filter.exclude_categories = {"개발"};
  f.step->adopt(plan).value();
  CHECK(f.titles("go-only") == "Title 1");
  plan.definitions[1].filter = {};
  plan.definitions[1].filter.languages = {"ko"};
  f.step->adopt(plan).value();
  CHECK(f.titles("go-only") == "Title 3,Title 2,Title 1");
  f.shell(
      "UPDATE posts SET language = 'en' WHERE post_id = 'p2'; UPDATE posts SET language = 'ko-KR' "
      "WHERE post_id = 'p1';");
  CHECK(f.titles("go-only") == "Title 3,Title 1");
}

TEST_CASE("A definition that goes and comes back is complete and does not go back in time",
          "[adopt][H-117]") {
  StepFixture f;
  f.publish(1, 1, "INSERT INTO post_tags (post_id, tag) VALUES ('p1', 'go');");
  const auto before = f.feed("go-only");
  auto without = sample_plan();
  without.definitions.pop_back();
  f.step->adopt(without).value();
  f.publish(2, 2, "INSERT INTO post_tags (post_id, tag) VALUES ('p2', 'go');");
  f.step->adopt(sample_plan()).value();
  CHECK(f.titles("go-only") == "Title 2,Title 1");
  CHECK(f.feed("go-only").revision > before.revision);  // else an old tag would speak for it
  CHECK(f.feed("go-only").changed_at > before.changed_at);
  f.shell("UPDATE posts SET title = 'x' WHERE post_id = 'p1';");
  CHECK(f.titles("go-only") == "Title 2,x");
  CHECK(f.feed("go-only").changed_at > before.changed_at);
}

TEST_CASE("Another public URL reaches every post's page, quietly", "[adopt]") {
  auto plan = sample_plan();
  plan.targets = {webhook("a")};
  StepFixture f(plan);
  f.publish(1, 2);
  const auto id = f.entry("s1").id;
  const auto told = f.store->ledger().list_deliveries(1, {}).value().size();
  plan.site.public_url = "https://new.example";
  f.step->adopt(plan).value();
  f.run();
  CHECK(f.entry("s1").url == "https://new.example/posts/s1");
  CHECK(f.entry("s1").id == id);
  CHECK(f.store->ledger().list_deliveries(1, {}).value().size() == told);
}

TEST_CASE("A feed is advanced on its first rendering when another program or definition made it",
          "[adopt][H-117]") {
  StepFixture f;
  f.publish(1, 1, "INSERT INTO post_tags (post_id, tag) VALUES ('p1', 'go');");
  const auto before = f.feed("tag/go");
  f.clock.advance(std::chrono::seconds(10));
  CHECK(f.step->refresh("tag/go").value().revision == before.revision);
  SECTION("an older format") {
    f.file.shell("UPDATE feeds SET format_version = 0 WHERE fold = 'tag/go';");
    const auto after = f.step->refresh("tag/go").value();
    CHECK(after.revision == before.revision + 1);
    CHECK(after.changed_at > before.changed_at);
    CHECK(f.step->refresh("tag/go").value().revision == after.revision);
  }
  SECTION("a newer format is left alone, so that two versions can run together") {
    f.file.shell("UPDATE feeds SET format_version = 99;");
    CHECK(f.step->refresh("tag/go").value().revision == before.revision);
    CHECK(f.step->adopt(sample_plan()).value().changed_feeds.empty());
    f.shell("UPDATE posts SET title = 'x';");
    CHECK(f.feed("tag/go").format_version == 99);
  }
  SECTION("another definition") {
    auto plan = sample_plan();
    plan.derived.limit = 5;
    f.step->adopt(plan).value();
    CHECK(f.step->refresh("tag/go").value().revision == before.revision + 1);
  }
  CHECK(f.step->refresh("tag/none").error().code == Errc::not_found);
}

TEST_CASE("Two revisions made in one second have a second each", "[adopt][H-116]") {
  StepFixture f;
  auto plan = sample_plan();
  Timestamp last = f.feed("main").changed_at;
  for (const char* title : {"a", "b", "c"}) {
    plan.definitions[0].title = title;
    f.step->adopt(plan).value();
    CHECK(f.feed("main").changed_at == last + std::chrono::seconds(1));
    last = f.feed("main").changed_at;
  }
}
