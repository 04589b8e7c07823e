// /api/v1/posts
#include "api_fixture.hpp"
#include "sosik/store/syndication_store.hpp"

using namespace sosik;

namespace {

const std::string path = "/api/v1/posts/%ED%8C%80%2F1";  // 팀/1
const std::string whole = R"({
  "post_id": "팀/1", "status": "published", "slug": "팀", "title": "팀을 키우는 일",
  "summary": "요약", "body_format": "markdown", "body": "본문 **굵게**", "language": "ko",
  "published_at": "2026-03-04 09:30", "updated_at": "2026-03-05T00:00:00Z",
  "image": {"url": "https://img.example/a.png", "alt": "그림", "width": 3, "height": 4},
  "categories": ["개발/백엔드", {"path": "조직", "name": "조직 문화"}],
  "tags": ["회고", {"tag": "teams", "name": "팀"}],
  "authors": ["김지은", {"key": "min", "name": "민", "url": "https://min.example/", "email": "m@min.example"}],
  "enclosures": [{"url": "https://a.example/t.mp3", "type": "audio/mpeg", "length": 9, "duration_seconds": 60}],
  "comments_url": "https://blog.example/c", "comment_count": 2})";

}  // namespace

TEST_CASE("A post that was put is read again as it was written", "[admin][api]") {
  ApiBlog blog;
  const auto put = blog.ask({"PUT", path, whole});
  REQUIRE(status_of(put) == 201);
  CHECK(header_of(put, "Location") == path);
  CHECK(json_of(put) == nlohmann::json({{"post_id", "팀/1"}, {"outcome", "created"}}));
  CHECK(blog.writes == 1);

  const auto got = blog.get(path);
  const auto post = json_of(got);
  CHECK(post["title"] == "팀을 키우는 일");
  CHECK(post["published_at"] == "2026-03-04T00:30:00Z");  // the site's zone is Seoul
  CHECK(post["source"] == "api");
  CHECK(post["categories"][1] == nlohmann::json({{"path", "조직"}, {"name", "조직 문화"}}));
  CHECK(post["authors"][1]["email"] == "m@min.example");
  CHECK(post["enclosures"][0]["duration_seconds"] == 60);
  CHECK(header_of(got, "ETag") == header_of(put, "ETag"));

  // And what was read can be put back: nothing changes.
  const auto again = blog.ask({"PUT", path, got.body});
  CHECK(status_of(again) == 200);
  CHECK(json_of(again)["outcome"] == "unchanged");
  CHECK(header_of(again, "ETag") == header_of(put, "ETag"));
  CHECK(blog.writes == 1);
}

TEST_CASE("The same PUT twice writes once, also without a date of its own", "[admin][api]") {
  ApiBlog blog;
  const std::string body = R"({"status": "published", "title": "가", "body": "나"})";
  CHECK(json_of(blog.ask({"PUT", path, body}))["outcome"] == "created");
  blog.clock.advance(std::chrono::hours(1));
  CHECK(json_of(blog.ask({"PUT", path, body}))["outcome"] == "unchanged");
  CHECK(json_of(blog.get(path))["published_at"] == "2026-11-23T09:05:09Z");
}

TEST_CASE("Replacing a post of an importer does not make another post of it", "[admin][api]") {
  ApiBlog blog;
  Post post;
  post.post_id = "wp-1";
  post.source = "wordpress";
  post.source_key = "1";
  post.guid = "http://old.example/?p=1";
  REQUIRE(blog.store->put_post(post).has_value());
  REQUIRE(status_of(blog.ask({"PUT", "/api/v1/posts/wp-1", R"({"title": "새 제목"})"})) == 200);
  const auto stored = blog.store->read_post(1, "wp-1").value();
  CHECK(stored.source == "wordpress");
  CHECK(stored.source_key == "1");
  CHECK(stored.guid == "http://old.example/?p=1");
  CHECK(stored.title == "새 제목");
}

