// The embedded engine: an SQLite file in WAL mode.
#pragma once
#include <sqlite3.h>

#include "../sql.hpp"
#include "sosik/store/store.hpp"

namespace sosik::sqlite {

class Connection final : public sql::Connection {
 public:
  // Opens `file` for reading and writing; see open.cpp for what each failure says.
  Connection(std::string file, bool create, std::chrono::milliseconds busy_timeout);
  ~Connection() override;

  void script(const char* sql) override;
  std::int64_t changes() const override { return sqlite3_changes64(db_); }
  bool in_transaction() const override { return sqlite3_get_autocommit(db_) == 0; }
  void begin(sql::Access) override;
  void commit() override;
  void rollback() override;
  void take_turn(sql::Access) override {}  // who writes is alone
  void set_patience(std::chrono::milliseconds) override;
  std::int64_t data_version() override;
  void check() override;
  bool lead() override { return true; }
  void resign() override {}
  std::string timeline() override { return {}; }
  std::optional<Timestamp> clock() override { return std::nullopt; }
  void hint() override {}
  bool wait_for_hint(std::chrono::milliseconds) override { return false; }

  void fire_triggers(bool);  // of this connection's statements
  sqlite3* handle() const { return db_; }

 private:
  std::shared_ptr<sql::Statement> prepare(std::string_view sql) override;

  sqlite3* db_ = nullptr;
};

// A connection to a file whose schema is up to date. Throws sql::Failure.
std::unique_ptr<Connection> open(std::string file, const StoreOptions&);

// What a result code of SQLite means for the operator, in one line that names the file.
Error explain(int code, std::string_view message, const std::string& file);

}  // namespace sosik::sqlite
