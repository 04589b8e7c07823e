// Definitions, settings and program versions that change (H-112, H-117).
#include <nlohmann/json.hpp>

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
  follower.follow(sample_plan(), followed_by(text, sample_plan()));
  const auto before = follower.refresh("main").value();
  f.step->adopt(plan).value();
  const auto after = f.feed("main");
  CHECK(after.revision == before.revision + 1);
  CHECK(follower.refresh("main").error().code == Errc::unavailable);
  CHECK(f.feed("main").revision == after.revision);
  const auto now = f.store->read_plan(1).value();
  follower.follow(plan, followed_by(now, plan));
  CHECK(follower.refresh("main").value().revision == after.revision);
}

TEST_CASE("Nor by its own, once another node has put the first ones in force [S-056]", "[adopt]") {
  StepFixture f;
  auto plan = sample_plan();
  plan.definitions[0].limit = 4;
  Step follower(*f.store, f.clock, plan);
  follower.follow(plan, followed_by("", plan));
  const auto before = f.feed("main");
  CHECK(follower.refresh("main").value().revision == before.revision);
  CHECK(f.feed("main").revision == before.revision);
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

TEST_CASE("Entries that a newer program has made are left to it [S-056]", "[adopt][sqlite]") {
  StepFixture f;
  f.publish(1, 2);
  f.shell("UPDATE site_state SET entry_basis = '999:theirs';");
  f.step->adopt(sample_plan()).value();
  CHECK(f.store->syndication().site_state(1).value().entry_basis == "999:theirs");
  CHECK_FALSE(f.store->syndication().has_dirty(1).value());
  CHECK(is_outdated_basis("1:x", entry_basis(sample_plan())));
  CHECK(is_outdated_basis("abcdef", entry_basis(sample_plan())));
  CHECK_FALSE(is_outdated_basis("999:x", entry_basis(sample_plan())));
  CHECK_FALSE(is_outdated_basis("", entry_basis(sample_plan())));
}

TEST_CASE("Only the active node has entries made anew [S-056]", "[adopt][sites]") {
  StepFixture f;
  Site site = sample_plan().site;
  site.id = 2;
  auto& view = f.store->syndication();
  const auto state = [&] { return view.site_state(2).value(); };
  const auto plan = plan_of(sample_plan(), site);
  f.file.shell(
      "INSERT INTO posts (site_id, post_id, status, slug, title, published_at) VALUES "
      "(2, 'p', 'published', 'p', 'A', 1700000000000);");
  Step active(*f.store, f.clock, plan);
  f.clock.advance(std::chrono::seconds(2));
  REQUIRE(active.run().value().posts == 1);
  f.file.shell("UPDATE site_state SET entry_basis = '1:older' WHERE site_id = 2;");
  const auto before = state();
  Step follower(*f.store, f.clock, plan);
  follower.adopt(plan, followed_by(f.store->read_plan(main_site).value(), sample_plan())).value();
  CHECK(state() == before);
  CHECK_FALSE(view.has_dirty(2).value());
  active.adopt(plan).value();
  CHECK(state().entry_basis == entry_basis(plan));
  CHECK(view.has_dirty(2).value());
}

TEST_CASE("Every part of a plan is the same by the node that reads it [S-056]", "[adopt]") {
  auto plan = sample_plan();
  plan.site.hubs = {"https://hub.example/"};
  plan.site.author = {"k", "이름", "https://x.example/", "a@x.example"};
  plan.site.copyright = plan.site.description = "d\xff";
  plan.site.icon_url = "https://x.example/i.png";
  plan.site.language = "en";
  plan.site.max_age_seconds = 60;
  auto& feed = plan.definitions[1];
  feed.filter = {{"a"}, false, {"b"}, {"c"}, {"en"}, {"d"}, {"e"}};
  feed.limit = 7;
  feed.content = FeedContent::summary;
  feed.profile = FeedProfile::newsletter;
  feed.extensions = {true, true, true};
  feed.max_bytes = 9;
  feed.moved_to = "main";
  plan.derived = {false, true, false, 9, FeedContent::summary};
  plan.text = {true, true};
  plan.has_embeds = true;
  plan.hold = std::chrono::seconds(3);
  plan.key_mark = "k";
  const auto text = plan_to_json(plan);
  CHECK(followed_by(text, plan_from_json(text, sample_plan()).value()).is_alike);
  CHECK_FALSE(followed_by(text, sample_plan()).is_alike);
  CHECK_FALSE(followed_by("", sample_plan()).is_alike);  // nobody's
}

namespace {

// As the program of another version writes and reads it.
std::string with_member(std::string text, const std::string& member) {
  return text.insert(1, member + ",");
}
std::string without_member(const std::string& text, const std::string& name) {
  auto all = nlohmann::json::parse(text);
  REQUIRE(all.erase(name) == 1);
  return all.dump();
}

}  // namespace

TEST_CASE("A node that follows another version writes nothing, and takes no turns with it [S-056]",
          "[adopt]") {
  StepFixture f;
  f.publish(1, 3, "INSERT INTO post_tags (post_id, tag) VALUES ('p1', 'go');");
  const auto own = f.store->read_plan(main_site).value();
  const std::string theirs = GENERATE_COPY(
      // A newer one says more; an older one does not say how it makes things; one that makes them
      // otherwise has another mark, whatever its numbers are.
      with_member(own, "\"a_new_member\":1"), without_member(own, "mark"),
      without_member(own, "mark").insert(1, "\"mark\":\"theirs\","),
      std::string(own).replace(own.find("\"exclude_tags\":"), 0, "\"a_new_member\":[\"x\"],"));
  f.store->syndication()
      .transact([&] { return f.store->syndication().write_plan(main_site, theirs); })
      .value();
  // The active one finds it outdated by what its program makes of the plan, and so would this.
  auto plan = plan_from_json(theirs, sample_plan()).value();
  plan.definitions[1].filter.tags = {"rust"};
  plan.derived.limit = 5;
  const auto followed = followed_by(theirs, plan_from_json(theirs, sample_plan()).value());
  CHECK_FALSE(followed.is_alike);
  Step follower(*f.store, f.clock, plan);
  const auto state = f.store->syndication().site_state(main_site).value();
  const auto feeds = [&] {
    std::string all;
    for (const char* key : {"main", "go-only", "tag/go"})
      all += std::to_string(f.feed(key).revision) + f.feed(key).definition_hash + f.titles(key);
    return all;
  };
  const auto before = feeds();
  for (int turn = 0; turn < 2; ++turn) {
    CHECK(follower.adopt(plan, followed).value().changed_feeds.empty());
    CHECK(follower.is_adopted());
    for (const char* key : {"main", "go-only", "tag/go"})
      CHECK(follower.refresh(key).value().revision == f.feed(key).revision);
    CHECK(feeds() == before);
    CHECK(f.store->syndication().site_state(main_site).value() == state);
  }
  // Once it is active it does.
  CHECK_FALSE(follower.adopt(plan).value().changed_feeds.empty());
  CHECK(follower.refresh("tag/go").value().definition_hash ==
        definition_hash(plan, *definition_of(plan, "tag/go", "")));
  CHECK(f.titles("go-only").empty());
}

TEST_CASE(
    "After going back for good nodes bring feeds up to date that a newer version made [S-056]",
    "[adopt]") {
  StepFixture f;
  f.publish(1, 1, "INSERT INTO post_tags (post_id, tag) VALUES ('p1', 'go');");
  f.file.shell("UPDATE feeds SET format_version = 999, definition_hash = 'theirs';");
  auto plan = sample_plan();
  plan.derived.limit = 5;
  f.step->adopt(plan).value();
  const auto before = f.feed("tag/go");
  Step follower(*f.store, f.clock, plan);
  follower.follow(plan, followed_by(f.store->read_plan(main_site).value(), plan));
  CHECK(follower.refresh("tag/go").value().revision == before.revision + 1);
  CHECK(f.step->refresh("tag/go").value().revision == before.revision + 1);  // no turns
  CHECK(follower.refresh("tag/go").value().revision == before.revision + 1);
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
    CHECK(f.feed("tag/go").format_version == format_version);  // its next revision is ours
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
