// A store copied into another (sosik/store/store_copy.hpp): from an SQLite file into the store that
// the tests run on, and back.
#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "copy_rows.hpp"
#include "ledger_rig.hpp"
#include "postgres/connection.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/store/store_copy.hpp"

using namespace sosik;

namespace {

using Names = std::set<std::string>;

Names names_of(const std::string& lines) {
  Names names;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) names.insert(line);
  return names;
}

// Every table has a row, with what is special: NULL, an empty text, Hangul, a quote, numbers at
// their limits.
constexpr std::string_view one_of_everything = R"sql(
INSERT INTO posts (post_id, source_key, guid, status, slug, title, published_at, body, comment_count)
  VALUES ('a', NULL, 'http://old.example/?p=1', 'published', 'a', '첫 ''글''', 1700000000000, 'x', 0),
         ('b', '', NULL, 'draft', '', '', NULL, '', NULL);
INSERT INTO post_categories (post_id, path) VALUES ('a', '개발/백엔드');
INSERT INTO post_tags (post_id, tag, position) VALUES ('a', 'Go', 0), ('a', 'go', 1);
INSERT INTO post_authors (post_id, author) VALUES ('a', 'kim');
INSERT INTO enclosures (post_id, url, length) VALUES ('a', 'https://x.example/a', 9223372036854775807);
INSERT INTO categories (path, name) VALUES ('개발', 'Dev');
INSERT INTO tags (tag, name) VALUES ('go', 'Go');
INSERT INTO authors (author, name) VALUES ('kim', '김');
INSERT INTO post_identity VALUES (1, 'id-a', 'cms', 'a', 1, -5);
INSERT INTO site_state (site_id, next_event) VALUES (1, 8), (2, 9);
INSERT INTO entries VALUES (1, 'a', 'id-a', 1, 1, 1, '', 'a', 1, 2, 3, 'h', NULL, '{}');
INSERT INTO bodies VALUES (1, 'h', '', '', '', '<p>본문</p>');
INSERT INTO feeds (site_id, fold, feed_key, label, revision, changed_at, definition_hash, filter_hash, format_version,
  total, members) VALUES (1, 'main', 'main', '', 7, 9, '', '', 1, 1, 1), (1, char(10) || 'main', 'm', '', 1, 1, '', '', 1, 0, 0);
INSERT INTO feed_entries (site_id, fold, published_at, sequence, post_id) VALUES (1, 'main', 1, 2, 'a'), (1, 'main', 5, 1, 'b');
INSERT INTO scheduled VALUES (1, 4102444800000, 'b');
INSERT INTO document_tags VALUES (1, 'main', 0, 7, 'basis', 'hash', 10);
INSERT INTO held_entries VALUES (1, 'main', 0, 0, 'b', 1, 'why');
INSERT INTO feed_tombstones VALUES (1, 'main', 5, 'z'), (1, 'main', 9, 'y');
INSERT INTO events (site_id, number, event_id, kind, subject, revision, at, is_quiet, data)
  VALUES (1, 7, 'event-7', 0, 'a', 1, 1, 0, '{"title":"첫 글"}');
INSERT INTO deliveries (id, site_id, kind, target, topic, subject, event_number, revision, created_at, next_at)
  VALUES (3, 1, 0, 't', 'topic', '', 0, 1, 1, 1), (40, 1, 0, 't', 'gone', '', 0, 1, 1, 1);
DELETE FROM deliveries WHERE id = 40;
INSERT INTO attempts VALUES (3, 1, 1, 1, 500, '', '', '');
INSERT INTO target_state (site_id, target, tried_at) VALUES (1, 't', 1);
INSERT INTO endpoints VALUES (1, 'e', '', 'https://x.example/', '[]', '[]', '[]', '[]', 0, 1, NULL, 1);
INSERT INTO tokens VALUES (1, 'ops', 'hash', 1, 1, NULL);
)sql";

// An SQLite file with all that.
struct Source {
  Source() {
    file.open();
    file.shell(std::string(one_of_everything));
  }
  SqliteFile file;
};

// Of the tables; the engine's own are not in it.
Names copied(const StoreCopy& copy) {
  Names names;
  for (const auto& table : copy.tables) names.insert(table.name);
  return names;
}

const TableCopy& table_of(const StoreCopy& copy, const std::string& name) {
  return *std::ranges::find(copy.tables, name, &TableCopy::name);
}

std::string tables_and_hashes(const StoreCopy& copy) {
  std::string text;
  for (const auto& table : copy.tables)
    text += table.name + " " + std::to_string(table.rows) + " " + table.sha256 + "\n";
  return text;
}

