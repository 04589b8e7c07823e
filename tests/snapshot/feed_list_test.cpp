// The list of feeds as a document like others: made on first ask, tagged, remembered (F-200).
#include "blog_fixture.hpp"

using namespace sosik;
using sosik::testing::Blog;
using sosik::testing::header;
using sosik::testing::small_plan;

namespace {

SyndicationPlan plan_of_three() {
  auto plan = small_plan();
  FeedDefinition dev, old, away;
  dev.key = "dev";
  dev.title = "개발";
  dev.description = "개발 글만";
  dev.language = "ko-KR";
  old.key = "old";
  old.title = "끝난 피드";
  old.is_gone = true;
  away.key = "away";
  away.title = "떠난 피드";
  away.moved_to = "dev";
  plan.definitions = {away, dev, plan.definitions[0], old};
  return plan;
}

Post categorised(const Blog& blog, const std::string& id, const std::string& path) {
  Post post = blog.post(id, "글 " + id);
  post.categories = {{path, ""}};
  return post;
}

std::string opml(Blog& blog) { return std::string(blog.get(opml_key, Format::opml).body.view()); }

}  // namespace

TEST_CASE("The list holds main first, what is served, and categories",
          "[snapshot][opml][F-200][H-230][H-233]") {
  Blog blog(plan_of_three());
  blog.put(categorised(blog, "a", "조직/팀"));
  const std::string list = opml(blog);
  const auto main = list.find("xmlUrl=\"https://blog.example/rss.xml\""),
             dev = list.find("xmlUrl=\"https://blog.example/dev/rss.xml\"");
  REQUIRE(main != std::string::npos);
  CHECK(dev != std::string::npos);
  CHECK(main < dev);
  CHECK(list.find("htmlUrl=\"https://blog.example/dev/feed\"") != std::string::npos);
  CHECK(list.find("description=\"개발 글만\" language=\"ko-KR\"") != std::string::npos);
  CHECK(list.find("text=\"소식 블로그 — 조직/팀\"") != std::string::npos);
  CHECK(list.find("끝난 피드") == std::string::npos);
  CHECK(list.find("떠난 피드") == std::string::npos);
}

TEST_CASE("The list changes with its bytes and with nothing else", "[snapshot][opml][H-091]") {
  Blog blog;
  blog.put(categorised(blog, "a", "팀"));
  const auto first = blog.get(opml_key, Format::opml);
  blog.put(categorised(blog, "b", "팀"));
  const auto same = blog.get(opml_key, Format::opml);
  CHECK(same.etag == first.etag);
  CHECK(same.last_modified == first.last_modified);
  blog.put(categorised(blog, "c", "회고"));
  const auto changed = blog.get(opml_key, Format::opml);
  CHECK(changed.etag != first.etag);
  CHECK(changed.last_modified != first.last_modified);
  CHECK(changed.body.view() != first.body.view());
}

TEST_CASE("The list has the head of a document of its own", "[snapshot][opml][H-257]") {
  Blog blog;
  const auto list = blog.get(opml_key, Format::opml);
  CHECK(header(list.head, "Content-Type") == "text/x-opml; charset=utf-8");
  CHECK(header(list.head, "Link") == "<https://blog.example/opml.xml>; rel=\"self\"");
  CHECK(header(list.head_304, "ETag") == list.etag);
  CHECK_FALSE(list.last_modified.empty());
}

TEST_CASE("After a restart the list is known without being rendered", "[snapshot][opml][H-091]") {
  Blog blog;
  blog.put(categorised(blog, "a", "팀"));
  const auto list = blog.get(opml_key, Format::opml);
  blog.restart();
  const Representation* known = blog.known(opml_key, Format::opml);
  REQUIRE(known);
  CHECK(known->etag == list.etag);
  CHECK(known->last_modified == list.last_modified);
  auto renamed = small_plan();
  renamed.site.title = "새 이름";
  blog.adopt(renamed);
  CHECK(blog.get(opml_key, Format::opml).etag != list.etag);
}

TEST_CASE("The list is no feed and a feed is no list", "[snapshot][opml]") {
  Blog blog;
  for (const Format format : {Format::rss, Format::atom, Format::json, Format::html})
    CHECK(blog.current(opml_key)->make(format, Coding::identity).error().code == Errc::not_found);
  CHECK(blog.current("main")->make(Format::opml, Coding::identity).error().code == Errc::not_found);
}

TEST_CASE("The same posts give the same documents in whatever order they were written",
          "[snapshot][F-010]") {
  std::vector<std::vector<std::string>> outputs;
  for (const bool is_reversed : {false, true}) {
    auto plan = small_plan();
    plan.definitions[0].extensions.tombstones = true;
    Blog blog(plan);
    std::vector<Post> posts;
    for (int i = 0; i < 12; ++i) {
      const std::string n = std::to_string(i);
      Post post = categorised(blog, "p" + n, i % 2 ? "팀" : "회고/연말");
      post.tags = {{"태그" + std::to_string(i % 3), ""}};
      if (i % 4 == 0) *post.published_at += std::chrono::seconds(i);  // the others share a moment
      posts.push_back(post);
    }
    if (is_reversed) std::reverse(posts.begin(), posts.end());
    blog.put_all(posts);
    std::vector<std::string> documents;
    for (const std::string key : {"main", "category/회고", "tag/태그1"})
      for (const Format format : {Format::rss, Format::atom, Format::json, Format::html})
        documents.emplace_back(blog.get(key, format).body.view());
    documents.push_back(opml(blog));
    outputs.push_back(std::move(documents));
  }
  CHECK(outputs[0] == outputs[1]);
}

TEST_CASE("Tombstones are in the feed that asks for them", "[snapshot][F-102]") {
  auto plan = small_plan();
  plan.definitions[0].extensions.tombstones = true;
  Blog blog(plan);
  blog.put(blog.post("a", "갈 글"));
  blog.put(blog.post("b", "남을 글"));
  CHECK(blog.get("main", Format::atom).body.view().find("deleted-entry") == std::string::npos);
  blog.put(blog.post("a", "갈 글", PostStatus::deleted));
  const auto atom = blog.get("main", Format::atom);
  CHECK(atom.body.view().find("<at:deleted-entry ref=\"tag:blog.example,") != std::string::npos);
  CHECK(atom.body.view().find("갈 글") == std::string::npos);
  CHECK(blog.get("main", Format::rss).body.view().find("deleted-entry") == std::string::npos);
  blog.adopt(small_plan());
  CHECK(blog.get("main", Format::atom).body.view().find("deleted-entry") == std::string::npos);
}
