// Snapshots of several sites with the same keys: nothing of one is ever another's (docs/sites.md).
#include "sosik/syndicate/sites.hpp"

#include "blog_fixture.hpp"
#include "catch.hpp"

using namespace sosik;
using sosik::testing::small_plan;

namespace {

Site site_at(SiteId id, const std::string& host) {
  SiteRow row;
  row.id = id;
  row.host = host;
  row.title = "블로그 " + std::to_string(id);
  return read_site_row(row).site;
}

// Two sites on one store, each with a post of the same id and slug.
struct TwoSites {
  TwoSites() {
    plans = {{main_site, std::make_shared<const SyndicationPlan>(small_plan())},
             {2, std::make_shared<const SyndicationPlan>(
                     plan_of(small_plan(), site_at(2, "second.kr")))}};
    for (const auto& [site, plan] : plans) {
      steps.emplace(site, std::make_unique<Step>(*store, clock, *plan));
      put(site, mark(site));
    }
    snapshots = make();
  }
  std::shared_ptr<Snapshots> make(std::size_t budget = 256 << 20) {
    SnapshotOptions options;
    options.budget = budget;
    options.plan = [this](SiteId site) {
      const auto found = plans.find(site);
      return found == plans.end() ? nullptr : found->second;
    };
    options.open_store = [this] { return open_store(url); };
    options.refresh = [this](SiteId site, std::string_view key) {
      return steps.at(site)->refresh(key);
    };
    options.remember = [this](SiteId site, DocumentTag tag) {
      store->remember_tags(site, std::vector{tag}).value();
    };
    return make_snapshots(std::move(options));
  }
  static std::string mark(SiteId site) { return site == 1 ? "가나다라" : "마바사아"; }
  void put(SiteId site, const std::string& title) {
    Post post;
    post.site = site;
    post.post_id = post.slug = "same";
    post.title = title;
    post.body = "<p>" + title + "의 본문</p>";
    post.status = PostStatus::published;
    post.published_at = from_unix_ms(1'795'000'000'000);
    store->put_post(post).value();
    clock.advance(std::chrono::seconds(2));
    const auto report = steps.at(site)->run().value();
    if (snapshots) snapshots->changed(site, report.changed_feeds, report.changed_slugs);
  }
  Representation get(SiteId site, const std::string& key, Format format = Format::rss) {
    return *snapshots->open(site, key).value()->current()->make(format, Coding::identity).value();
  }
  static bool has(const Representation& document, std::string_view text) {
    return document.body.view().find(text) != std::string_view::npos;
  }

  TempDir dir;
  std::string url = "sqlite:" + (dir / "posts.db").string();
  FakeClock clock;
  std::unique_ptr<Store> store = open_store(url).value();
  std::map<SiteId, std::shared_ptr<const SyndicationPlan>> plans;
  std::map<SiteId, std::unique_ptr<Step>> steps;
  std::shared_ptr<Snapshots> snapshots;
};

}  // namespace

TEST_CASE("The same keys of two sites are two documents", "[snapshot][sites]") {
  TwoSites both;
  const auto [key, format] = GENERATE(table<std::string, Format>({{"main", Format::rss},
                                                                  {"main", Format::atom},
                                                                  {"main", Format::json},
                                                                  {"", Format::html},
                                                                  {"posts/same", Format::html},
                                                                  {"opml", Format::opml}}));
  INFO(key);
  const auto one = both.get(1, key, format), two = both.get(2, key, format);
  CHECK(one.etag != two.etag);
  CHECK(both.has(one, "https://blog.example"));
  CHECK_FALSE(both.has(one, "second.kr"));
  CHECK(both.has(two, "https://second.kr"));
  CHECK_FALSE(both.has(two, "blog.example"));
  CHECK_FALSE(both.has(two, both.mark(1)));
  CHECK_FALSE(both.has(two, "소식 블로그"));
  CHECK(two.head.find("blog.example") == std::string::npos);
}

TEST_CASE("News of one site leave the slots of the others as they are", "[snapshot][sites]") {
  TwoSites both;
  const auto one = both.snapshots->open(1, "main").value();
  const auto two = both.snapshots->open(2, "main").value();
  CHECK(one != two);
  CHECK(both.snapshots->find(2, "main") == two);
  const auto before = one->version();
  both.put(2, "고친 글");
  CHECK(one->version() == before);
  CHECK(both.has(both.get(2, "main"), "고친 글"));
  CHECK(both.has(both.get(1, "main"), both.mark(1)));
  both.snapshots->reset(2);
  CHECK(one->version() == before);
  CHECK(two->current() == nullptr);
}

TEST_CASE("What is not served is not found, whatever was held of it", "[snapshot][sites]") {
  TwoSites both;
  both.get(2, "main");
  both.plans.erase(2);
  both.snapshots->reset(2);
  CHECK(both.snapshots->open(2, "main").error().code == Errc::not_found);
  CHECK(both.snapshots->open(2, "posts/same").error().code == Errc::not_found);
  CHECK(both.snapshots->open(7, "main").error().code == Errc::not_found);
  CHECK(both.snapshots->open(1, "main").has_value());
}

TEST_CASE("Absences are of a site", "[snapshot][sites]") {
  TwoSites both;
  CHECK_FALSE(both.snapshots->open(1, "tag/go").has_value());
  Post post = both.store->read_post(2, "same").value();
  post.tags = {{"go", ""}};
  both.store->put_post(post).value();
  both.clock.advance(std::chrono::seconds(2));
  both.steps.at(2)->run().value();
  CHECK(both.snapshots->open(2, "tag/go").has_value());
}

TEST_CASE("Tags are remembered by site, and vouch for no other's document",
          "[snapshot][sites][S-040]") {
  TwoSites both;
  const auto one = both.get(1, "main"), two = both.get(2, "main");
  both.snapshots = both.make();  // the next process
  const auto known = [&](SiteId site) {
    const auto snapshot = both.snapshots->open(site, "main").value()->current();
    const auto* found = snapshot->known(Format::rss, Coding::identity);
    return found ? found->etag : std::string();
  };
  CHECK(known(1) == one.etag);
  CHECK(known(2) == two.etag);
}

TEST_CASE("One budget holds all sites", "[snapshot][sites]") {
  TwoSites both;
  both.snapshots = both.make(20'000);
  for (int i = 0; i < 3; ++i)
    for (const SiteId site : {1, 2})
      for (const auto format : {Format::rss, Format::atom, Format::json})
        CHECK(both.has(both.get(site, "main", format), both.mark(site)));
  CHECK(both.snapshots->statistics().evictions > 0);
}
