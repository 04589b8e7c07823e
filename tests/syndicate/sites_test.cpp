// Other sites than the configuration's: which rows can be served, by what, and what their steps
// leave alone (docs/sites.md).
#include "sosik/syndicate/sites.hpp"

#include "catch.hpp"
#include "sosik/syndicate/plan_json.hpp"
#include "step_fixture.hpp"

using namespace sosik;

namespace {

SiteRow row(SiteId id, const std::string& host) {
  SiteRow made;
  made.id = id;
  made.host = host;
  made.title = "다른 블로그";
  return made;
}

Site main_one() { return sample_plan().site; }

SiteDirectory directory(std::vector<SiteRow> rows, const SiteDirectory& before = {}) {
  return SiteDirectory(rows, main_one(), before);
}

}  // namespace

TEST_CASE("A row is completed as the configuration is", "[sites]") {
  const auto known = read_site_row(row(2, "b.example"));
  CHECK(known.problem == "");
  CHECK(known.site.public_url == "https://b.example");
  CHECK(known.site.home_url == "https://b.example/");
  CHECK(known.site.id_authority == "b.example");
  CHECK(known.site.author.name == "다른 블로그");
  auto with_path = row(2, "b.example");
  with_path.public_url = "http://b.example:8080/blog/";
  CHECK(read_site_row(with_path).site.public_url == "http://b.example:8080/blog");
}

TEST_CASE("A row that cannot be used says why", "[sites]") {
  SiteRow bad = row(2, "b.example");
  std::string why;
  SECTION("title") { bad.title = " \u3164", why = "title is missing"; }
  SECTION("language") { bad.language = "not a language", why = "language"; }
  SECTION("zone") { bad.time_zone = "Asia/Nowhere", why = "time_zone: "; }
  SECTION("scheme") { bad.public_url = "ftp://b.example", why = "public_url is \"ftp:"; }
  SECTION("another's host") { bad.public_url = "https://feeds.example", why = "another host"; }
  SECTION("user") { bad.public_url = "https://u@b.example", why = "must have no user"; }
  SECTION("query") { bad.public_url = "https://b.example/?a", why = "query"; }
  SECTION("home") { bad.home_url = "javascript:1", why = "home_url is"; }
  SECTION("icon") { bad.icon_url = "nothing", why = "icon_url is"; }
  SECTION("author") { bad.author_url = "x y", why = "author_url is"; }
  SECTION("authority") { bad.id_authority = "UPPER.example", why = "id_authority is"; }
  SECTION("number") { bad.id = 1, why = "site_id"; }
  SECTION("long") { bad.copyright = std::string(5000, 'c'), why = "more than 4096 bytes"; }
  SECTION("capitals") { bad.host = "B.example", why = "host is"; }
  SECTION("port") { bad.host = "b.example:80", why = "host is"; }
  SECTION("dot") { bad.host = "b.example.", why = "host is"; }
  SECTION("empty") { bad.host = "", why = "host is"; }
  SECTION("dots") { bad.host = "b..example", why = "host is"; }
  SECTION("octal") { bad.host = "0177.0.0.1", why = "host is"; }
  SECTION("two things") { bad.title = "", bad.time_zone = "", why = "; "; }
  const auto known = read_site_row(bad);
  CHECK_FALSE(known.is_served());
  CHECK_THAT(known.problem, Catch::Contains(why));
}

TEST_CASE("No row takes the host of the configuration's site", "[sites]") {
  const auto sites = directory({row(2, "feeds.example"), row(3, "b.example")});
  CHECK_FALSE(sites.find(2)->is_served());
  CHECK(sites.find_host("feeds.example") == nullptr);
  CHECK(sites.find_host("b.example") == sites.find(3));
  CHECK(sites.find(3)->is_served());
  // And it is free again when the configuration has moved.
  Site moved = main_one();
  moved.public_url = "https://elsewhere.example";
  const SiteDirectory later({row(2, "feeds.example")}, moved, sites);
  CHECK(later.find(2)->is_served());
}

TEST_CASE("Directories know what changed from one to the next", "[sites]") {
  const auto before = directory({row(2, "b.example"), row(3, "c.example"), row(4, "d.example")});
  auto changed = row(3, "c.example");
  changed.title = "새 이름";
  const auto after = directory({row(2, "b.example"), changed, row(5, "e.example")}, before);
  CHECK(after.differences(before) == std::vector<SiteId>{3, 4, 5});
  CHECK(after.differences(after).empty());
  CHECK(after.all().front() == before.all().front());  // not checked again
}

TEST_CASE("A site goes by the main one's feeds, with its own title and without its targets",
          "[sites]") {
  auto main = sample_plan();
  main.site.hubs = {"https://private-hub.example/", "https://hub.example/"};
  main.definitions[1].moved_to = "https://elsewhere.example/go.xml";
  main.targets = {webhook("private")};
  Target hub{.kind = TargetKind::websub, .name = "websub:h", .url = "https://hub.example/"};
  hub.is_for_all_sites = true;
  Target now{.kind = TargetKind::indexnow, .name = "indexnow:i", .url = "https://i.example/"};
  now.is_for_all_sites = true;
  now.secrets = {"abcdefgh"};
  main.targets.push_back(hub);
  main.targets.push_back(now);
  auto other = row(2, "b.example");
  other.public_url = "https://b.example/blog";
  const auto plan = plan_of(main, read_site_row(other).site);
  CHECK(plan.site.id == 2);
  CHECK(plan.definitions.at(0).title == "다른 블로그");
  CHECK(plan.definitions.at(1).title == "Go");
  CHECK(plan.definitions.at(1).is_served());
  CHECK(plan.site.hubs == std::vector<std::string>{"https://hub.example/"});
  REQUIRE(plan.targets.size() == 2);
  CHECK(plan.targets[1].key_location == "https://b.example/blog/abcdefgh.txt");
  CHECK(address_of(plan.site).origin == "https://b.example");
  CHECK(address_of(plan.site).path == "/blog");
}