// No row of it came.
void check_is_empty(const StoreFile& file) {
  CHECK(file.shell("SELECT (SELECT count(*) FROM posts) + (SELECT count(*) FROM feeds) + "
                   "(SELECT count(*) FROM dirty_posts) + (SELECT count(*) FROM tokens);") == "0");
}

}  // namespace

TEST_CASE("Every table of the schema is copied, there and back, with the same hashes [S-035]",
          "[store][copy]") {
  Source source;
  StoreFile target;
  const auto there = copy_store(source.file.url(), target.url());
  REQUIRE(there.has_value());
  // What the schema has now, whatever later versions add.
  Names tables =
      names_of(source.file.shell("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT "
                                 "LIKE 'sqlite~_%' ESCAPE '~';"));
  tables.erase("write_mode");
  CHECK(copied(*there) == tables);
  CHECK(there->left_behind.empty());
  CHECK(there->deliveries_in_flight == 0);
  CHECK(table_of(*there, "deliveries").rows == 1);
  CHECK(table_of(*there, "post_tags").rows == 2);

  SqliteFile again;
  const auto back = copy_store(target.url(), again.url());
  REQUIRE(back.has_value());
  CHECK(back->left_behind.empty());
  CHECK(tables_and_hashes(*back) == tables_and_hashes(*there));
  const std::string rows =
      "SELECT * FROM posts; SELECT * FROM dirty_posts; SELECT * FROM feed_tombstones;";
  CHECK(again.shell(rows) == source.file.shell(rows));
  CHECK(again.shell("PRAGMA integrity_check; PRAGMA foreign_key_check;") == "ok");
}

TEST_CASE("What one engine has more than the other is known by name", "[store][copy][postgresql]") {
  if (!is_on_postgresql()) return;
  StoreFile target;
  target.open();
  SqliteFile file;
  file.open();
  const Names there = names_of(
      target.shell("SELECT relname || '.' || attname FROM pg_class JOIN pg_attribute ON attrelid = "
                   "pg_class.oid WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped "
                   "AND relnamespace = current_schema()::regnamespace;"));
  const Names here = names_of(file.shell(
      "SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) "
      "c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite~_%' ESCAPE '~';"));
  const auto more = [](const Names& of, const Names& than) {
    Names names;
    std::ranges::set_difference(of, than, std::inserter(names, names.end()));
    return names;
  };
  CHECK(more(there, here) == Names{"dirty_names.is_quiet", "dirty_names.kind", "dirty_names.name",
                                   "dirty_names.seq", "dirty_names.site_id", "dirty_posts.xid",
                                   "sosik_schema.version", "sosik_schema.needs"});
  CHECK(more(here, there) == Names{"write_mode.id", "write_mode.is_quiet"});
}

TEST_CASE("The hash of a table is of its rows, in the order of their key, column by column [S-035]",
          "[store][copy]") {
  Source source;
  StoreFile target;
  const auto copy = copy_store(source.file.url(), target.url()).value();
  // tags: name, site_id, tag.
  CHECK(table_of(copy, "tags").sha256 == sha256_hex("2:Go1:12:go"));
  // attempts: at, delivery_id, detail, error_class, latency_ms, number, response_body, status.
  CHECK(table_of(copy, "attempts").sha256 == sha256_hex("1:11:30:0:1:11:10:3:500"));
  CHECK(table_of(copy, "dirty_posts").rows == 2);
  // scheduled has one row; NULL is no empty text.
  CHECK(table_of(copy, "tokens").sha256 == sha256_hex("1:1-:4:hash3:ops1:11:1"));
}

TEST_CASE("A copy touches no post, and what is written after it does [S-035]", "[store][copy]") {
  Source source;
  source.file.shell("DELETE FROM dirty_posts;");
  StoreFile target;
  copy_store(source.file.url(), target.url()).value();
  CHECK(target.dirty().empty());
  target.shell("UPDATE posts SET title = 'neu' WHERE post_id = 'a';");
  CHECK(target.dirty() == "a");
  const auto refused = target.try_shell("INSERT INTO posts (post_id, slug) VALUES ('c', 'a');");
  CHECK(refused.output.find("another post of this site has this slug") != std::string::npos);
}

TEST_CASE("The timeline of the source's server is none of the target's past [S-035, S-054]",
          "[store][copy]") {
  Source source;
  source.file.shell("UPDATE site_state SET timeline = '00000007', not_before = 5;");
  StoreFile target;
  copy_store(source.file.url(), target.url()).value();
  // So whoever adopts definitions there first does not take it for a standby that was promoted.
  CHECK(target.open()->syndication().site_state(1).value().timeline.empty());
  CHECK(target.shell("SELECT DISTINCT not_before FROM site_state;") == "5");
}