TEST_CASE("Markdown with front matter is a post too", "[admin][api]") {
  ApiBlog blog;
  const std::string text =
      "---\ntitle: 마크다운 글\ndate: 2026-03-04\ntags: [회고]\n---\n본문 *기울임*\n";
  REQUIRE(status_of(blog.ask({"PUT", path, text, "text/markdown"})) == 201);
  const auto stored = blog.store->read_post(1, "팀/1").value();
  CHECK(stored.title == "마크다운 글");
  CHECK(stored.slug.empty());  // made from the title, by the step
  CHECK(stored.body_format == BodyFormat::markdown);
  CHECK(stored.source == "api");
  CHECK(json_of(blog.ask({"PUT", path, text, "text/markdown"}))["outcome"] == "unchanged");

  const auto bad = blog.ask({"PUT", path, "---\ntitle: 가\ndate: 어제\n---\n", "text/markdown"});
  CHECK(status_of(bad) == 422);
  CHECK(bad.problem->detail.starts_with("line 3: "));
  CHECK(bad.problem->detail.find('!') == std::string::npos);
}

TEST_CASE("A new post gets an id, unless its front matter has one", "[admin][api]") {
  ApiBlog blog;
  const auto made = blog.ask({"POST", "/api/v1/posts", R"({"title": "가"})"});
  REQUIRE(status_of(made) == 201);
  const std::string id = json_of(made)["post_id"];
  CHECK(id.starts_with("post_"));
  CHECK(header_of(made, "Location") == "/api/v1/posts/" + id);
  CHECK(blog.store->read_post(1, id).value().title == "가");
  CHECK(header_of(blog.get("/api/v1/posts/" + id), "ETag") == header_of(made, "ETag"));

  const std::string text = "---\nid: 첫글\ntitle: 가\ndate: 2026-03-04\n---\n본문\n";
  CHECK(json_of(blog.ask({"POST", "/api/v1/posts", text, "text/markdown"}))["post_id"] ==
        "markdown:첫글");
  CHECK(status_of(blog.ask({"POST", "/api/v1/posts", text, "text/markdown"})) == 409);
  CHECK(errors_of(blog.ask({"POST", "/api/v1/posts", R"({"post_id": "x"})"})) ==
        "#/post_id: is given here; PUT /api/v1/posts/{id} takes yours\n");
}

TEST_CASE("All mistakes of a body are told, each with its place", "[admin][api]") {
  ApiBlog blog;
  const auto bad = blog.ask({"PUT", path, R"({"post_id": "other", "titel": "가", "status": "live",
    "published_at": "어제", "image": {"alt": 3}, "tags": ["", 7, {"tag": "a", "naem": "b"}],
    "comment_count": -1, "slug": "a\nb", "enclosures": {}})"});
  CHECK(status_of(bad) == 422);
  CHECK(errors_of(bad).starts_with("#/comment_count: must be a whole number from 0"));
  for (const char* place :
       {"#/enclosures: ", "#/image/alt: ", "#/image/url: ", "#/published_at: ", "#/slug: ",
        "#/status: ", "#/tags/0: ", "#/tags/1: ", "#/tags/2/naem: ", "#/titel: "}) {
    INFO(place);
    CHECK(errors_of(bad).find(place) != std::string::npos);
  }
  CHECK(bad.problem->errors.size() == 12);  // tags/1 is no object and has no key
  CHECK(status_of(blog.get(path)) == 404);
  CHECK(errors_of(blog.ask({"PUT", path, R"({"post_id": "other"})"})) ==
        "#/post_id: is another one than the path names\n");
}

TEST_CASE("What is no JSON, or no object, or nested too deeply is refused", "[admin][api]") {
  ApiBlog blog;
  auto [body, status] = GENERATE(table<std::string, int>({{"", 400},
                                                          {"{", 400},
                                                          {"{\"title\": \"\xFF\"}", 400},
                                                          {"[]", 422},
                                                          {"7", 422},
                                                          {"null", 422},
                                                          {std::string(100, '['), 400}}));
  INFO(body);
  CHECK(status_of(blog.ask({"PUT", path, body})) == status);
  CHECK(status_of(blog.ask({"PUT", path, "{}", "text/plain"})) == 415);
}