TEST_CASE("Nothing is adopted by definitions or rows that are no longer in force", "[sites]") {
  StepFixture f;
  auto other = row(2, "b.example");
  other.id = f.store->add_site(other).value();
  const auto main = f.step->plan();
  const auto plan = plan_of(main, read_site_row(other).site);
  Followed followed = followed_by(f.store->read_plan(1).value(), main);
  followed.sites_version = f.store->sites_version().value();
  REQUIRE_FALSE(followed.plan.empty());
  REQUIRE(followed.is_alike);
  Step step(*f.store, f.clock, plan);
  SECTION("those that are") {
    CHECK(step.adopt(plan, followed).has_value());
    CHECK(step.refresh("main").has_value());
    return;
  }
  SECTION("the definitions") {
    auto changed = main;
    changed.definitions[1].filter.tags = {"rust"};
    f.step->adopt(changed).value();
  }
  SECTION("the row") {
    other.title = "새 이름";
    f.store->change_site(other).value();
  }
  CHECK(step.adopt(plan, followed).error().code == Errc::unavailable);
  CHECK_FALSE(step.is_adopted());
  CHECK(f.store->feed_state(2, "main").error().code == Errc::not_found);
  step.follow(plan, followed);
  CHECK_FALSE(step.refresh("main").has_value());
}

TEST_CASE("The step of one site touches nothing of another", "[sites]") {
  StepFixture f;
  Step other(*f.store, f.clock, plan_of(f.step->plan(), read_site_row(row(2, "b.example")).site));
  for (const SiteId site : {main_site, SiteId{2}}) {
    Post post;
    post.site = site;
    post.post_id = "same";
    post.slug = "same";
    post.title = "사이트 " + std::to_string(site);
    post.status = PostStatus::published;
    post.tags = {{"go", ""}};
    post.published_at = f.clock.now() - std::chrono::hours(1);
    f.store->put_post(post).value();
  }
  f.run();
  CHECK(f.store->read_feed(1, "main", 9).value().entries.size() == 1);
  CHECK(f.store->feed_state(2, "main").error().code == Errc::not_found);
  f.clock.advance(std::chrono::seconds(2));
  const auto ran = other.run().value();
  CHECK(ran.posts == 1);
  const auto one = f.store->read_feed(1, "tag/go", 9).value().entries;
  const auto two = f.store->read_feed(2, "tag/go", 9).value().entries;
  REQUIRE((one.size() == 1 && two.size() == 1));
  CHECK(one[0].title == "사이트 1");
  CHECK(two[0].title == "사이트 2");
  CHECK(one[0].id != two[0].id);
  CHECK(two[0].id.starts_with("tag:b.example,"));
  CHECK(two[0].url == "https://b.example/posts/same");
  CHECK(f.store->ledger().list_events(1, 0, 99).value().back().data.find("사이트 2") ==
        std::string::npos);
  // Their plans: the main one's alone stands in the store, for the other nodes.
  CHECK_FALSE(f.store->read_plan(1).value().empty());
  CHECK(f.store->read_plan(2).value().empty());
}

TEST_CASE("Sites whose entries are to be made anew are found by what made them [S-056]",
          "[sites]") {
  StepFixture f;
  const auto main = f.step->plan();
  std::vector<SiteRow> rows;
  for (const char* host : {"b.example", "c.example", "d.example", "e.example"}) {
    rows.push_back(row(0, host));
    rows.back().id = f.store->add_site(rows.back()).value();
  }
  const auto outdated = [&](const SyndicationPlan& plan, const std::vector<SiteRow>& of) {
    return sites_with_outdated_entries(f.store->syndication(), directory(of), plan).value();
  };
  for (std::size_t i = 0; i < 3; ++i) {  // the last one has no entries
    const auto plan = plan_of(main, read_site_row(rows[i]).site);
    Step(*f.store, f.clock, plan).adopt(plan).value();
  }
  CHECK(outdated(main, rows).empty());
  const auto make = [&](SiteId site, const std::string& basis) {
    f.file.shell("UPDATE site_state SET entry_basis = '" + basis +
                 "' WHERE site_id = " + std::to_string(site) + ";");
  };
  make(rows[0].id, "1:older");
  make(rows[1].id, "999:newer");
  CHECK(outdated(main, rows) == std::vector{rows[0].id});
  auto changed = main;
  changed.has_embeds = true;
  CHECK(outdated(changed, rows) == std::vector{rows[0].id, rows[2].id});
  rows[2].title = "새 이름";
  rows[0].title.clear();  // not served
  CHECK(outdated(main, rows) == std::vector{rows[2].id});
  CHECK(outdated(main, {}).empty());
}
