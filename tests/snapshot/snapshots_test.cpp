#include <set>

#include "blog_fixture.hpp"

using namespace sosik;
using sosik::testing::Blog;
using sosik::testing::header;
using sosik::testing::small_plan;

TEST_CASE("Nothing is rendered before somebody asks, and then once", "[snapshot]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  const auto snapshot = blog.slot("main")->current();
  CHECK(snapshot->find(Format::rss, Coding::identity) == nullptr);
  CHECK(blog.rendered == 0);
  const auto* made = snapshot->make(Format::rss, Coding::identity).value();
  CHECK(snapshot->find(Format::rss, Coding::identity) == made);
  CHECK(snapshot->make(Format::rss, Coding::identity).value() == made);
  CHECK(snapshot->make(Format::rss, Coding::gzip).value()->etag_hash == made->etag_hash);
  CHECK(blog.rendered == 1);  // one body for all codings
  CHECK(snapshot->find(Format::atom, Coding::identity) == nullptr);
}

TEST_CASE("A publish shows in the next snapshot; the one before stays whole", "[snapshot]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  const auto slot = blog.slot("main");
  const auto version = slot->version();
  const auto before = slot->current();
  const auto* old_bytes = before->make(Format::rss, Coding::identity).value();
  const std::string old_body(old_bytes->body.view());
  blog.put(blog.post("b", "둘째 글"));
  CHECK(slot->version() != version);
  const auto after = slot->current();
  REQUIRE(after != before);
  const auto* new_bytes = after->make(Format::rss, Coding::identity).value();
  CHECK_THAT(std::string(new_bytes->body.view()),
             Catch::Contains("둘째 글") && Catch::Contains("첫 글"));
  CHECK(new_bytes->etag != old_bytes->etag);
  CHECK(new_bytes->changed_at > old_bytes->changed_at);
  CHECK(before->find(Format::rss, Coding::identity) == old_bytes);
  CHECK(old_bytes->body.view() == old_body);
}

TEST_CASE("Equal bytes have equal tags, whoever made them", "[snapshot][H-091]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  const auto other_process = make_snapshots(blog.options());
  for (Format format : {Format::rss, Format::atom, Format::json, Format::html}) {
    const auto here = blog.get("main", format);
    const auto feed = other_process->open(main_site, "main").value();
    const auto there = *feed->current()->make(format, Coding::identity).value();
    CHECK(here.etag == there.etag);
    CHECK(here.body.view() == there.body.view());
    CHECK(here.head == there.head);
    CHECK(here.last_modified == there.last_modified);
  }
}

TEST_CASE("After a reset the same state has the same tag", "[snapshot][H-117]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  const auto before = blog.get("main", Format::atom);
  const auto slot = blog.slot("main");
  const auto version = slot->version();
  blog.snapshots->reset();
  CHECK(slot->version() != version);
  CHECK(slot->current() == nullptr);
  const auto after = blog.get("main", Format::atom);
  CHECK(after.etag == before.etag);
  CHECK(after.last_modified == before.last_modified);
  CHECK(blog.slot("main") == slot);
}

TEST_CASE("A new title of the site shows after a reset, under a new tag and date",
          "[snapshot][H-112]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  const auto before = blog.get("main", Format::rss);
  SyndicationPlan plan = small_plan();
  plan.site.title = "새 이름";
  blog.adopt(plan);
  const auto after = blog.get("main", Format::rss);
  CHECK_THAT(std::string(after.body.view()), Catch::Contains("새 이름"));
  CHECK(after.etag != before.etag);
  CHECK(after.changed_at > before.changed_at);
}

TEST_CASE("A settled feed is rendered without a word to the step, after a reset too",
          "[snapshot][H-117]") {
  Blog blog;
  Post post = blog.post("a", "첫 글");
  post.tags = {{"AI", ""}};
  blog.put(post);
  const auto get_all = [&] {
    for (const auto key : {"main", "tag/AI"})
      for (Format format : {Format::rss, Format::atom, Format::json}) blog.get(key, format);
  };
  get_all();
  blog.put(blog.post("b", "둘째 글"));
  get_all();
  blog.snapshots->reset();
  get_all();
  CHECK(blog.refreshed == 0);
}

TEST_CASE("A feed that another definition showed last is refreshed once before it is rendered",
          "[snapshot][H-117]") {
  Blog blog;
  Post post = blog.post("a", "첫 글");
  post.tags = {{"AI", ""}};
  blog.put(post);
  SyndicationPlan plan = small_plan();
  plan.site.title = "새 이름";
  blog.adopt(plan);  // which leaves derived feeds to their first rendering
  blog.restart();
  for (Format format : {Format::rss, Format::atom, Format::json}) blog.get("tag/AI", format);
  CHECK(blog.refreshed == 1);
  blog.get("main", Format::rss);
  CHECK(blog.refreshed == 1);
}