// Such a body held up every writer for hours: an object finds its members one by one.
TEST_CASE("A body of very many members, values or mistakes is refused at once", "[admin][api]") {
  ApiBlog blog;
  std::string members, values, nested;
  for (int i = 0; i < 30'000; ++i) members += "\"m" + std::to_string(i) + "\":0,";
  for (int i = 0; i < 200'000; ++i) values += "1,";
  for (int i = 0; i < 5; ++i) nested += "\"n" + std::to_string(i) + "\":{" + members + "\"z\":0},";
  for (const auto& body : {"{" + members + "\"z\":0}", "{" + nested + "\"z\":0}"}) {
    const auto refused = blog.ask({"PUT", path + "a", body});
    REQUIRE(status_of(refused) == 400);
    CHECK(refused.problem->detail == "the body has an object of more than 1,000 members");
  }
  const auto refused = blog.ask({"PUT", path + "a", "{\"tags\":[" + values + "1]}"});
  REQUIRE(status_of(refused) == 400);
  CHECK(refused.problem->detail == "the body has too many values");
  CHECK(errors_of(blog.ask({"PUT", path + "a", "{\"tags\":[" + values.substr(0, 2'000) + "1]}"})) ==
        "#/tags: has more than 1000 elements\n");
  const auto hook = blog.ask(
      {"POST", "/api/v1/hooks/generic", "{\"id\":1,\"title\":\"글\",\"tags\":\"" + values + "\"}"});
  CHECK(errors_of(hook) == "#/tags: has more than 1000 elements\n");
  const auto wrong = blog.ask({"PUT", path + "a", "{\"tags\":[" + values.substr(0, 400) + "1]}"});
  REQUIRE(status_of(wrong) == 422);
  CHECK(wrong.problem->errors.size() == 100);
}

TEST_CASE("A body of a thousand members in each of many objects is read", "[admin][api]") {
  ApiBlog blog;
  std::string members, objects;
  for (int i = 0; i < 999; ++i) members += "\"m" + std::to_string(i) + "\":0,";
  for (int i = 0; i < 20; ++i) objects += "{" + members + "\"z\":0},";
  const auto read = blog.ask(
      {"POST", "/api/v1/hooks/generic", "{\"id\":1,\"title\":\"글\",\"x\":[" + objects + "0]}"});
  CHECK(json_of(read)["outcome"] == "created");
}

TEST_CASE("If-Match lets one of two writers through", "[admin][api]") {
  ApiBlog blog;
  const auto tag = header_of(blog.ask({"PUT", path, R"({"title": "하나"})"}), "ETag");
  ApiAsk first{"PUT", path, R"({"title": "둘"})", "application/json", tag};
  ApiAsk second{"PUT", path, R"({"title": "셋"})", "application/json", tag};
  CHECK(status_of(blog.ask(first)) == 200);
  const auto late = blog.ask(second);
  CHECK(status_of(late) == 412);
  CHECK(json_of(blog.get(path))["title"] == "둘");
  ApiAsk removal{"DELETE", path, "", "", tag};
  CHECK(status_of(blog.ask(removal)) == 412);
  removal.if_match = "\"other\", " + header_of(blog.get(path), "ETag");
  CHECK(status_of(blog.ask(removal)) == 204);
  removal.if_match = "*";
  CHECK(status_of(blog.ask(removal)) == 412);
}

TEST_CASE("If-None-Match: * creates and never replaces", "[admin][api]") {
  ApiBlog blog;
  ApiAsk create{"PUT", path, R"({"title": "하나"})"};
  create.if_none_match = "*";
  CHECK(status_of(blog.ask(create)) == 201);
  CHECK(status_of(blog.ask(create)) == 412);
  ApiAsk known{"GET", path};
  known.if_none_match = "W/" + header_of(blog.get(path), "ETag");
  const auto same = blog.ask(known);
  CHECK(same.status == 304);
  CHECK(same.body.empty());
}

TEST_CASE("What the store refuses is told in its words", "[admin][api]") {
  ApiBlog blog;
  REQUIRE(status_of(blog.ask({"PUT", "/api/v1/posts/a", R"({"slug": "같은"})"})) == 201);
  const auto clash = blog.ask({"PUT", "/api/v1/posts/b", R"({"slug": "같은"})"});
  CHECK(status_of(clash) == 409);
  CHECK(clash.problem->detail.find("slug '같은'") != std::string::npos);
  CHECK(status_of(blog.ask({"PUT", "/api/v1/posts/" + std::string(256, 'a'), "{}"})) == 422);
  CHECK(status_of(blog.ask({"DELETE", "/api/v1/posts/none"})) == 404);
}

TEST_CASE("A quiet write is marked so [N-212]", "[admin][api]") {
  ApiBlog blog;
  REQUIRE(status_of(blog.ask({"PUT", "/api/v1/posts/loud", R"({"title": "가"})"})) == 201);
  REQUIRE(status_of(blog.ask({"PUT", "/api/v1/posts/quiet?quiet=true", R"({"title": "나"})"})) ==
          201);
  for (const auto& post : blog.store->syndication().dirty_posts(1, 10).value())
    CHECK(post.is_quiet == (post.post_id == "quiet"));
  const auto typo = blog.ask({"PUT", "/api/v1/posts/quiet?quite=true", "{}"});
  CHECK(status_of(typo) == 400);
  CHECK(errors_of(typo) == "quite: there is no such parameter\n");
  CHECK(status_of(blog.ask({"DELETE", "/api/v1/posts/quiet?quiet=yes"})) == 400);
}

TEST_CASE("The list goes page by page, each post once, those without a date last", "[admin][api]") {
  ApiBlog blog;
  for (const auto& [id, date] :
       std::vector<std::pair<std::string, std::string>>{{"a", "\"2026-01-02\""},
                                                        {"b", "\"2026-01-03\""},
                                                        {"c", "\"2026-01-02\""},
                                                        {"d", "null"},
                                                        {"e.1", "null"},
                                                        {"f", "\"1960-01-01\""}})
    REQUIRE(status_of(blog.ask(
                {"PUT", "/api/v1/posts/" + id, "{\"published_at\": " + date + "}"})) == 201);
  const int limit = GENERATE(1, 2, 3, 6, 7);
  INFO(limit);
  std::string order, cursor;
  for (int page = 0; page < 10; ++page) {
    const auto list = json_of(blog.get("/api/v1/posts?limit=" + std::to_string(limit) + cursor));
    for (const auto& post : list["posts"]) order += post["post_id"].get<std::string>() + " ";
    if (list["next"].is_null()) break;
    cursor = "&cursor=" + list["next"].get<std::string>();
  }
  CHECK(order == "b a c f d e.1 ");
}

TEST_CASE("The list can be of one status", "[admin][api]") {
  ApiBlog blog;
  blog.ask({"PUT", "/api/v1/posts/a", R"({"status": "published"})"});
  blog.ask({"PUT", "/api/v1/posts/b", R"({"status": "draft", "published_at": "2026-01-01"})"});
  blog.ask({"PUT", "/api/v1/posts/c", R"({"status": "draft"})"});
  const auto list = json_of(blog.get("/api/v1/posts?status=draft"));
  REQUIRE(list["posts"].size() == 2);
  CHECK(list["posts"][0]["post_id"] == "b");
  CHECK(list["posts"][1]["post_id"] == "c");
  CHECK(status_of(blog.get("/api/v1/posts?status=live&limit=0&cursor=x")) == 400);
}
