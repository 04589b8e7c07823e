// A PostgreSQL server that is not there, goes away, refuses or stands still says so in one line
// without a password, and is used again when it can be.
#include <future>
#include <thread>

#include "catch.hpp"
#include "ledger_rig.hpp"
#include "postgres/connection.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

Post post_named(const std::string& id) {
  Post post;
  post.post_id = post.slug = id;
  return post;
}

std::unique_ptr<postgres::Connection> connect(const StoreFile& file) {
  return postgres::open(file.url(), {});
}

// Ends every session of `file`'s schema that names itself so.
void end_sessions(const StoreFile& file, const std::string& application) {
  file.shell(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
      "WHERE application_name = '" +
      application + "';");
}

void check_error(const Error& error, Errc code, const std::string& words) {
  INFO(error.detail);
  CHECK(error.code == code);
  CHECK(error.detail.starts_with("store 'postgresql://"));
  CHECK(error.detail.find(words) != std::string::npos);
  CHECK(error.detail.find('\n') == std::string::npos);
  CHECK(error.detail.find("geheim") == std::string::npos);
}

}  // namespace

TEST_CASE("A server that cannot be reached is named without the password", "[store][postgresql]") {
  check_error(open_store("postgresql://u:geheim@127.0.0.1:1/blog?connect_timeout=2").error(),
              Errc::unavailable, "store 'postgresql://127.0.0.1:1/blog': cannot connect");
  check_error(open_store("postgresql://u:geheim@h:x/b?no=1").error(), Errc::invalid,
              "its URL cannot be read");
  check_error(open_store("postgres://u:geheim@h/b?password").error(), Errc::invalid,
              "its URL cannot be read");
}

TEST_CASE("A database that is no post store of ours is refused and left alone",
          "[store][postgresql]") {
  StoreFile file;
  SECTION("none yet, and none may be made") {
    check_error(open_store(file.url(), {.create = false}).error(), Errc::unavailable,
                "run 'sosik migrate'");
    CHECK(file.shell("SELECT to_regclass('posts') IS NULL;") == "t");
  }
  SECTION("another program's") {
    file.shell("CREATE TABLE posts (id integer);");
    check_error(open_store(file.url()).error(), Errc::corrupt, "of another program");
    CHECK(file.shell("SELECT to_regclass('sosik_schema') IS NULL;") == "t");
  }
  SECTION("a newer sosik's") {
    file.open();
    file.shell("UPDATE sosik_schema SET version = 999, needs = 2;");
    check_error(open_store(file.url()).error(), Errc::corrupt, "its schema has version 999");
  }
}

TEST_CASE("A newer sosik's schema that was only added to is no hindrance [S-056]",
          "[store][postgresql]") {
  StoreFile file;
  auto store = file.open();
  file.shell(
      "UPDATE sosik_schema SET version = 999; "
      "ALTER TABLE posts ADD COLUMN later text NOT NULL DEFAULT '';");
  CHECK(store->check().has_value());
  CHECK(store->put_post(post_named("a")).has_value());
  CHECK(file.open()->read_post(1, "a").has_value());
  CHECK(file.shell("SELECT version FROM sosik_schema;") == "999");
}

TEST_CASE("A session that was ended is made again, and nobody hears of it", "[store][postgresql]") {
  StoreFile file;
  auto store = open_store(file.url() + "&application_name=lost").value();
  store->put_post(post_named("a")).value();
  end_sessions(file, "lost");
  CHECK(store->read_post(1, "a").has_value());
  end_sessions(file, "lost");
  CHECK(store->put_post(post_named("b")).has_value());
  end_sessions(file, "lost");
  CHECK(store->check().has_value());
}

TEST_CASE("Another session is another version of the data [S-054]", "[store][postgresql]") {
  StoreFile file;
  auto store = open_store(file.url() + "&application_name=lost").value();
  const auto version = store->data_version().value();
  end_sessions(file, "lost");
  CHECK(store->data_version().value() != version);
}

TEST_CASE("Of several servers the one that answers is taken", "[store][postgresql]") {
  StoreFile file;
  std::string url = file.url();
  url.insert(url.find('@') + 1, "127.0.0.1:1,");
  CHECK(open_store(url).has_value());
  CHECK(shown_store("postgresql://u:geheim@db1:5432,db2:5433/blog?target_session_attrs=primary") ==
        "postgresql://db1:5432,db2:5433/blog");
  CHECK(shown_store("postgresql://u:geheim@db1,db2/blog") == "postgresql://db1,db2/blog");
  CHECK(shown_store("postgresql://u@/blog?host=a,b&port=7") == "postgresql://a:7,b:7/blog");
}

