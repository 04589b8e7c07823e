#include "catch.hpp"
#include "store_file.hpp"

using namespace sosik;

namespace {

Post sample_post(std::string id) {
  Post post;
  post.post_id = std::move(id);
  post.source = "markdown";
  post.status = PostStatus::published;
  post.slug = "첫-글";
  post.title = "첫 글";
  post.summary = "요약";
  post.body_format = BodyFormat::markdown;
  post.body = "# 안녕\n본문";
  post.base_url = "https://blog.example/";
  post.language = "ko";
  post.published_at = from_unix_ms(1'700'000'000'123);
  post.updated_at = from_unix_ms(1'700'000'100'456);
  post.image = Image{"https://blog.example/a.png", "그림", 640, 480};
  post.categories = {{"개발/백엔드", "백엔드 이야기"}, {"회고", ""}};
  post.tags = {{"go", "Go"}, {"팀", ""}};
  post.authors = {{"kim", "김지은", "https://kim.example/", "kim@blog.example"}};
  post.enclosures = {{"https://blog.example/a.mp3", "audio/mpeg", 1234, "녹음", 61}};
  return post;
}

}  // namespace

TEST_CASE("A post comes back as it was put, children and names included", "[store]") {
  StoreFile file;
  auto store = file.open();
  const Post post = sample_post("a");
  CHECK(store->put_post(post).value() == PutOutcome::created);
  const Post back = store->read_post(1, "a").value();
  CHECK(back.source == "markdown");
  CHECK(back.status == PostStatus::published);
  CHECK(back.title == post.title);
  CHECK(back.body == post.body);
  CHECK(back.body_format == BodyFormat::markdown);
  CHECK(back.published_at == post.published_at);
  CHECK(back.updated_at == post.updated_at);
  CHECK(back.image == post.image);
  CHECK(back.authors == post.authors);
  CHECK(back.enclosures == post.enclosures);
  REQUIRE(back.categories.size() == 2);
  CHECK(back.categories[0].path == "개발/백엔드");
  CHECK(back.categories[0].name == "백엔드 이야기");
  CHECK(back.categories[1].path == "회고");
  REQUIRE(back.tags.size() == 2);
  CHECK(back.tags[0].tag == "go");
  CHECK(back.tags[0].name == "Go");
}

TEST_CASE("Putting the same post again writes nothing", "[store]") {
  StoreFile file;
  auto store = file.open();
  store->put_post(sample_post("a")).value();
  file.shell("DELETE FROM dirty_posts;");
  CHECK(store->put_post(sample_post("a")).value() == PutOutcome::unchanged);
  CHECK(file.dirty().empty());

  Post edited = sample_post("a");
  edited.tags.pop_back();
  CHECK(store->put_post(edited).value() == PutOutcome::updated);
  CHECK(file.dirty() == "a");
}

TEST_CASE("Every field of a post that differs counts as a change", "[store]") {
  const std::vector<std::function<void(Post&)>> edits = {
      [](Post& p) { p.title += "!"; },
      [](Post& p) { p.slug = "other"; },
      [](Post& p) { p.body += "."; },
      [](Post& p) { p.body_format = BodyFormat::html; },
      [](Post& p) { p.status = PostStatus::draft; },
      [](Post& p) { p.updated_at.reset(); },
      [](Post& p) { p.image->alt = "다른 그림"; },
      [](Post& p) { p.image.reset(); },
      [](Post& p) { p.guid = "http://old.example/1"; },
      [](Post& p) { std::swap(p.categories[0], p.categories[1]); },
      [](Post& p) { p.categories[0].name = "서버"; },
      [](Post& p) { p.tags[0].name = "GO"; },
      [](Post& p) { p.authors[0].url = "https://other.example/"; },
      [](Post& p) { p.enclosures[0].length = 9; },
      [](Post& p) { p.comments_url = "https://blog.example/a#comments"; },
      [](Post& p) { p.comment_count = 0; },
  };
  for (std::size_t i = 0; i < edits.size(); ++i) {
    INFO("edit " << i);
    StoreFile file;
    auto store = file.open();
    store->put_post(sample_post("a")).value();
    Post edited = sample_post("a");
    edits[i](edited);
    CHECK(store->put_post(edited).value() == PutOutcome::updated);
    CHECK(store->put_post(edited).value() == PutOutcome::unchanged);
  }
}

