// A store on an SQLite file, whose connection a test can watch and break.
#pragma once
#include "../../src/store/sql_store.hpp"
#include "../../src/store/sqlite/connection.hpp"

namespace sosik::sqlite {

struct SqliteStore final : sql::SqlStore {
  SqliteStore(std::string file, const StoreOptions& options)
      : SqlStore(sqlite::open(std::move(file), options)) {}
  sqlite3* handle() { return static_cast<Connection&>(connection()).handle(); }
};

}  // namespace sosik::sqlite