TEST_CASE("A session that is lost inside of a transaction takes all of it along",
          "[store][postgresql][N-200]") {
  StoreFile file;
  auto store = open_store(file.url() + "&application_name=lost").value();
  const auto done = store->in_transaction(false, [&]() -> Result<void> {
    store->put_post(post_named("a")).value();
    end_sessions(file, "lost");
    CHECK_FALSE(store->put_post(post_named("b")).has_value());
    // Not by a new session, outside of the transaction.
    check_error(store->put_post(post_named("c")).error(), Errc::unavailable,
                "lost inside of a transaction");
    return {};
  });
  CHECK(done.error().code == Errc::unavailable);
  CHECK(store->list_posts(1, {10}).value().empty());
  CHECK(store->put_post(post_named("d")).has_value());
}

TEST_CASE("A transaction of which a statement failed cannot be committed",
          "[store][postgresql][N-200]") {
  StoreFile file;
  auto store = file.open();
  auto& view = store->syndication();
  Event event;
  event.number = 1;
  const auto done = view.transact([&]() -> Result<void> {
    view.add_event(event, "").value();
    CHECK_FALSE(view.add_event(event, "").has_value());
    return {};
  });
  check_error(done.error(), Errc::unavailable, "rolled back");
  CHECK(store->ledger().last_event_number(1).value() == 0);
}

TEST_CASE("A standby is read and says that it cannot be written", "[store][postgresql]") {
  StoreFile file;
  file.open()->put_post(post_named("a")).value();
  auto store = open_store(file.url() + "%20-cdefault_transaction_read_only%3Don").value();
  CHECK(store->read_post(1, "a").has_value());
  check_error(store->check().error(), Errc::unavailable, "standby or read-only");
  check_error(store->delete_post(1, "a").error(), Errc::unavailable, "standby or read-only");
  CHECK(file.open()->check().has_value());
}

TEST_CASE("What PostgreSQL cannot keep is refused in words", "[store][postgresql]") {
  StoreFile file;
  auto store = file.open();
  Post post = post_named("a");
  post.title = std::string("a\0b", 3);
  CHECK(store->put_post(post).error().detail.find("NUL") != std::string::npos);
  post.title = "\xff";
  const auto refused = store->put_post(post);
  CHECK(refused.error().code == Errc::invalid);
  CHECK(refused.error().detail.find("UTF-8") != std::string::npos);
  post.title = "한글";
  CHECK(store->put_post(post).has_value());
}

TEST_CASE("A table that is gone is called a changed schema", "[store][postgresql]") {
  StoreFile file;
  auto store = file.open();
  file.shell("SET client_min_messages = warning; DROP TABLE tokens;");
  check_error(store->list_tokens(1).error(), Errc::corrupt, "has its schema changed?");
}

TEST_CASE("A statement that the server has forgotten, or that means something else, is made again",
          "[store][postgresql][S-056]") {
  StoreFile file;
  const auto db = connect(file);
  const std::string_view sql = "SELECT max(scope) FROM tokens";
  const auto has_run = [&] { return sql::guarded([&] { db->run(sql); }).has_value(); };
  CHECK(has_run());
  const std::string change =
      GENERATE("DEALLOCATE ALL", "ALTER TABLE tokens ALTER COLUMN scope TYPE integer");
  INFO(change);
  db->script(change.c_str());
  SECTION("outside of a transaction") { CHECK(has_run()); }
  SECTION("inside of a transaction, which fails, and the next does not") {
    for (const bool is_first : {true, false}) {
      sql::Transaction transaction(*db, sql::Access::write);
      CHECK(has_run() == !is_first);
    }
  }
}

TEST_CASE("Functions that run as the owner of the tables are nobody else's to hang on his own",
          "[store][postgresql]") {
  StoreFile file;
  file.open();
  const std::string begin =
      "BEGIN; CREATE ROLE sosik_cms; GRANT USAGE ON SCHEMA " + file.schema() +
      " TO sosik_cms; GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON posts, post_tags, tags TO "
      "sosik_cms; GRANT INSERT ON touch TO sosik_cms; SET LOCAL ROLE sosik_cms; ";
  const std::string end = " ROLLBACK;";
  file.shell(begin +
             "INSERT INTO posts (post_id, slug) VALUES ('a', 'a'); INSERT INTO touch VALUES (1, "
             "'a'); INSERT INTO tags (tag) VALUES ('t'); UPDATE posts SET post_id = 'b'; "
             "TRUNCATE post_tags, tags;" +
             end);
  for (const std::string function :
       {"sosik_row_changed", "sosik_keep_identity", "sosik_name_changed", "sosik_touch",
        "sosik_table_emptied", "sosik_slug_is_free"}) {
    INFO(function);
    const auto said = file.try_shell(
        begin +
        "CREATE TEMP TABLE mine (site_id bigint, post_id text); CREATE TRIGGER t BEFORE "
        "INSERT ON mine FOR EACH ROW EXECUTE FUNCTION " +
        function + "();" + end);
    CHECK(said.output.find("permission denied for function") != std::string::npos);
  }
}

