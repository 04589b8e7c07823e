// Which statements SQLite ran, and how it means to find their rows. The statistics are the schema's
// own (src/store/sqlite/), so that plans are those of a large store however few rows a test has.
#pragma once
#include <sqlite3.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"

namespace sosik {

// While it lives, the texts of all statements that the connection runs.
class SeenStatements {
 public:
  explicit SeenStatements(sqlite3* db) : db_(db) {
    sqlite3_trace_v2(db_, SQLITE_TRACE_STMT, collect, &texts_);
  }
  SeenStatements(const SeenStatements&) = delete;
  SeenStatements& operator=(const SeenStatements&) = delete;
  ~SeenStatements() { sqlite3_trace_v2(db_, 0, nullptr, nullptr); }

  const std::set<std::string>& texts() const { return texts_; }

 private:
  static int collect(unsigned, void* context, void* statement, void* text) {
    const std::string_view seen = static_cast<const char*>(text);
    if (!seen.starts_with("--"))  // a trigger begins
      static_cast<std::set<std::string>*>(context)->insert(
          sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
    return 0;
  }

  sqlite3* db_;
  std::set<std::string> texts_;
};

// The lines of the plan, the triggers' among them.
inline std::vector<std::string> plan_of(sqlite3* db, const std::string& sql) {
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRIGGER_EQP, 1, nullptr);
  sqlite3_stmt* statement = nullptr;
  const std::string explain = "EXPLAIN QUERY PLAN " + sql;
  if (sqlite3_prepare_v2(db, explain.c_str(), -1, &statement, nullptr) != SQLITE_OK)
    FAIL(sql << ": " << sqlite3_errmsg(db));
  std::vector<std::string> lines;
  while (sqlite3_step(statement) == SQLITE_ROW)
    lines.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 3)));
  sqlite3_finalize(statement);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRIGGER_EQP, 0, nullptr);
  return lines;
}

// Reads all rows, or all of a site.
inline bool walks(std::string_view line) {
  return (line.starts_with("SCAN") && line != "SCAN CONSTANT ROW") ||
         (line.starts_with("SEARCH") && line.ends_with("(site_id=?)"));
}

// What may walk: `part` of the statement, the plan's line, and why.
struct AllowedWalk {
  std::string_view part;
  std::string_view plan;
  std::string_view reason;
};

}  // namespace sosik
