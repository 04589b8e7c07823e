// Pages of archives in a store that was there before there were any.
#include "../../src/store/sqlite/connection.hpp"
#include "../../src/store/sqlite/migrations.hpp"
#include "catch.hpp"
#include "sosik/model/archive.hpp"
#include "sosik/store/store.hpp"
#include "store_file.hpp"

using namespace sosik;

TEST_CASE("Members of an older store are numbered from the oldest on, and have their pages",
          "[store][archive][H-203][sqlite]") {
  StoreFile file;
  {
    sqlite::Connection old(file.path(), true, std::chrono::milliseconds(1));
    for (const char* script :
         {sqlite::posts_schema, sqlite::posts_triggers, sqlite::syndication_schema,
          sqlite::ledger_schema, sqlite::planner_statistics, sqlite::document_tags_schema})
      old.script(script);
    old.script("PRAGMA user_version = 2; PRAGMA application_id = 1399812971;");
    old.script(
        "INSERT INTO feeds VALUES (1, 'tag/go', 'tag/Go', 'Go', 3, 1700000000, 'd', '', 1, 25, 25);"
        "INSERT INTO feeds VALUES (1, '', '', '', 3, 1700000000, 'd', '', 1, 25, 25);");
    for (int i = 1; i <= 25; ++i) {  // the later their sequence, the older
      const std::string n = std::to_string(i), at = std::to_string(1'000'000 - i);
      for (const char* fold : {"tag/go", ""})
        old.script(("INSERT INTO feed_entries VALUES (1, '" + std::string(fold) + "', " + at +
                    ", " + n + ", 'p" + n + "');")
                       .c_str());
    }
  }
  const auto store = file.open();
  const auto first = store->feed_state(1, archive_key("tag/Go", 1)).value();
  const auto second = store->feed_state(1, archive_key("tag/go", 2)).value();
  CHECK(first.key == archive_key("tag/Go", 1));
  CHECK(first.label == "Go");
  CHECK(first.total == 20);
  CHECK_FALSE(first.older_page);
  CHECK(first.newer_page == 2);
  CHECK(second.total == 5);
  CHECK(second.older_page == 1);
  CHECK_FALSE(second.newer_page);
  CHECK(second.definition_hash.empty());  // so that it is looked at when somebody asks
  CHECK_FALSE(store->feed_state(1, archive_key("tag/go", 3)).has_value());
  CHECK_FALSE(
      store->feed_state(1, archive_key("", 1)).has_value());  // the list of all posts has none
  CHECK(
      file.shell("SELECT number FROM feed_entries WHERE fold = 'tag/go' AND post_id IN ('p25', "
                 "'p6', 'p5', 'p1') "
                 "ORDER BY sequence DESC; SELECT last_number FROM feeds WHERE fold = 'tag/go';") ==
      "1\n20\n21\n25\n25");
}
