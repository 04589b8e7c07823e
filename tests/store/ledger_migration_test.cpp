// The ledger of a store of version 3, with deliveries under way.
#include "catch.hpp"
#include "ledger_rig.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/migrations.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

void make_version_3(const StoreFile& file, const std::string& rows) {
  sqlite::Connection old(file.path(), true, 1ms);
  for (const char* script :
       {sqlite::posts_schema, sqlite::posts_triggers, sqlite::syndication_schema,
        sqlite::ledger_schema, sqlite::planner_statistics, sqlite::document_tags_schema,
        sqlite::comments_schema, sqlite::tombstones_schema, sqlite::identity_clash_schema,
        sqlite::held_back_schema, sqlite::archives_schema})
    old.script(script);
  old.script("PRAGMA user_version = 3; PRAGMA application_id = 1399812971;");
  old.script(rows.c_str());
}

std::string event(int number, const std::string& kind, const std::string& post) {
  const auto n = std::to_string(number);
  return "INSERT INTO events VALUES (1, " + n + ", 'evt_" + n + "', " + kind + ", '" + post +
         "', 1, 1000, 0, '{\"n\":" + n + "}');";
}

std::string webhook(int number, const std::string& post, int state, std::int64_t next_at) {
  const auto n = std::to_string(number);
  return "INSERT INTO deliveries (id, site_id, kind, target, topic, subject, revision, state, "
         "attempts, created_at, next_at, fence, event_type, event_at, event_data) VALUES (" +
         n + ", 1, 2, 'webhook:a', 'evt_" + n + "', '" + post + "', 1, " + std::to_string(state) +
         ", " + (state == 0 ? "0" : "1") + ", 1000, " + std::to_string(next_at) +
         ", 1, 'post.published', 1000, '{\"n\":" + n + "}');";
}

}  // namespace

TEST_CASE("What was owed under version 3 is owed under 4, in order [N-204][N-206]",
          "[store][migration][sqlite]") {
  StoreFile file;
  FakeClock clock;
  const auto now = to_unix_ms(clock.now());
  make_version_3(
      file,
      event(1, "0", "p") + event(2, "1", "p") + event(3, "1", "p") + event(4, "0", "q") +
          webhook(1, "p", 1, now + 30'000) + webhook(2, "p", 0, now) + webhook(3, "p", 0, now) +
          webhook(4, "q", 2, now) +
          "INSERT INTO deliveries (id, site_id, kind, target, topic, subject, revision, state, "
          "attempts, created_at, next_at) VALUES (5, 1, 0, 'websub:h', 'https://x.example/rss.xml',"
          " '', 7, 0, 2, 1000, " +
          std::to_string(now) +
          ");"
          "INSERT INTO attempts (delivery_id, number, at, latency_ms, status, error_class, detail, "
          "response_body) VALUES (4, 1, 2000, 34, 204, '', '', 'ok'), (5, 1, 2000, 1, 500, "
          "'status', 'answered 500', '');");
  const auto store = file.open();
  Ledger& ledger = store->ledger();
  CHECK(file.shell("PRAGMA user_version; PRAGMA integrity_check; PRAGMA foreign_key_check;") ==
        std::to_string(sqlite::schema_version) + "\nok");
  const auto told = ledger.read_delivery(1, 4).value();
  CHECK(told.ended_at == from_unix_ms(2034));
  CHECK(told.event_number == 4);
  CHECK(told.event_data == R"({"n":4})");
  CHECK(ledger.list_attempts(4).value().at(0).response_body == "ok");
  const auto topic = ledger.read_delivery(1, 5).value();
  CHECK(topic.revision == 7);
  CHECK(topic.tries == 2);
  const auto claim = [&] { return ledger.claim_deliveries("w", clock.now(), 60s, 10).value(); };
  auto claimed = claim();
  REQUIRE(claimed.size() == 1);  // the others wait for what is in flight
  CHECK(claimed[0].id == 5);
  clock.advance(30s);
  for (int i = 1; i <= 3; ++i) {
    claimed = claim();
    REQUIRE(claimed.size() == 1);
    CHECK(claimed[0].id == i);
    CHECK(claimed[0].event_type == (i == 1 ? "post.published" : "post.updated"));
    record_one(*store, claimed[0], clock.now(), {DeliveryState::delivered, {}}).value();
  }
}

TEST_CASE("A delivery made after the migration has an id of its own",
          "[store][migration][sqlite]") {
  StoreFile file;
  make_version_3(file, event(1, "0", "p") + webhook(1, "p", 2, 1000) + webhook(2, "p", 2, 1000) +
                           "DELETE FROM deliveries WHERE id = 2;");
  const auto store = file.open();
  Delivery d;
  d.target = "websub:h";
  d.topic = "https://x.example/rss.xml";
  auto& view = store->syndication();
  view.transact([&] { return view.add_delivery(d); }).value();
  CHECK(store->ledger().list_deliveries(1, {}).value().at(0).id == 3);
}