TEST_CASE("Two who claim at once get different deliveries", "[store][postgresql][S-043]") {
  LedgerRig rig;
  rig.owe("https://a.example/1");
  rig.owe("https://a.example/2");
  const auto other = connect(rig.file);
  {
    sql::Transaction claiming(*other, sql::Access::ledger);
    REQUIRE(other->exists("SELECT 1 FROM deliveries WHERE topic = ?1 FOR UPDATE",
                          "https://a.example/1"));
    const auto claimed = rig.claim();
    REQUIRE(claimed.size() == 1);
    CHECK(claimed[0].topic == "https://a.example/2");
  }
  REQUIRE(rig.claim().size() == 1);
  CHECK(rig.claim().empty());
}

TEST_CASE("The next due delivery is told beside those in flight", "[store][postgresql]") {
  LedgerRig rig;
  CHECK_FALSE(rig.store->ledger().next_delivery_at(rig.clock.now()).value());
  rig.owe("https://a.example/1");
  const auto due = rig.clock.now();
  CHECK(rig.store->ledger().next_delivery_at(rig.clock.now()).value() == due);
  rig.claim();
  CHECK(rig.store->ledger().next_delivery_at(rig.clock.now()).value() ==
        due + 60s);  // when the lease ends
  rig.clock.advance(1s);
  rig.owe("https://a.example/2");
  CHECK(rig.store->ledger().next_delivery_at(rig.clock.now()).value() == rig.clock.now());
}

TEST_CASE("Of two writers that wait for each other one is told that it may try again [S-043]",
          "[store][postgresql]") {
  StoreFile file;
  auto store = file.open();
  for (const char* id : {"a", "b"}) store->put_post(post_named(id)).value();
  const auto other = connect(file);
  other->script("SET deadlock_timeout = '10min'");  // so that the other one is given up
  sql::Transaction transaction(*other, sql::Access::write);
  const std::string_view touch = "UPDATE posts SET title = 'other' WHERE post_id = ?1";
  other->run(touch, "b");
  auto written = std::async(std::launch::async, [&] {
    return store->in_transaction(false, [&]() -> Result<void> {
      for (const char* id : {"a", "b"}) {
        Post post = post_named(id);
        post.title = "ours";
        if (const auto put = store->put_post(post); !put) return put.error();
      }
      return {};
    });
  });
  while (!other->exists("SELECT 1 FROM pg_locks WHERE NOT granted")) std::this_thread::yield();
  other->run(touch, "a");
  transaction.commit();
  const auto done = written.get();
  check_error(done.error(), Errc::unavailable, "another program wrote the same at this moment");
  CHECK(done.error().has_lost_race);
  CHECK(store->read_post(1, "a").value().title == "other");
}

TEST_CASE("For tags another writer is waited for a moment only", "[store][postgresql][tags]") {
  StoreFile file;
  auto store = file.open();
  FeedRecord feed;
  feed.state.key = "main";
  feed.state.revision = 1;
  auto& view = store->syndication();
  view.transact([&] { return view.write_feed_record(1, feed); }).value();
  const std::vector<DocumentTag> tags = {
      {.key = "main", .format = Format::rss, .revision = 1, .basis = "b", .etag_hash = "e"}};
  const auto other = connect(file);
  {
    sql::Transaction writing(*other, sql::Access::write);
    other->run("LOCK TABLE document_tags IN EXCLUSIVE MODE");
    check_error(store->remember_tags(1, tags).error(), Errc::unavailable, "locked");
  }
  CHECK(store->remember_tags(1, tags).has_value());
  CHECK(store->read_tags(1, "main").value().size() == 1);
}

TEST_CASE("The server ends a session that hangs in a transaction", "[store][postgresql]") {
  StoreFile file;
  const auto db = connect(file);
  sql::Query q = db->query("SELECT current_setting('idle_in_transaction_session_timeout')");
  REQUIRE(q.next());
  CHECK(q.text(0) == "1min");
}