TEST_CASE("A feed that another process keeps advancing is refreshed once after each reset",
          "[snapshot][H-117]") {
  Blog blog;
  Post post = blog.post("a", "첫 글");
  post.tags = {{"AI", ""}};
  blog.put(post);
  SyndicationPlan plan = small_plan();
  plan.site.title = "새 이름";
  blog.restart([&](SnapshotOptions& options) {  // whose step has another plan than ours
    options.plan = [ours = std::make_shared<const SyndicationPlan>(plan)](SiteId) { return ours; };
  });
  for (int resets = 0; resets < 3; ++resets) {
    for (Format format : {Format::rss, Format::atom, Format::json}) blog.get("tag/AI", format);
    CHECK(blog.refreshed == resets + 1);
    blog.snapshots->reset();
  }
}

TEST_CASE("What the step leaves at another definition has no date that a 304 could be by [S-056]",
          "[snapshot]") {
  Blog blog;
  Post post = blog.post("a", "첫 글");
  post.tags = {{"AI", ""}};
  blog.put(post);
  SyndicationPlan plan = small_plan();
  plan.derived.content = FeedContent::summary;
  plan.site.title = "새 이름";
  for (const auto& [key, format] : {std::pair("tag/AI", Format::atom), {"opml", Format::opml}}) {
    INFO(key);
    blog.restart();
    const auto before = blog.get(key, format);
    CHECK_FALSE(before.last_modified.empty());
    blog.restart([&](SnapshotOptions& options) {  // and its step leaves them alone
      options.plan = [ours = std::make_shared<const SyndicationPlan>(plan)](SiteId) {
        return ours;
      };
    });
    const auto after = blog.get(key, format);
    CHECK(after.etag != before.etag);
    CHECK(after.last_modified.empty());
    CHECK(after.changed_at == never);
  }
}

TEST_CASE("A plan that the step has not adopted yet is waited for, however settled a feed looks",
          "[snapshot][H-117]") {
  SyndicationPlan with_dev = small_plan();
  FeedDefinition dev;
  dev.key = "dev";
  dev.filter.tags = {"AI"};
  with_dev.definitions.push_back(dev);
  Blog blog(with_dev);
  Post post = blog.post("a", "첫 글");
  post.tags = {{"AI", ""}};
  blog.put(post);
  blog.adopt(small_plan());  // now "dev" has no members any more, and keeps its state
  blog.restart([&](SnapshotOptions& options) {
    options.refresh = [&, refresh = options.refresh](SiteId site, std::string_view key) {
      if (blog.refreshed == 0) blog.step_adopts(with_dev);  // the step's thread was at it
      return refresh(site, key);
    };
  });
  blog.put_in_force(with_dev);
  CHECK_THAT(std::string(blog.get("dev", Format::rss).body.view()), Catch::Contains("첫 글"));
  CHECK(blog.refreshed == 1);
  blog.get("dev", Format::atom);
  blog.get("main", Format::rss);
  CHECK(blog.refreshed == 1);  // once for all feeds
}

TEST_CASE("When new bytes do not pass the gate, the last good ones stay with their own validators",
          "[snapshot]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  const auto good = blog.get("main", Format::rss);
  blog.is_renderer_broken = true;
  blog.put(blog.post("b", "둘째 글"));
  const auto still = blog.get("main", Format::rss);
  CHECK(still.etag == good.etag);
  CHECK(still.last_modified == good.last_modified);
  CHECK(still.body.view() == good.body.view());
  const int attempts = blog.rendered;
  const auto snapshot = blog.slot("main")->current();
  CHECK(snapshot->find(Format::rss, Coding::identity) !=
        nullptr);  // remembered: not tried at each ask
  blog.get("main", Format::rss, Coding::gzip);
  CHECK(blog.rendered == attempts);
  REQUIRE(blog.log().size() == 1);
  CHECK_THAT(blog.log()[0], Catch::Contains("[main]") && Catch::Contains("line 7"));

  SECTION("also over several bad revisions") {
    blog.put(blog.post("c", "셋째 글"));
    CHECK(blog.get("main", Format::rss).etag == good.etag);
  }
  SECTION("until a revision is good again") {
    blog.is_renderer_broken = false;
    blog.put(blog.post("d", "넷째 글"));
    CHECK_THAT(std::string(blog.get("main", Format::rss).body.view()),
               Catch::Contains("넷째 글") && Catch::Contains("둘째 글"));
  }
}

