// /api/v1/hooks/generic: other systems' words for a post.
#include "api_fixture.hpp"

using namespace sosik;

namespace {

const std::string path = "/api/v1/hooks/generic";

nlohmann::json sent(ApiBlog& blog, const std::string& body) {
  return json_of(blog.ask({"POST", path, body}));
}

}  // namespace

TEST_CASE("A hook's post is stored under the sender's id", "[admin][api][hook]") {
  ApiBlog blog;
  const std::string body = R"({"event": "post.published", "data": {"id": 42, "title": "새 글",
    "url": "https://cms.example/42", "html": "<p>본문</p>", "excerpt": "요약",
    "published_at": "2026-03-04 09:30", "tags": [{"name": "회고"}, "팀"], "categories": "개발, 조직",
    "author": {"name": "김지은"}, "slug": "new-post", "unknown": [1]}})";
  CHECK(sent(blog, body) == nlohmann::json({{"post_id", "hook:42"}, {"outcome", "created"}}));
  const auto post = blog.store->read_post(1, "hook:42").value();
  CHECK(post.source == "hook");
  CHECK(post.source_key == "42");
  CHECK(post.status == PostStatus::published);
  CHECK(post.title == "새 글");
  CHECK(post.url == "https://cms.example/42");
  CHECK(post.body == "<p>본문</p>");
  CHECK(post.summary == "요약");
  CHECK(post.slug == "new-post");
  CHECK(to_unix_seconds(*post.published_at) == 1772584200);
  REQUIRE(post.tags.size() == 2);
  CHECK(post.tags[0].tag == "회고");
  REQUIRE(post.categories.size() == 2);
  CHECK(post.categories[1].path == "조직");
  CHECK(post.authors.at(0).name == "김지은");
  CHECK(sent(blog, body)["outcome"] == "unchanged");  // sent again
  CHECK(blog.writes == 1);
}

TEST_CASE("Names that differ mean the same", "[admin][api][hook]") {
  ApiBlog blog;
  auto [body, title, text, date] = GENERATE(table<std::string, std::string, std::string, int>({
      {R"({"guid": "g", "title": {"rendered": "가"}, "content": {"rendered": "나"}, "date": 1772584200})",
       "가", "나", 1772584200},
      {R"({"post": {"current": {"post_id": "g", "title": "가", "markdown": "나", "html": "x",
           "publishedAt": "2026-03-04T00:30:00Z"}}})",
       "가", "나", 1772584200},
      {R"({"payload": {"id": "g", "title": "가", "text": "나", "pubDate": "Wed, 04 Mar 2026 00:30:00 +0000"}})",
       "가", "나", 1772584200},
      {R"({"entry": {"id": "g", "title": "가", "content_html": "나", "date": 1772584200000}})",
       "가", "나", 1772584200},
      {R"({"id": "g", "title": "가", "body": "나"})", "가", "나", 1795424709},
  }));
  INFO(body);
  REQUIRE(sent(blog, body)["post_id"] == "hook:g");
  const auto post = blog.store->read_post(1, "hook:g").value();
  CHECK(post.title == title);
  CHECK(post.body == text);
  CHECK(to_unix_seconds(*post.published_at) == date);
}

TEST_CASE("What its author takes back, by any word, is not shown", "[admin][api][hook]") {
  ApiBlog blog;
  REQUIRE(sent(blog, R"({"id": 1, "title": "가"})")["outcome"] == "created");
  auto [body, outcome, status] = GENERATE(table<std::string, std::string, PostStatus>({
      {R"({"event": "post.unpublished", "data": {"id": 1}})", "updated", PostStatus::unpublished},
      {R"({"type": "entry_unpublish", "id": 1})", "updated", PostStatus::unpublished},
      {R"({"event": "post.updated", "id": 1, "title": "가", "status": "draft"})", "updated",
       PostStatus::draft},
      {R"({"event": "post.published", "id": 1, "title": "가", "state": "Private"})", "updated",
       PostStatus::unpublished},
      {R"({"event": "post.updated", "id": 1, "title": "가", "status": "publish"})", "unchanged",
       PostStatus::published},
      {R"({"type": "post", "id": 1, "title": "나"})", "updated", PostStatus::published},
  }));
  INFO(body);
  CHECK(sent(blog, body)["outcome"] == outcome);
  const auto post = blog.store->read_post(1, "hook:1").value();
  CHECK(post.status == status);
  CHECK_FALSE(post.title.empty());  // a notice without content takes none away
}

TEST_CASE("A deletion deletes; what is not there is as it is wanted", "[admin][api][hook]") {
  ApiBlog blog;
  const std::string body =
      GENERATE(as<std::string>{}, R"({"event": "post.deleted", "data": {"id": 1}})",
               R"({"action": "Delete", "id": 1, "title": "가"})",
               R"({"id": 1, "title": "가", "status": "trash"})");
  INFO(body);
  sent(blog, R"({"id": 1, "title": "가"})");
  CHECK(sent(blog, body)["outcome"] == "deleted");
  CHECK_FALSE(blog.store->read_post(1, "hook:1").has_value());
  CHECK(sent(blog, body)["outcome"] == "unchanged");
}

TEST_CASE("What cannot be understood is told with its place", "[admin][api][hook]") {
  ApiBlog blog;
  auto [body, where] = GENERATE(table<std::string, std::string>({
      {R"({"title": "가"})", "#: has none of id"},
      {R"({"data": {"id": 1, "title": "가", "status": "sent"}})", "#/data/status: "},
      {R"({"id": 1, "title": "가", "date": "어제"})", "#/date: "},
      {R"({"id": 1, "title": ["가"]})", "#/title: "},
      {R"({"id": 1, "title": "가", "tags": 7})", "#/tags: "},
      {R"({"event": "post.published", "id": 1})", "#: has neither a title nor a text"},
  }));
  INFO(body);
  const auto answer = blog.ask({"POST", path, body});
  CHECK(status_of(answer) == 422);
  CHECK(errors_of(answer).find(where) != std::string::npos);
  CHECK(blog.writes == 0);
}

TEST_CASE("A long id is kept by its digest, an address stands for a missing one",
          "[admin][api][hook]") {
  ApiBlog blog;
  CHECK(sent(blog, R"({"link": "https://a.example/1", "title": "가"})")["post_id"] ==
        "hook:https://a.example/1");
  const std::string id =
      sent(blog, "{\"id\": \"" + std::string(300, 'a') + "\", \"title\": \"가\"}")["post_id"];
  CHECK(id.starts_with("hook:sha256-"));
}
