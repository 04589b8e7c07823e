// Whatever stands in the store (promise 1): rows are corrupted at random, as another program might
// leave them, with fixed seeds; the step runs, every format is rendered. No document is ever
// malformed or fails the gate, no good post disappears, and what is not shown has a reason.
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <random>
#include <set>

#include "catch.hpp"
#include "fake_clock.hpp"
#include "sosik/base/text.hpp"
#include "sosik/render/gate.hpp"
#include "sosik/snapshot/builder.hpp"
#include "store_file.hpp"

using namespace sosik;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr int rounds = 300;
#else
constexpr int rounds = 2000;
#endif
constexpr int good_posts = 6, other_posts = 10;

// What each writer gets wrong, and bytes of all kinds.
class Nonsense {
 public:
  explicit Nonsense(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  template <class List>
  auto one_of(const List& list) {
    return list[below(std::size(list))];
  }

  std::string text() {
    static const std::vector<std::string> known = {
        "",
        " \t\n",
        std::string("a\0b", 3),
        "\x08",
        "\xED\xA0\x80\xED\xB0\x80",
        "\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBF\xBD",
        "\xC2\x85\xC2\x9F",
        "\xB0\xA1\xB3\xAA\xB4\xD9",  // "가나다" in UHC
        "\xF4\x90\x80\x80",
        "]]>",
        "&#0;&#8;&nbsp;&bogus;&amp;amp;amp;amp;lt;b&amp;amp;amp;amp;gt;",
        "AT&amp;amp;T &copy; <b>굵게</b> </p> &lt;/b&gt; &amp;lt;/i&amp;gt;",
        "<b></b></b></i>&amp;amp;amp;amp;amp;amp;lt;/b>",
        "<p>열림<div onclick=x><table><a><a>글<svg><script>alert(1)</script>",
        "<![CDATA[x]]><!-- -- --><?php ?><!DOCTYPE a>",
        "javascript:alert(1)",
        "//b.example/x",
        "../../가/나?다=라#마",
        "http://한글.example/경로 에 빈칸?q=한글&x=%zz",
        "http://[::1",
        "https://u:p@b.example:99999/",
        "http://b.example/\"<>{}|\\^`[]%",
        "ko_KR",
        "kr",
        "x-klingon-kr-KR-aaaaaaaaaaaaaaaa",
        "\xE2\x80\x8B\xE3\x85\xA4\xE2\x81\xA0",
        "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB",
        "\xE2\x80\xAE"
        "뒤집힘",
        "홍길동 <hong@b.example>",
        "a@b.example",
        "../..",
        "rss.xml",
        "개발/../rss.xml//가",
        "1",
        "published",
        "markdown",
        "|a|\n|-|\n" + std::string(3000, '|'),
        std::string(3000, '<') + std::string(300, '\xFF'),
    };
    switch (below(12)) {
      case 0:
      case 1:
      case 2:
        return bytes(below(60));
      case 3:
        return one_of(known) + bytes(below(9)) + one_of(known);
      case 4: {
        std::string nested;
        for (std::size_t i = below(700); i > 0; --i) nested += "<div>";
        return nested + "깊이";
      }
      case 5:
        return std::string(below(400) == 0 ? 300'000 : 3000, 'w') + one_of(known);
      default:
        return one_of(known);
    }
  }
  std::int64_t number() {
    static const std::int64_t known[] = {0,
                                         -1,
                                         1,
                                         1'795'000'000,
                                         1'795'000'000'000,
                                         INT64_MAX,
                                         INT64_MIN,
                                         -62'135'596'800'000,
                                         253'402'300'799'999,
                                         -2'051'222'400'000,
                                         946'684'800'000};
    return below(3) == 0 ? static_cast<std::int64_t>(random_()) : one_of(known);
  }
  std::string bytes(std::size_t count) {
    std::string made;
    while (made.size() < count) made += static_cast<char>(below(256));
    return made;
  }

 private:
  std::mt19937 random_;
};

// Another program, by SQLite's own interface.
class Writer {
 public:
  explicit Writer(const std::string& file) {
    REQUIRE(sqlite3_open(file.c_str(), &db_) == SQLITE_OK);
  }
  ~Writer() { sqlite3_close(db_); }
  // False when the contract refuses it.
  bool run(const std::string& sql, const std::vector<std::string>& texts = {}) {
    return run_with(sql, [&](sqlite3_stmt* statement) {
      for (std::size_t i = 0; i < texts.size(); ++i)
        sqlite3_bind_text(statement, static_cast<int>(i) + 1, texts[i].data(),
                          static_cast<int>(texts[i].size()), SQLITE_TRANSIENT);
    });
  }
  // ?1 becomes a value of any kind, ?2 the key of a post.
  bool corrupt(const std::string& sql, Nonsense& nonsense, bool is_number,
               const std::string& post) {
    return run_with(sql, [&](sqlite3_stmt* statement) {
      const auto kind = nonsense.below(20);
      const std::string text = nonsense.text();
      const int size = static_cast<int>(text.size());
      if (kind == 0)
        sqlite3_bind_null(statement, 1);
      else if (kind == 1)
        sqlite3_bind_blob(statement, 1, text.data(), size, SQLITE_TRANSIENT);
      else if (kind == 2)
        sqlite3_bind_double(statement, 1, 1e300);
      else if (is_number != (kind == 3))
        sqlite3_bind_int64(statement, 1, nonsense.number());
      else
        sqlite3_bind_text(statement, 1, text.data(), size, SQLITE_TRANSIENT);
      sqlite3_bind_text(statement, 2, post.data(), static_cast<int>(post.size()), SQLITE_TRANSIENT);
    });
  }

 private:
  template <class Bind>
  bool run_with(const std::string& sql, Bind bind) {
    sqlite3_stmt* statement = nullptr;
    const int prepared = sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr);
    INFO(sql << ": " << sqlite3_errmsg(db_));
    REQUIRE(prepared == SQLITE_OK);
    bind(statement);
    const int code = sqlite3_step(statement);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE;
  }
  sqlite3* db_ = nullptr;
};

SyndicationPlan plan_of_blog() {
  SyndicationPlan plan;
  plan.site.title = "소식 블로그";
  plan.site.description = "팀과 제품에 대한 기록";
  plan.site.public_url = "https://blog.example";
  plan.site.home_url = "https://blog.example/";
  plan.site.id_authority = "blog.example";
  plan.site.author = {"kim", "김소식", "", ""};
  plan.targets = {{TargetKind::webhook, "webhook:build", "https://hook.example/", {"secret"}}};
  FeedDefinition main, short_one;
  main.key = "main";
  main.limit = 100;
  short_one.key = "short";
  short_one.limit = 5;
  short_one.content = FeedContent::summary;
  short_one.filter.exclude_tags = {"비밀"};
  plan.definitions = {main, short_one};
  return plan;
}

class CorruptBlog {
 public:
  CorruptBlog()
      : store(file.open()), writer(file.path()), plan(plan_of_blog()), step(*store, clock, plan) {
    step.adopt(plan).value();
    for (int i = 0; i < good_posts; ++i) put("good" + std::to_string(i), i);
    renew();
    take_in();
    open_snapshots();
  }

  void open_snapshots() {
    SnapshotOptions options;
    options.plan = [shared = std::make_shared<const SyndicationPlan>(plan)](SiteId) {
      return shared;
    };
    options.open_store = [this] { return open_store(file.url()); };
    options.refresh = [this](SiteId, std::string_view key) { return step.refresh(key); };
    options.log = [this](std::string_view sentence, SiteId, std::string_view,
                         std::string_view reason) {
      log.push_back(std::string(sentence) + ": " + std::string(reason));
    };
    options.remember = [this](SiteId, DocumentTag tag) {
      const std::vector<DocumentTag> tags = {std::move(tag)};
      store->remember_tags(1, tags).value();
    };
    snapshots = make_snapshots(options);
  }

  // The posts that are corrupted, good again.
  void renew() {
    for (int i = 0; i < other_posts; ++i) {
      const std::string id = "other" + std::to_string(i);
      writer.run("DELETE FROM posts WHERE post_id = ?1", {id});
      put(id, 100 + i);
    }
  }
  void put(const std::string& id, int number) {
    Post post;
    post.post_id = id;
    post.slug = id;
    post.status = PostStatus::published;
    post.title = "글 " + id;
    post.body = "<p>본문 <a href=\"/a\">" + id + "</a> <img src=\"i.png\"></p>";
    post.published_at = from_unix_ms(1'780'000'000'000 + number * 60'000);
    post.categories = {{"개발/백엔드", ""}};
    post.tags = {{"태그" + std::to_string(number % 3), ""}};
    post.authors = {{"kim", "김소식", "", ""}};
    post.enclosures = {{"https://media.example/" + id + ".mp3", "audio/mpeg", 10, "", 0}};
    store->put_post(post).value();
  }
  void take_in() {
    for (int i = 0; i < 5; ++i) {
      clock.advance(std::chrono::seconds(2));
      const auto report = step.run();
      INFO((report ? "" : report.error().detail));
      REQUIRE(report.has_value());
      if (snapshots)
        snapshots->changed(main_site, report.value().changed_feeds, report.value().changed_slugs);
      if (!store->syndication().has_dirty(1).value()) return;
    }
    FAIL("the step does not come to an end");
  }
  Result<std::string> get(const std::string& key, Format format) {
    const auto slot = snapshots->open(main_site, key);
    if (!slot) return slot.error();
    const auto snapshot = slot.value()->current();
    const auto made = snapshot->make(format, Coding::identity);
    if (!made) return made.error();
    return std::string(made.value()->body.view());
  }

  StoreFile file;
  FakeClock clock;
  std::unique_ptr<Store> store;
  Writer writer;
  const SyndicationPlan plan;
  Step step;
  std::vector<std::string> log;
  std::shared_ptr<Snapshots> snapshots;
};

// One cell, or one row, of one of the posts that may be corrupted.
void corrupt(Writer& writer, Nonsense& nonsense) {
  const std::string post = "other" + std::to_string(nonsense.below(other_posts));
  static const char* const texts[] = {
      "source",  "source_key", "guid",      "status",    "slug",     "url",
      "title",   "language",   "image_url", "image_alt", "base_url", "body_format",
      "summary", "body",       "body",      "title",     "url"};
  static const char* const numbers[] = {"published_at", "updated_at", "image_width",
                                        "image_height"};
  const std::string where = " = ?1 WHERE post_id = ?2";
  const auto set = [&](const std::string& table, const char* column, bool is_number = false) {
    writer.corrupt("UPDATE OR IGNORE " + table + " SET " + column + where, nonsense, is_number,
                   post);
  };
  switch (nonsense.below(14)) {
    case 0:
      return set("post_categories", "path");
    case 1:
      return set("post_tags", "tag");
    case 2:
      return set("post_authors", "author");
    case 3: {
      static const char* const columns[] = {"url", "type", "title"};
      return set("enclosures", nonsense.one_of(columns));
    }
    case 4: {
      static const char* const columns[] = {"length", "duration_seconds", "position"};
      return set("enclosures", nonsense.one_of(columns), true);
    }
    case 5: {
      static const char* const tables[] = {"post_categories", "post_tags", "post_authors",
                                           "enclosures"};
      writer.run(std::string("DELETE FROM ") + nonsense.one_of(tables) + " WHERE post_id = ?1",
                 {post});
      return;
    }
    case 6: {
      static const char* const inserts[] = {
          "INSERT OR IGNORE INTO post_tags (tag, post_id) VALUES (?1, ?2)",
          "INSERT OR IGNORE INTO post_categories (path, post_id) VALUES (?1, ?2)",
          "INSERT OR IGNORE INTO post_authors (author, post_id) VALUES (?1, ?2)",
          "INSERT OR IGNORE INTO enclosures (url, post_id, position) VALUES (?1, ?2, 7)",
          "INSERT OR REPLACE INTO tags (name, tag) VALUES (?1, '태그1')",
          "INSERT OR REPLACE INTO categories (name, path) VALUES (?1, '개발')"};
      writer.corrupt(nonsense.one_of(inserts), nonsense, false, post);
      return;
    }
    case 7:  // ids that are others'
      writer.run(
          "UPDATE posts SET guid = (SELECT entry_id FROM entries WHERE post_id = ?1) "
          "WHERE post_id = ?2",
          {"good" + std::to_string(nonsense.below(good_posts)), post});
      return;
    case 8:
      writer.run(
          "UPDATE posts SET source = (SELECT source FROM posts WHERE post_id = ?1), "
          "source_key = ?1 WHERE post_id = ?2",
          {"good" + std::to_string(nonsense.below(good_posts)), post});
      return;
    case 9:
    case 10:
      return set("posts", nonsense.one_of(numbers), true);
    default:
      return set("posts", nonsense.one_of(texts));
  }
}

// The ids in a document, by parsers that are not the gate's.
std::set<std::string> ids_in(const std::string& document, Format format) {
  std::set<std::string> ids;
  if (format == Format::json) {
    const auto feed = nlohmann::json::parse(document);
    for (const auto& item : feed.at("items")) ids.insert(item.at("id").get<std::string>());
    return ids;
  }
  pugi::xml_document tree;
  REQUIRE(
      tree.load_buffer(document.data(), document.size(), pugi::parse_default, pugi::encoding_utf8));
  if (format == Format::rss)
    for (auto item : tree.child("rss").child("channel").children("item"))
      ids.insert(item.child_value("guid"));
  else
    for (auto entry : tree.child("feed").children("entry")) ids.insert(entry.child_value("id"));
  return ids;
}

}  // namespace

TEST_CASE("Rows corrupted at random spoil no document and cost no good post",
          "[snapshot][gate][corruption]") {
  CorruptBlog blog;
  std::set<std::string> good;
  for (const auto& post : blog.store->list_posts(1, {100}).value())
    if (post.post_id.starts_with("good")) good.insert(post.entry_id);
  REQUIRE(good.size() == good_posts);
  Nonsense nonsense(20261125);
  for (int round = 0; round < rounds; ++round) {
    INFO("round " << round);
    if (round % 40 == 39) blog.renew();
    for (std::size_t i = nonsense.below(6); i-- > 0;) corrupt(blog.writer, nonsense);
    blog.take_in();
    const auto posts = blog.store->list_posts(1, {100}).value();
    for (const auto& post : posts)
      if (post.post_id.starts_with("good")) REQUIRE(good.contains(post.entry_id));
    for (const Format format : {Format::rss, Format::atom, Format::json}) {
      const auto document = blog.get("main", format);
      INFO(to_string(format) << (document ? "" : ": " + document.error().detail));
      REQUIRE(document.has_value());
      for (const auto& finding : find_faults(document.value(), format))
        if (!finding.is_accepted) FAIL(to_string(finding));
      const auto ids = ids_in(document.value(), format);
      for (const auto& post : posts) {
        INFO(post.post_id << " " << post.entry_id << " is shown: " << post.is_shown << " "
                          << post.held_back);
        for (const auto& held : post.held_back_from) UNSCOPED_INFO(held.reason);
        if (post.post_id.starts_with("good")) REQUIRE(ids.contains(post.entry_id));
      }
      if (format == Format::rss) continue;
      // The ids of Atom may be spelled otherwise; JSON Feed has them as they are.
      if (format != Format::json) continue;
      for (const auto& post : blog.store->list_posts(1, {100}).value()) {
        if (post.status != PostStatus::published || ids.contains(post.entry_id)) continue;
        const bool is_due = post.published_at && *post.published_at <= blog.clock.now();
        INFO(post.post_id << ": " << post.held_back);
        if (post.is_shown)
          REQUIRE_FALSE(post.held_back_from.empty());
        else if (is_due || !post.published_at)
          REQUIRE_FALSE(post.held_back.empty());
      }
    }
    // One of the others, in any format.
    static const char* const keys[] = {"short",     "",           "category/개발",
                                       "tag/태그1", "author/kim", "category/개발/백엔드"};
    const std::string key = nonsense.one_of(keys);
    constexpr Format formats[] = {Format::rss, Format::atom, Format::json, Format::html};
    const Format format = key.empty() ? Format::html : nonsense.one_of(formats);
    const auto document = blog.get(key, format);
    INFO(key << " as " << to_string(format) << (document ? "" : ": " + document.error().detail));
    REQUIRE(document.has_value());
    REQUIRE(check_document(document.value(), format).has_value());
  }
  // The next process gives the same bytes (F-010).
  std::map<Format, std::string> before;
  for (const Format format : {Format::rss, Format::atom, Format::json})
    before[format] = blog.get("main", format).value();
  blog.open_snapshots();
  for (const auto& [format, bytes] : before) CHECK(blog.get("main", format).value() == bytes);
  for (const auto& line : blog.log) CHECK(line.starts_with("post held back from a document"));
}

TEST_CASE("Damage in the program's own tables is survived, told and mended",
          "[snapshot][gate][corruption]") {
  CorruptBlog blog;
  Nonsense nonsense(7);
  static const char* const cells[] = {
      "UPDATE entries SET doc = ?1 WHERE post_id = ?2",
      "UPDATE entries SET doc = replace(doc, '\"title\"', ?1) WHERE post_id = ?2",
      "UPDATE entries SET doc = json_set(doc, '$.url', ?1) WHERE post_id = ?2",
      "UPDATE entries SET doc = json_set(doc, '$.title', ?1) WHERE post_id = ?2",
      "UPDATE entries SET doc = json_set(doc, '$.language', ?1) WHERE post_id = ?2",
      "UPDATE entries SET doc = json_set(doc, '$.enclosures[0][0]', ?1) WHERE post_id = ?2",
      "UPDATE entries SET doc = json_set(doc, '$.authors[0]', ?1) WHERE post_id = ?2",
      "UPDATE entries SET doc = json_set(doc, '$.tags[0]', ?1) WHERE post_id = ?2",
      "UPDATE entries SET entry_id = ?1 WHERE post_id = ?2",
      "UPDATE entries SET body_hash = ?1 WHERE post_id = ?2",
      "UPDATE entries SET updated_at = ?1 WHERE post_id = ?2",
      "UPDATE entries SET published_at = ?1 WHERE post_id = ?2",
      "UPDATE bodies SET html = ?1 WHERE body_hash = (SELECT body_hash FROM entries WHERE post_id "
      "= ?2)"};
  for (int round = 0; round < rounds / 10; ++round) {
    INFO("round " << round);
    const std::string victim = "other" + std::to_string(nonsense.below(other_posts));
    const std::string cell = nonsense.one_of(cells);
    INFO(cell);
    const bool is_number = cell.find("_at") != std::string::npos;
    const bool is_ours = blog.writer.corrupt(cell, nonsense, is_number, victim);
    blog.writer.run("UPDATE feeds SET revision = revision + 1");  // else nothing is rendered anew
    blog.open_snapshots();
    for (const Format format : {Format::rss, Format::atom, Format::json}) {
      const auto document = blog.get("main", format);
      INFO(to_string(format) << (document ? "" : ": " + document.error().detail));
      REQUIRE(document.has_value());
      REQUIRE(check_document(document.value(), format).has_value());
      const auto ids = ids_in(document.value(), format);
      for (const auto& post : blog.store->list_posts(1, {100}).value()) {
        if (!post.post_id.starts_with("good")) continue;
        REQUIRE(ids.contains(post.entry_id));
      }
    }
    // A damaged record is noticed when it is rendered, and made again by the next step.
    blog.take_in();
    if (is_ours && (cell.find("SET doc = ?1") != std::string::npos)) {
      const auto trace = blog.store->trace_post(1, victim).value();
      REQUIRE(trace.is_shown);
      REQUIRE_FALSE(trace.is_damaged);
      REQUIRE(trace.entry->title == "글 " + victim);
    }
    // Anything else is mended when the post is touched; the row is what is believed.
    blog.writer.run("DELETE FROM bodies");
    blog.writer.run("DELETE FROM posts WHERE post_id = ?1", {victim});
    blog.take_in();
    blog.writer.run("DELETE FROM entries WHERE post_id = ?1", {victim});
    blog.writer.run("DELETE FROM feed_entries WHERE post_id = ?1", {victim});
    blog.put(victim, 100 + round % 10);
    blog.take_in();
  }
}