TEST_CASE("Without good bytes a feed that does not pass the gate is not served", "[snapshot]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  blog.is_renderer_broken = true;
  const auto snapshot = blog.slot("main")->current();
  CHECK(snapshot->make(Format::rss, Coding::identity).error().code == Errc::invalid);
  CHECK(snapshot->make(Format::rss, Coding::identity).error().code == Errc::invalid);
  CHECK(blog.rendered == 1);
  CHECK(blog.log().size() == 1);
}

TEST_CASE("While the store cannot be read, what was served goes on being served",
          "[snapshot][H-234]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  const auto good = blog.get("main", Format::rss);
  const auto end = GENERATE(as<std::string>(), "changed", "reset");
  INFO(end);
  if (end == "changed")
    blog.put(blog.post("b", "둘째 글"));
  else
    blog.snapshots->reset();
  blog.is_store_gone = true;
  // The pooled connection is still good, so the refresh or a new pool must feel it.
  const auto gone = make_snapshots(blog.options());
  CHECK(gone->open(main_site, "main").error().code == Errc::unavailable);
  if (end == "reset") {
    CHECK(blog.get("main", Format::rss).etag == good.etag);
    CHECK(!blog.log().empty());
    CHECK(blog.slot("main")->current()->find(Format::rss, Coding::identity) ==
          nullptr);  // tried again
    CHECK(blog.slot("main")->current()->make(Format::atom, Coding::identity).error().code ==
          Errc::unavailable);
  }
  blog.is_store_gone = false;
  const auto body = blog.get("main", Format::rss).body.view();
  CHECK((body.find("둘째 글") != std::string::npos) == (end == "changed"));
}

TEST_CASE("What is not there is not found, and takes no memory", "[snapshot]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  for (std::string_view key :
       {"nothing", "category/없음", "tag/없음", "posts/없음", "posts/", "category/", "x/y"}) {
    INFO(key);
    CHECK(blog.snapshots->open(main_site, key).error().code == Errc::not_found);
    CHECK(blog.snapshots->find(main_site, key) == nullptr);
  }
}

TEST_CASE("The list of all posts and post pages are pages only", "[snapshot]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  for (std::string_view key : {"", "posts/a"}) {
    CHECK_THAT(std::string(blog.get(key, Format::html).body.view()), Catch::Contains("첫 글"));
    CHECK(blog.slot(key)->current()->make(Format::rss, Coding::identity).error().code ==
          Errc::not_found);
  }
}

TEST_CASE("The front page lists every post and leads to the main feed", "[snapshot]") {
  Blog blog;
  for (int i = 0; i < 25; ++i) {
    Post post = blog.post("p" + std::to_string(i), "글 " + std::to_string(i));
    post.published_at = *post.published_at + std::chrono::hours(i);
    blog.put(post);
  }
  const auto page = blog.get("", Format::html);
  CHECK_THAT(std::string(page.body.view()),
             Catch::Contains("<h2>글 25개</h2>") && Catch::Contains(">글 0</a>"));
  CHECK(header(page.head, "Link") == "<https://blog.example/>; rel=\"self\"");
  CHECK_THAT(page.head, Catch::Contains("Link: <https://blog.example/rss.xml>; rel=\"alternate\""));
  CHECK_THAT(std::string(blog.get("main", Format::rss).body.view()),
             !Catch::Contains("<title>글 0<"));  // limit 20
}

TEST_CASE("An unpublished post's page is gone at once and may come back", "[snapshot][F-008]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  const auto slot = blog.slot("posts/a");
  CHECK_THAT(std::string(blog.get("posts/a", Format::html).body.view()), Catch::Contains("첫 글"));
  const auto version = slot->version();
  blog.put(blog.post("a", "첫 글", PostStatus::unpublished));
  CHECK(slot->version() != version);
  CHECK(slot->current() == nullptr);
  CHECK(blog.snapshots->open(main_site, "posts/a").error().code == Errc::not_found);
  blog.is_store_gone = true;  // and no fallback brings it back
  CHECK(blog.snapshots->open(main_site, "posts/a").has_error());
  blog.is_store_gone = false;
  blog.put(blog.post("a", "돌아온 글"));
  CHECK_THAT(std::string(blog.get("posts/a", Format::html).body.view()),
             Catch::Contains("돌아온 글"));
  CHECK(blog.slot("posts/a") == slot);
}