TEST_CASE("A slug that another post has is refused by name, and the post that came first stays",
          "[store]") {
  StoreFile file;
  auto store = file.open();
  store->put_post(sample_post("a")).value();
  const auto refused = store->put_post(sample_post("b"));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::conflict);
  CHECK(refused.error().detail == "post 'b': another post of this site has the slug '첫-글'");
  CHECK(store->read_post(1, "b").error().code == Errc::not_found);

  Post elsewhere = sample_post("b");
  elsewhere.site = 2;
  CHECK(store->put_post(elsewhere).has_value());
}

TEST_CASE("A post that breaks the contract is refused and the rest of its transaction goes in",
          "[store]") {
  StoreFile file;
  auto store = file.open();
  Post bad = sample_post("bad");
  bad.slug = "bad";
  bad.published_at = from_unix_ms(253'402'300'800'000);  // year 10000
  Post nameless = sample_post("");
  CHECK(store->put_post(nameless).error().code == Errc::invalid);
  const auto done = store->in_transaction(false, [&]() -> Result<void> {
    store->put_post(sample_post("good")).value();
    const auto refused = store->put_post(bad);
    CHECK(refused.error().code == Errc::invalid);
    CHECK(refused.error().detail.find("published_at is milliseconds") != std::string::npos);
    return {};
  });
  CHECK(done.has_value());
  CHECK(store->list_posts(1, {10}).value().size() == 1);
}

TEST_CASE("A transaction whose work fails leaves nothing", "[store]") {
  StoreFile file;
  auto store = file.open();
  const auto done = store->in_transaction(true, [&]() -> Result<void> {
    store->put_post(sample_post("a")).value();
    return invalid("no more");
  });
  CHECK(done.error().detail == "no more");
  CHECK(store->list_posts(1, {10}).value().empty());
  CHECK(file.dirty().empty());
  if (!is_on_postgresql()) CHECK(file.shell("SELECT is_quiet FROM write_mode;") == "0");
}

TEST_CASE("A quiet transaction marks its posts quiet and nobody else's", "[store][N-212]") {
  StoreFile file;
  auto store = file.open();
  Post a = sample_post("a"), b = sample_post("b"), c = sample_post("c");
  b.slug = "b", c.slug = "c";
  store
      ->in_transaction(true,
                       [&]() -> Result<void> {
                         store->put_post(a).value();
                         store->put_post(b).value();
                         return {};
                       })
      .value();
  store->put_post(c).value();
  b.title = "loud";
  store->put_post(b).value();
  auto& view = store->syndication();
  const auto dirty = view.dirty_posts(1, 10).value();
  REQUIRE(dirty.size() == 3);
  CHECK(dirty[0].post_id == "a");
  CHECK(dirty[0].is_quiet);
  CHECK(dirty[1].post_id == "b");
  CHECK_FALSE(dirty[1].is_quiet);
  CHECK_FALSE(dirty[2].is_quiet);
}

TEST_CASE("Posts are listed newest first and found by id or slug", "[store]") {
  StoreFile file;
  auto store = file.open();
  Post a = sample_post("a"), b = sample_post("b"), draft = sample_post("c");
  b.slug = "둘째";
  b.published_at = from_unix_ms(1'800'000'000'000);
  draft.slug = "";
  draft.status = PostStatus::draft;
  draft.published_at.reset();
  for (const auto& p : {a, b, draft}) store->put_post(p).value();
  const auto list = store->list_posts(1, {10}).value();
  REQUIRE(list.size() == 3);
  CHECK(list[0].post_id == "b");
  CHECK(list[0].status == PostStatus::published);
  CHECK(list[1].post_id == "a");
  CHECK(list[2].status == PostStatus::draft);
  CHECK(store->list_posts(1, {1}).value().size() == 1);
  CHECK(store->find_post(1, "둘째").value() == "b");
  CHECK(store->find_post(1, "c").value() == "c");
  CHECK(store->find_post(1, "").error().code == Errc::not_found);
  CHECK(store->delete_post(1, "a").has_value());
  CHECK(store->delete_post(1, "a").error().code == Errc::not_found);
}

TEST_CASE("Text of any bytes survives the store", "[store][sqlite]") {
  StoreFile file;
  auto store = file.open();
  Post post = sample_post("a");
  post.title = std::string("\x08 \0 \xff\xfe <&>", 9);
  post.body = "'; DROP TABLE posts; --";
  store->put_post(post).value();
  CHECK(store->read_post(1, "a").value().title == post.title);
  CHECK(store->put_post(post).value() == PutOutcome::unchanged);
}