TEST_CASE("Posts that were touched and not looked at are so in the copy, twice where twice",
          "[store][copy]") {
  Source source;
  source.file.open()->syndication().touch_all_shown(1).value();
  source.file.open()->syndication().touch_all_shown(1).value();
  const auto log = "SELECT site_id, post_id, is_quiet FROM dirty_posts ORDER BY seq;";
  const auto before = source.file.shell(log);
  StoreFile target;
  copy_store(source.file.url(), target.url()).value();
  CHECK(target.shell(log) == before);
  auto store = target.open();
  auto& view = store->syndication();
  view.transact([&]() -> Result<void> {
        for (const auto& post : view.dirty_posts(1, 10).value()) {
          CHECK_FALSE(post.is_quiet);
          view.clear_dirty(1, post.post_id).value();
        }
        return {};
      })
      .value();
  CHECK(target.dirty().empty());
}

TEST_CASE("A number that was ever given to a delivery is not given again", "[store][copy]") {
  Source source;
  StoreFile target;
  copy_store(source.file.url(), target.url()).value();
  const std::string one_more =
      "INSERT INTO deliveries (site_id, kind, target, topic, subject, event_number, revision, "
      "created_at, next_at) VALUES (1, 0, 't', 'more', '', 0, 1, 1, 1);";
  SqliteFile again;
  copy_store(target.url(), again.url()).value();
  again.shell(one_more);
  CHECK(again.shell("SELECT max(id) FROM deliveries;") == "41");
  target.shell(one_more);
  CHECK(target.shell("SELECT max(id) FROM deliveries;") == "41");
}

TEST_CASE("Many rows with long bodies come whole", "[store][copy]") {
  SqliteFile source;
  source.open();
  source.shell(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 345) "
      "INSERT INTO posts (post_id, body) SELECT 'p' || i, "
      "hex(zeroblob(CASE WHEN i < 20 THEN 500000 ELSE i END)) FROM n;");
  StoreFile target;
  const auto copy = copy_store(source.url(), target.url()).value();
  CHECK(table_of(copy, "posts").rows == 345);
  CHECK(target.shell("SELECT count(*), sum(length(body)) FROM posts;") ==
        source.shell("SELECT count(*), sum(length(body)) FROM posts;"));
}

TEST_CASE("Rows come together while they are small, and one by one when they are large",
          "[store][copy][postgresql]") {
  StoreFile source;
  source.open();
  source.shell(
      "INSERT INTO posts (post_id, body) SELECT 'p' || i, repeat('x', 1000000) "
      "FROM generate_series(1, 20) AS i; "
      "INSERT INTO tags (tag) SELECT 't' || i FROM generate_series(1, 20) AS i;");
  const auto fetches_of = [&](const std::string& name, std::vector<sql::CopyColumn> columns) {
    sql::CopySide side;
    side.db = postgres::open(source.url(), {});
    const sql::CopyTable table{name, false, false, std::move(columns), {0}};
    const sql::Transaction reading(*side.db, sql::Access::read);
    CHECK(sql::count_and_hash(side, table).rows == 20);
    std::string fetches;
    for (const auto& statement : side.statements)
      if (statement.find("copy of") != std::string::npos) fetches += statement + ";";
    return fetches;
  };
  using enum sql::ColumnKind;
  CHECK(fetches_of("posts", {{"post_id", text, "text"}, {"body", text, "text"}}) ==
        "FETCH 1 FROM \"copy of posts\";");
  CHECK(fetches_of("posts", {{"post_id", text, "text"}, {"site_id", integer, "bigint"}}) ==
        "FETCH 100 FROM \"copy of posts\";");
  CHECK(fetches_of("tags", {{"tag", text, "text"}}) == "FETCH 100 FROM \"copy of tags\";");
}

TEST_CASE("A source of a newer version, which this program can work beside, is not copied",
          "[store][copy][postgresql][S-056]") {
  StoreFile source;
  source.open();
  source.shell(
      "UPDATE sosik_schema SET version = 99, needs = 1; CREATE TABLE added (id bigint PRIMARY "
      "KEY);");
  CHECK(open_store(source.url()).has_value());
  SqliteFile target;
  const auto refused = copy_store(source.url(), target.url());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::corrupt);
  CHECK(refused.error().detail.find("its schema has version 99, this program knows up to 1") !=
        std::string::npos);
  CHECK_FALSE(std::filesystem::exists(target.path()));
}

