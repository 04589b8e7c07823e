#include "notice.hpp"

#include "blog_fixture.hpp"
#include "sosik/base/digest.hpp"

using namespace sosik;
using sosik::testing::Blog;
using sosik::testing::header;
using sosik::testing::small_plan;

namespace {

constexpr std::array every_format = {Format::rss, Format::atom, Format::json, Format::html};

FeedDefinition moved(const std::string& key, const std::string& to) {
  FeedDefinition definition;
  definition.key = key;
  definition.moved_to = to;
  return definition;
}

FeedDefinition gone(const std::string& key) {
  FeedDefinition definition;
  definition.key = key;
  definition.is_gone = true;
  return definition;
}

SyndicationPlan plan_with(std::vector<FeedDefinition> definitions) {
  SyndicationPlan plan = small_plan();
  for (auto& definition : definitions) plan.definitions.push_back(std::move(definition));
  return plan;
}

std::string location(const SyndicationPlan& plan, std::string_view key, Format format) {
  const auto notice = Notice::of(plan, key, {});
  return notice ? header(notice->find(format, Coding::identity)->head, "Location") : "";
}

}  // namespace

TEST_CASE("A feed that moved elsewhere leads there in every format", "[snapshot][notice][H-230]") {
  const auto plan = plan_with({moved("dev", "https://new.example/feed.xml")});
  const auto notice = Notice::of(plan, "dev", {});
  REQUIRE(notice);
  for (Format format : every_format)
    for (Coding coding : {Coding::identity, Coding::gzip, Coding::br, Coding::zstd}) {
      const auto* told = notice->find(format, coding);
      CHECK(told->status == 301);
      CHECK(told->coding == Coding::identity);
      CHECK(told->body.view() == "This feed has moved to https://new.example/feed.xml\n");
      CHECK(told->head ==
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Length: 52\r\n"
            "Location: https://new.example/feed.xml\r\n"
            "Cache-Control: public, max-age=86400\r\n"
            "Access-Control-Allow-Origin: *\r\n"
            "Access-Control-Expose-Headers: ETag, Link, Retry-After\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "\r\n");
      CHECK(told->body.size() == 52);
      CHECK(told->etag.empty());
      CHECK(told->etag_hash.empty());
      CHECK(told->last_modified.empty());
      CHECK(told->changed_at == never);
      CHECK(notice->known(format, coding) == told);
      CHECK(notice->make(format, coding).value() == told);
    }
}

TEST_CASE("A feed that became another leads to it format by format", "[snapshot][notice][H-230]") {
  const auto plan = plan_with({moved("dev", "main"), moved("old", "tag/C++")});
  CHECK(location(plan, "dev", Format::rss) == "https://blog.example/rss.xml");
  CHECK(location(plan, "dev", Format::atom) == "https://blog.example/atom.xml");
  CHECK(location(plan, "dev", Format::json) == "https://blog.example/feed.json");
  CHECK(location(plan, "dev", Format::html) == "https://blog.example/feed");
  CHECK(location(plan, "old", Format::rss) == "https://blog.example/tag/C++/rss.xml");
  // At the address that negotiates, each format is answered otherwise.
  const auto notice = Notice::of(plan, "dev", {});
  CHECK(header(notice->find(Format::rss, Coding::identity)->head, "Vary") == "Accept");
}

TEST_CASE("Nobody is sent on twice, or in a circle", "[snapshot][notice][H-231]") {
  const auto plan = plan_with({moved("a", "b"), moved("b", "c"), moved("c", "main"),
                               moved("d", "e"), moved("e", "https://new.example/"), moved("f", "g"),
                               gone("g"), moved("x", "y"), moved("y", "x"), moved("self", "self")});
  CHECK(location(plan, "a", Format::rss) == "https://blog.example/rss.xml");
  CHECK(location(plan, "d", Format::rss) == "https://new.example/");
  for (auto key : {"f", "x", "y", "self"}) {
    INFO(key);
    CHECK(Notice::of(plan, key, {})->find(Format::rss, Coding::identity)->status == 410);
  }
}

TEST_CASE("A feed that is gone says so in every format", "[snapshot][notice][H-181][H-233]") {
  const auto notice = Notice::of(plan_with({gone("dev")}), "dev", {});
  REQUIRE(notice);
  for (Format format : every_format) {
    const auto* told = notice->find(format, Coding::br);
    CHECK(told->status == 410);
    CHECK(told->body.view() == "This feed is gone, and will not come back.\n");
    CHECK(told->head ==
          "Content-Type: text/plain; charset=utf-8\r\n"
          "Content-Length: 43\r\n"
          "Cache-Control: public, max-age=300\r\n"
          "Access-Control-Allow-Origin: *\r\n"
          "Access-Control-Expose-Headers: ETag, Link, Retry-After\r\n"
          "X-Content-Type-Options: nosniff\r\n"
          "\r\n");
    CHECK(told->etag.empty());
  }
}

TEST_CASE("A CDN can purge a notice by the keys of its feed", "[snapshot][notice][H-177]") {
  HeadOptions options;
  options.surrogate_key_field = "Cache-Tag";
  options.cdn_max_age_seconds = 1'000'000;  // of feeds: a notice has its own age
  const auto plan = plan_with({gone("a"), moved("b", "main")});
  for (auto key : {"a", "b"}) {
    const auto head = Notice::of(plan, key, options)->find(Format::rss, Coding::identity)->head;
    CHECK(header(head, "Cache-Tag") == "sosik,feed-" + hash64_hex(key));
    CHECK(header(head, "CDN-Cache-Control").empty());
  }
}

TEST_CASE("Feeds that are served, derived ones and pages have no notice", "[snapshot][notice]") {
  const auto plan = plan_with({gone("dev")});
  for (auto key : {"main", "", "tag/dev", "posts/dev", "unknown"})
    CHECK(Notice::of(plan, key, {}) == nullptr);
}

TEST_CASE("A moved feed is answered without store or renderer", "[snapshot][notice]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  blog.put_in_force(plan_with({moved("dev", "main"), gone("old")}));
  blog.is_store_gone = true;
  blog.is_renderer_broken = true;
  for (auto [key, status] : {std::pair("dev", 301), std::pair("old", 410)}) {
    const auto snapshot = blog.current(key);
    REQUIRE(snapshot);
    CHECK(snapshot->find(Format::atom, Coding::br)->status == status);
    CHECK(snapshot->make(Format::atom, Coding::br).value()->status == status);
  }
  CHECK(blog.rendered == 0);
  CHECK(blog.refreshed == 0);
  CHECK(blog.log().empty());
}

TEST_CASE("A feed moves and comes back with the plan, whatever the steps say",
          "[snapshot][notice][H-060]") {
  Blog blog(plan_with({moved("dev", "")}));
  blog.put(blog.post("a", "첫 글"));
  const auto before = blog.get("dev", Format::rss);
  CHECK(before.status == 200);
  const auto slot = blog.slot("dev");
  blog.put_in_force(plan_with({gone("dev")}));
  CHECK(slot->current() == nullptr);
  CHECK(blog.get("dev", Format::rss).status == 410);
  FeedState news;  // of a step that began before
  news.key = "dev";
  news.revision = 1'000;
  blog.snapshots->changed(main_site, {news}, {});
  CHECK(blog.get("dev", Format::rss).status == 410);
  CHECK(slot->current()->known(Format::rss, Coding::identity)->status == 410);
  blog.adopt(plan_with({moved("dev", "")}));
  const auto after = blog.get("dev", Format::rss);
  CHECK(after.status == 200);
  CHECK(after.body.view().find("첫 글") != std::string_view::npos);
}

TEST_CASE("Pages do not lead to a main feed that has moved or is gone",
          "[snapshot][notice][H-214]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  const auto leads = [&](std::string_view key) {
    const auto page = blog.get(key, Format::html);
    const bool in_head = page.head.find("/rss.xml>; rel=\"alternate\"") != std::string::npos;
    const bool in_body = page.body.view().find("/rss.xml\"") != std::string_view::npos;
    CHECK(in_head == in_body);
    return in_head;
  };
  CHECK(leads(""));
  CHECK(leads("posts/a"));
  SyndicationPlan plan = small_plan();
  plan.definitions = {moved("main", "https://new.example/")};
  blog.adopt(plan);
  CHECK_FALSE(leads(""));
  CHECK_FALSE(leads("posts/a"));
  CHECK(blog.get("", Format::html).body.view().find("첫 글") != std::string_view::npos);
  blog.adopt(small_plan());
  CHECK(leads(""));
}
