// What is remembered of rendered documents: read_tags and remember_tags.
#include "catch.hpp"
#include "sqlite/migrations.hpp"
#include "sqlite_store.hpp"
#include "store_file.hpp"

using namespace sosik;
using namespace std::chrono_literals;
using Tags = std::vector<DocumentTag>;

namespace {

void set_revision(Store& store, const std::string& key, std::int64_t revision) {
  FeedRecord feed;
  feed.state.key = key;
  feed.state.revision = revision;
  SyndicationStore& view = store.syndication();
  view.transact([&] { return view.write_feed_record(1, feed); }).value();
}

DocumentTag tag(const std::string& key, Format format, std::int64_t revision,
                const std::string& etag = "00112233aabbccdd") {
  return {.key = key,
          .format = format,
          .revision = revision,
          .basis = "basis",
          .etag_hash = etag,
          .size = 4096};
}

// "main rss 7 00112233aabbccdd basis 4096; ..."
std::string shown(Store& store, const std::string& key) {
  std::string text;
  for (const DocumentTag& t : store.read_tags(1, key).value())
    text += (text.empty() ? "" : "; ") + t.key + " " + std::string(to_string(t.format)) + " " +
            std::to_string(t.revision) + " " + t.etag_hash + " " + t.basis + " " +
            std::to_string(t.size);
  return text;
}

// Transactions that wrote something since it was made.
class WriteCount {
 public:
  explicit WriteCount(sqlite::SqliteStore& store) {
    sqlite3_wal_hook(store.handle(), count, &writes_);
  }
  int take() { return std::exchange(writes_, 0); }

 private:
  static int count(void* writes, sqlite3*, const char*, int) {
    ++*static_cast<int*>(writes);
    return SQLITE_OK;
  }
  int writes_ = 0;
};

}  // namespace

TEST_CASE("Tags are given back for every format of the feed, by its own key", "[store][tags]") {
  StoreFile file;
  auto store = file.open();
  set_revision(*store, "main", 7);
  set_revision(*store, "tag/AI", 3);
  store
      ->remember_tags(1, Tags{tag("main", Format::json, 7, "1"), tag("main", Format::rss, 7, "2"),
                              tag("tag/ai", Format::atom, 3, "3")})
      .value();
  CHECK(shown(*store, "main") == "main rss 7 2 basis 4096; main json 7 1 basis 4096");
  CHECK(shown(*store, "tag/Ai") == "tag/AI atom 3 3 basis 4096");
  CHECK(shown(*store, "").empty());
  CHECK(store->read_tags(2, "main").value().empty());
  store = file.open();
  CHECK(shown(*store, "tag/AI") == "tag/AI atom 3 3 basis 4096");
}

TEST_CASE("A tag is given at its feed's revision only", "[store][tags][H-091]") {
  StoreFile file;
  auto store = file.open();
  set_revision(*store, "main", 7);
  store->remember_tags(1, Tags{tag("main", Format::rss, 7, "seven")}).value();
  set_revision(*store, "main", 8);
  CHECK(shown(*store, "main").empty());
  SECTION("one of an earlier revision comes too late") {
    store->remember_tags(1, Tags{tag("main", Format::atom, 7)}).value();
    CHECK(shown(*store, "main").empty());
  }
  SECTION("one of a revision that is not there yet is nothing to be believed when it comes") {
    store->remember_tags(1, Tags{tag("main", Format::rss, 9, "nine")}).value();
    set_revision(*store, "main", 9);
    CHECK(shown(*store, "main").empty());
  }
  SECTION("the present one takes the place of the last") {
    store->remember_tags(1, Tags{tag("main", Format::rss, 8, "eight")}).value();
    store->remember_tags(1, Tags{tag("main", Format::rss, 7, "seven")}).value();
    CHECK(shown(*store, "main") == "main rss 8 eight basis 4096");
    CHECK(file.shell("SELECT count(*) FROM document_tags;") == "1");
  }
}

TEST_CASE("Another program version's tag of the same revision takes the place of the first",
          "[store][tags]") {
  StoreFile file;
  auto store = file.open();
  set_revision(*store, "main", 7);
  auto other = tag("main", Format::rss, 7);
  const auto change = GENERATE(0, 1, 2);
  if (change == 0) other.basis = "newer";
  if (change == 1) other.etag_hash = "ff";
  if (change == 2) other.size = 5;
  store->remember_tags(1, Tags{tag("main", Format::rss, 7)}).value();
  store->remember_tags(1, Tags{other}).value();
  const auto tags = store->read_tags(1, "main").value();
  REQUIRE(tags.size() == 1);
  CHECK(tags[0].basis == other.basis);
  CHECK(tags[0].etag_hash == other.etag_hash);
  CHECK(tags[0].size == other.size);
}

TEST_CASE("Tags of feeds that are not there are left out, and the others kept", "[store][tags]") {
  StoreFile file;
  auto store = file.open();
  set_revision(*store, "main", 1);
  store
      ->remember_tags(1, Tags{tag("none", Format::rss, 1), tag("main", Format::rss, 1),
                              tag("posts/hello", Format::html, 0)})
      .value();
  CHECK(file.shell("SELECT fold FROM document_tags;") == "main");
  set_revision(*store, "none", 1);
  CHECK(shown(*store, "none").empty());
}