TEST_CASE("A store that holds something is not copied into", "[store][copy]") {
  Source source;
  StoreFile target;
  target.open();
  target.shell("INSERT INTO tags (tag) VALUES ('x'), ('y');");
  const auto refused = copy_store(source.file.url(), target.url());
  CHECK(refused.error().code == Errc::conflict);
  CHECK(refused.error().detail.find("holds rows already (") != std::string::npos);
  CHECK(refused.error().detail.find("tags: 2") != std::string::npos);
  check_is_empty(target);
}

TEST_CASE("A source that is not there, is another's, or older is refused before the target is made",
          "[store][copy]") {
  SqliteFile source, target;
  CHECK(copy_store(source.url(), target.url()).error().detail.find("there is no such file") !=
        std::string::npos);
  source.open();
  source.shell("PRAGMA user_version = 3;");
  CHECK(copy_store(source.url(), target.url()).error().detail.find("run 'sosik migrate' first") !=
        std::string::npos);
  CHECK_FALSE(std::filesystem::exists(target.path()));
  CHECK(copy_store("mysql://u:geheim@h", target.url()).error().detail.find("geheim") ==
        std::string::npos);
}

TEST_CASE("What another program keeps in the file is left behind, and said", "[store][copy]") {
  Source source;
  source.file.shell("CREATE TABLE visits (at REAL); INSERT INTO visits VALUES (1.5);");
  StoreFile target;
  CHECK(copy_store(source.file.url(), target.url()).value().left_behind ==
        std::vector<std::string>{"visits"});
}

TEST_CASE("A column that the target has not, or of another kind, stops the copy", "[store][copy]") {
  Source source;
  source.file.shell("ALTER TABLE posts ADD COLUMN mood TEXT;");
  StoreFile target;
  auto refused = copy_store(source.file.url(), target.url()).error();
  CHECK(refused.code == Errc::invalid);
  CHECK(refused.detail.find("it has no column mood of table posts") != std::string::npos);
  target.shell("ALTER TABLE posts ADD COLUMN mood bigint;");
  refused = copy_store(source.file.url(), target.url()).error();
  CHECK(refused.code == Errc::invalid);
  CHECK(refused.detail.find("column mood of table posts has the type TEXT, that in the target") !=
        std::string::npos);
  check_is_empty(target);
}

TEST_CASE("A row that the target does not take is named, and nothing is copied",
          "[store][copy][postgresql]") {
  if (!is_on_postgresql()) return;
  Source source;
  const auto [statement, words] = GENERATE(table<std::string, std::string>({
      {"UPDATE posts SET title = CAST(x'C0C1' AS TEXT) WHERE post_id = 'b';",
       "the row of posts, site_id 1, post_id 'b': column title is not UTF-8"},
      {"UPDATE posts SET body = 'a' || char(0) || 'b' WHERE post_id = 'a';",
       "the row of posts, site_id 1, post_id 'a': column body has a NUL character"},
      {"UPDATE posts SET slug = printf('%.2001c', 'x') WHERE post_id = 'b';",
       "the row of posts, site_id 1, post_id 'b': sosik: slug has at most 2000 bytes"},
      {"INSERT INTO post_tags (post_id, tag) VALUES ('nobody', 'x');",
       "the row of post_tags, site_id 1, post_id 'nobody', tag 'x': sosik: the post of a row"},
      {"INSERT INTO post_tags (post_id, tag) VALUES ('a', x'676F');",
       "the row of post_tags, site_id 1, post_id 'a', tag 'go': column tag is a blob"},
      {"UPDATE enclosures SET length = 'long';",
       "the row of enclosures, site_id 1, post_id 'a', position 0: column length is no whole "
       "number"},
      {"UPDATE enclosures SET length = 1.5;", "column length is no whole number"},
  }));
  INFO(statement);
  source.file.shell(statement);
  StoreFile target;
  const auto refused = copy_store(source.file.url(), target.url());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::invalid);
  INFO(refused.error().detail);
  CHECK(refused.error().detail.find(words) != std::string::npos);
  CHECK(refused.error().detail.find('\n') == std::string::npos);
  check_is_empty(target);
  // Its triggers are as they were.
  target.shell("INSERT INTO posts (post_id) VALUES ('new');");
  CHECK(target.dirty() == "new");
}