TEST_CASE("After another process stepped, no page is shown without a look at the store",
          "[snapshot][F-008]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  blog.get("posts/a", Format::html);
  blog.get("main", Format::rss);
  blog.put_silently(blog.post("a", "첫 글", PostStatus::unpublished));
  blog.snapshots->reset();
  blog.is_store_gone = true;
  CHECK(blog.snapshots->open(main_site, "posts/a").error().code == Errc::unavailable);
  CHECK(blog.get("main", Format::rss).status == 200);  // but the last good feed is (H-234)
}

TEST_CASE("A post that lives elsewhere has no page here", "[snapshot]") {
  Blog blog;
  Post post = blog.post("a", "다른 곳의 글");
  post.url = "https://elsewhere.example/a";
  blog.put(post);
  CHECK(blog.snapshots->open(main_site, "posts/a").error().code == Errc::not_found);
}

TEST_CASE("A page without a record of its change has a tag and no date", "[snapshot][H-075]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  const auto page = blog.get("posts/a", Format::html);
  CHECK(page.changed_at == never);
  CHECK(page.last_modified.empty());
  CHECK(page.content_location.empty());
  CHECK(!page.etag.empty());
}

TEST_CASE("A derived feed goes by the name it was first written with, and moves with all spellings",
          "[snapshot][K-008]") {
  Blog blog;
  Post post = blog.post("a", "첫 글");
  post.tags = {{"AI", ""}};
  blog.put(post);
  CHECK_THAT(std::string(blog.get("tag/AI", Format::rss).body.view()),
             Catch::Contains("https://blog.example/tag/AI/rss.xml"));
  Post second = blog.post("b", "둘째 글");
  second.tags = {{"ai", ""}};
  blog.put(second);
  CHECK(blog.slot("tag/ai") == blog.slot("tag/AI"));
  CHECK(blog.slot("tag/ai")->key() == "tag/AI");
  CHECK_THAT(std::string(blog.get("tag/AI", Format::rss).body.view()),
             Catch::Contains("둘째 글") && Catch::Contains("첫 글"));
}

TEST_CASE("What does not exist is looked for once, until news comes", "[snapshot]") {
  Blog blog;
  Post post = blog.post("a", "첫 글");
  blog.put(post);
  const std::string key = GENERATE("tag/AI", "posts/b", "nothing");
  CHECK(blog.snapshots->open(main_site, key).error().code == Errc::not_found);
  blog.is_store_gone = true;
  CHECK(blog.snapshots->open(main_site, key).error().code == Errc::not_found);
  CHECK(blog.snapshots->open(main_site, "tag/other").error().code == Errc::unavailable);
  // Nor is it forgotten for a flood of names that are no names.
  blog.is_store_gone = false;
  for (int i = 0; i < 2000; ++i)
    blog.snapshots->open(main_site, "tag/" + std::to_string(i) + std::string(300, 'x'));
  blog.is_store_gone = true;
  CHECK(blog.snapshots->open(main_site, key).error().code == Errc::not_found);
  blog.is_store_gone = false;
  SECTION("of a step") {
    Post second = blog.post("b", "둘째 글");
    second.tags = {{"AI", ""}};
    blog.put(second);
    CHECK(blog.snapshots->open(main_site, key).has_value() == (key != "nothing"));
  }
  SECTION("of another process or plan") {
    blog.snapshots->reset();
    blog.is_store_gone = true;
    CHECK(blog.snapshots->open(main_site, "posts/b").error().code == Errc::unavailable);
  }
}

TEST_CASE("News that is old changes nothing", "[snapshot]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  const auto slot = blog.slot("main");
  const auto snapshot = slot->current();
  FeedState old;
  old.key = "main";
  blog.snapshots->changed(main_site, {old}, {"a", "unknown"});
  CHECK(slot->current() == snapshot);
}

TEST_CASE("Self, hub, canonical and alternates agree with the document",
          "[snapshot][H-210][H-211][H-214]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  for (Format format : {Format::rss, Format::atom, Format::json, Format::html}) {
    const auto made = blog.get("main", format);
    const std::string self = header(made.head, "Link");
    const std::string url = self.substr(1, self.find('>') - 1);
    CHECK_THAT(std::string(made.body.view()), Catch::Contains("\"" + url + "\""));
    const bool is_topic = format != Format::html;
    const auto has = [](std::string_view text, const char* part) {
      return text.find(part) != std::string::npos;
    };
    CHECK(has(made.head, "Link: <https://hub.example/>; rel=\"hub\"") == is_topic);
    CHECK(has(made.body.view(), "\"https://hub.example/\"") == is_topic);
    CHECK(made.content_location == "Content-Location: " + url + "\r\n");
    CHECK(header(made.head, "Content-Type") == std::string(media_type(format)));
  }
}