TEST_CASE("Many tags are one transaction, and known ones none", "[store][tags][sqlite]") {
  StoreFile file;
  sqlite::SqliteStore store(file.path(), {});
  auto watcher = file.open();
  Tags tags;
  for (int i = 0; i < 300; ++i) {
    const std::string key = "tag/" + std::to_string(i);
    set_revision(store, key, 2);
    tags.push_back(tag(key, Format::rss, 2));
  }
  WriteCount writes(store);
  store.remember_tags(1, tags).value();
  CHECK(writes.take() == 1);
  const auto version = watcher->data_version().value();
  store.remember_tags(1, tags).value();
  store.remember_tags(1, {}).value();
  store.remember_tags(1, Tags{tag("none", Format::rss, 1), tag("tag/1", Format::rss, 1)}).value();
  CHECK(writes.take() == 0);
  CHECK(watcher->data_version().value() == version);
  tags[150].etag_hash = "changed";
  store.remember_tags(1, tags).value();
  CHECK(writes.take() == 1);
  CHECK(watcher->data_version().value() != version);
}

TEST_CASE("Remembering a tag touches no post", "[store][tags]") {
  StoreFile file;
  auto store = file.open();
  set_revision(*store, "main", 1);
  store->remember_tags(1, Tags{tag("main", Format::rss, 1)}).value();
  CHECK_FALSE(store->syndication().has_dirty(1).value());
  if (is_on_postgresql()) return;
  CHECK(file.shell("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = "
                   "'document_tags';") == "0");
}

TEST_CASE("Another writer's lock is waited for a moment only, and tags known are no matter of it",
          "[store][tags][sqlite]") {
  StoreFile file;
  sqlite::SqliteStore holder(file.path(), {});
  auto store = file.open();  // would wait five seconds for anything else
  set_revision(*store, "main", 1);
  const Tags known = {tag("main", Format::rss, 1)}, news = {tag("main", Format::atom, 1)};
  store->remember_tags(1, known).value();
  {
    sql::Transaction lock(holder.connection(), sql::Access::write);
    CHECK(store->remember_tags(1, known).has_value());
    CHECK(store->remember_tags(1, news).error().code == Errc::unavailable);
  }
  CHECK(shown(*store, "main") == "main rss 1 00112233aabbccdd basis 4096");
  CHECK(store->remember_tags(1, news).has_value());
  CHECK(store->read_tags(1, "main").value().size() == 2);
}

TEST_CASE("Impatience lasts as long as it lives", "[store][tags][sqlite]") {
  StoreFile file;
  sqlite::SqliteStore store(file.path(), {.busy_timeout = 4321ms});
  const auto timeout = [&] {
    return store.connection().maybe_integer("PRAGMA busy_timeout").value();
  };
  {
    const sql::Impatience impatience(store.connection(), 100ms);
    CHECK(timeout() == 100);
  }
  CHECK(timeout() == 4321);
  const sql::Impatience longer(store.connection(), 9999ms);
  CHECK(timeout() == 4321);
}

TEST_CASE("A store of the version before is migrated and keeps everything",
          "[store][tags][sqlite]") {
  StoreFile file;
  {
    sqlite::Connection first(file.path(), true, 1ms);
    for (const char* script :
         {sqlite::posts_schema, sqlite::posts_triggers, sqlite::syndication_schema,
          sqlite::ledger_schema, sqlite::planner_statistics})
      first.script(script);
    first.script("PRAGMA user_version = 1; PRAGMA application_id = 1399812971;");
    first.script(
        "INSERT INTO posts (post_id, status, slug) VALUES ('a', 'published', 'a');"
        "INSERT INTO feeds VALUES (1, 'main', 'main', '', 7, 1700000000, 'd', 'f', 1, 1, 1);"
        "INSERT INTO feeds VALUES (1, 'tag/go', 'tag/go', '', 3, 1700000000, 'd', '', 1, 1, 1);");
  }
  const auto refused = open_store(file.url(), {.create = false});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().detail.find("run 'sosik migrate'") != std::string::npos);
  auto store = file.open();
  CHECK(file.shell("PRAGMA user_version; PRAGMA integrity_check;") ==
        std::to_string(sqlite::schema_version) + "\nok");
  CHECK(store->read_post(1, "a").value().slug == "a");
  CHECK(store->feed_state(1, "main").value().revision == 7);
  store->remember_tags(1, Tags{tag("main", Format::rss, 7)}).value();
  CHECK(shown(*store, "main") == "main rss 7 00112233aabbccdd basis 4096");
  StoreFile fresh;
  fresh.open();
  const std::string schema =
      "SELECT sql FROM sqlite_schema WHERE sql <> '' ORDER BY name; "
      "SELECT * FROM sqlite_stat1 ORDER BY tbl, idx;";
  CHECK(file.shell(schema) == fresh.shell(schema));
}