TEST_CASE("Keys of posts that are gone need not be UTF-8: nobody may mend them [S-035]",
          "[store][copy]") {
  Source source;
  // Two that U+FFFD alone would make one, and one with a NUL. Of the letters that are UTF-8 and
  // those that are none, the order changes.
  source.file.shell(
      "UPDATE events SET subject = CAST(x'61B0A1' AS TEXT); "
      "UPDATE deliveries SET subject = CAST(x'61B0A1' AS TEXT); "
      "INSERT INTO post_identity VALUES (1, 'id-1', 'cms', CAST(x'61B0A1' AS TEXT), 1, 1), "
      "(1, 'id-2', 'cms', CAST(x'61C7D1' AS TEXT), 1, 1), (1, 'id-3', 'cms', 'a' || char(0), 1, "
      "1); "
      "INSERT INTO entries SELECT 1, CAST(x'61B0A1' AS TEXT), 'id-1', 2, 1, 0, '', '', 1, 2, 3, "
      "'h', "
      "NULL, '{}' UNION ALL SELECT 1, 'a한', 'id-4', 3, 1, 0, '', '', 1, 2, 3, 'h', NULL, '{}';");
  StoreFile target;
  const auto copied = copy_store(source.file.url(), target.url());
  INFO((copied ? "" : copied.error().detail));
  REQUIRE(copied.has_value());
  const bool is_escaped = is_on_postgresql();
  CHECK(table_of(*copied, "events").escaped == (is_escaped ? 1 : 0));
  CHECK(table_of(*copied, "post_identity").escaped == (is_escaped ? 3 : 0));
  CHECK(table_of(*copied, "entries").escaped == (is_escaped ? 1 : 0));
  CHECK(table_of(*copied, "posts").escaped == 0);
  CHECK(
      target.shell("SELECT count(*) FROM events v JOIN deliveries d ON d.subject = v.subject JOIN "
                   "entries n ON n.post_id = v.subject JOIN post_identity i ON i.source_key = "
                   "v.subject AND i.entry_id = n.entry_id;") == "1");
  if (!is_escaped) return;
  CHECK(target.shell("SELECT subject FROM events;") == "a\uFFFDB0\uFFFDA1");
  CHECK(target.shell("SELECT source_key FROM post_identity WHERE entry_id >= 'id-2' AND entry_id < "
                     "'id-9' ORDER BY entry_id;") == "a\uFFFDC7\uFFFDD1\na\uFFFD00");
}

TEST_CASE("A child row without its post stops a copy into a file too", "[store][copy][sqlite]") {
  Source source;
  source.file.shell("INSERT INTO post_tags (post_id, tag) VALUES ('nobody', 'x');");
  SqliteFile target;
  const auto refused = copy_store(source.file.url(), target.url());
  CHECK(refused.error().code == Errc::invalid);
  CHECK(refused.error().detail.find("FOREIGN KEY") != std::string::npos);
  check_is_empty(target);
}

TEST_CASE("A target that does not give back what it was given is noticed before it counts [S-035]",
          "[store][copy][postgresql]") {
  if (!is_on_postgresql()) return;
  Source source;
  StoreFile target;
  target.open();
  target.shell("CREATE RULE lose AS ON INSERT TO tokens DO INSTEAD NOTHING;");
  const auto refused = copy_store(source.file.url(), target.url());
  CHECK(refused.error().code == Errc::corrupt);
  CHECK(refused.error().detail.find("table tokens was written as 1 rows") != std::string::npos);
  check_is_empty(target);
}

TEST_CASE("A display name that PostgreSQL has noted for the step has to be read before",
          "[store][copy][postgresql]") {
  if (!is_on_postgresql()) return;
  StoreFile source, elsewhere;
  SqliteFile target;
  source.open();
  source.shell(
      "INSERT INTO posts (post_id) VALUES ('a'); INSERT INTO post_tags (post_id, tag) VALUES ('a', "
      "'go'); "
      "DELETE FROM dirty_posts; INSERT INTO tags (tag, name) VALUES ('go', 'Go');");
  CHECK(copy_store(source.url(), target.url()).error().detail.find("display name was changed") !=
        std::string::npos);
  CHECK(copy_store(source.url(), elsewhere.url()).has_value());
  CHECK(elsewhere.shell("SELECT kind, name FROM dirty_names;") == "tags|go");
}

TEST_CASE("Deliveries that somebody holds are counted, for they will be made again",
          "[store][copy]") {
  LedgerRig busy;
  busy.owe("one");
  busy.owe("another");
  busy.claim(1);
  StoreFile target;
  CHECK(copy_store(busy.file.url(), target.url()).value().deliveries_in_flight == 1);
}
