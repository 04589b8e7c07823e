// Which tables and columns are copied from one store to another (sosik/store/store_copy.hpp). They
// are asked of the databases, so that no table which a later version of the schema adds is
// forgotten.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "sql.hpp"

namespace sosik::sql {

// A store with the statements that are put together for it: a Connection wants them to outlive it.
struct CopySide {
  std::deque<std::string> statements;
  std::unique_ptr<Connection> db;

  Query query(std::string sql) { return db->query(statements.emplace_back(std::move(sql))); }
};

enum class ColumnKind { integer, text, other };

struct CopyColumn {
  std::string name;
  ColumnKind kind = ColumnKind::other;
  std::string type;         // in the engine's words
  std::int64_t in_key = 0;  // its place in the primary key; 0: none
  bool is_counted = false;  // the database gives it ever higher numbers
};

struct CopyTable {
  std::string name;
  bool is_child = false;            // it refers to another table
  bool is_of_contract = false;      // other programs write it (docs/post-store.md)
  std::vector<CopyColumn> columns;  // by name
  // Columns that put rows in one order: the primary key, or all of them. Into `columns`.
  std::vector<std::size_t> key;
};

struct CopyPlan {
  std::vector<CopyTable> tables;  // children behind the others
  std::vector<std::string> left_behind;
};

// Refuses (throws Failure) what would be lost: a column that the target has not, or of another
// kind; and what the target's engine has no place for.
CopyPlan plan_copy(CopySide& from, CopySide& to);

std::string quoted(std::string_view name);

}  // namespace sosik::sql
