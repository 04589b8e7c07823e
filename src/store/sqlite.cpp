#include "sqlite.hpp"

#include <algorithm>

namespace sosik::sqlite {

struct Prepared {
  explicit Prepared(sqlite3_stmt* s) : statement(s) {}
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  ~Prepared() { sqlite3_finalize(statement); }
  sqlite3_stmt* statement;
  bool is_busy = false;
};

namespace {

std::string_view primary_reason(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program holds it locked; try again, or end that program";
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_READONLY:
      return "it cannot be written: check the permissions of the file and of its folder";
    case SQLITE_CORRUPT:
      return "the file is damaged; restore it from a backup";
    case SQLITE_NOTADB:
      return "it is not a SQLite database";
    case SQLITE_CANTOPEN:
      return "it cannot be opened: check the path and its permissions";
    case SQLITE_IOERR:
      return "reading or writing the disk failed";
    default:
      return "";
  }
}

}  // namespace

Error explain(int code, std::string_view message, const std::string& file) {
  const int primary = code & 0xff;
  if (primary == SQLITE_NOMEM) throw std::bad_alloc();
  Errc errc = Errc::unavailable;
  if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) errc = Errc::corrupt;
  if (primary == SQLITE_CONSTRAINT)
    errc = code == SQLITE_CONSTRAINT_TRIGGER ? Errc::conflict : Errc::invalid;
  if (primary == SQLITE_TOOBIG) errc = Errc::too_large;
  std::string detail = "store '" + file + "': ";
  if (const std::string_view reason = primary_reason(code); !reason.empty())
    detail.append(reason).append(" (").append(message).append(")");
  else
    detail.append(message);
  return {errc, std::move(detail)};
}

Query::Query(sqlite3* db, const std::string& file, std::shared_ptr<Prepared> statement)
    : db_(db), file_(&file), statement_(std::move(statement)) {
  statement_->is_busy = true;
}

Query::~Query() {
  if (!statement_) return;  // moved from
  sqlite3_reset(statement_->statement);
  sqlite3_clear_bindings(statement_->statement);
  statement_->is_busy = false;
}

void Query::check(int code) const {
  if (code != SQLITE_OK) throw Failure(explain(code, sqlite3_errmsg(db_), *file_));
}

bool Query::next() {
  const int code = sqlite3_step(statement_->statement);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  throw Failure(explain(sqlite3_extended_errcode(db_), sqlite3_errmsg(db_), *file_));
}

void Query::run() {
  while (next()) {
  }
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_->statement, column) == SQLITE_NULL;
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_->statement, column);
}

std::string_view Query::view(int column) const {
  const auto* bytes = sqlite3_column_text(statement_->statement, column);
  const int size = sqlite3_column_bytes(statement_->statement, column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

std::optional<Timestamp> Query::maybe_time(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

void Query::bind_one(int index, std::int64_t value) {
  check(sqlite3_bind_int64(statement_->statement, index, value));
}

void Query::bind_one(int index, std::string_view value) {
  check(sqlite3_bind_text64(statement_->statement, index, value.data() ? value.data() : "",
                            value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Query::bind_one(int index, std::nullptr_t) {
  check(sqlite3_bind_null(statement_->statement, index));
}

Connection::~Connection() {
  cache_.clear();
  sqlite3_close_v2(db_);
}

std::shared_ptr<Prepared> Connection::prepared(std::string_view sql) {
  if (const auto found = cache_.find(sql); found != cache_.end() && !found->second->is_busy)
    return found->second;
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) throw Failure(explain(code, sqlite3_errmsg(db_), file_));
  auto made = std::make_shared<Prepared>(statement);
  cache_.try_emplace(sql, made);  // a second run of a statement that is busy is not kept
  return made;
}

void Connection::script(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK)
    throw Failure(explain(sqlite3_extended_errcode(db_), sqlite3_errmsg(db_), file_));
}

Transaction::Transaction(Connection& db, Access access) : db_(db), is_nested_(db.in_transaction()) {
  if (is_nested_)
    db_.run("SAVEPOINT nested");
  else if (access == Access::write)
    db_.run("BEGIN IMMEDIATE");
  else
    db_.run("BEGIN");
}

Transaction::~Transaction() {
  if (!is_open_ || !db_.in_transaction()) return;  // some failures have rolled back already
  try {
    if (is_nested_) {
      db_.run("ROLLBACK TO nested");
      db_.run("RELEASE nested");
    } else {
      db_.run("ROLLBACK");
    }
  } catch (const Failure&) {
    // Then the connection's end rolls back.
  }
}

Impatience::Impatience(Connection& db, std::chrono::milliseconds most) : db_(db) {
  sqlite3_busy_timeout(db.handle(), static_cast<int>(std::min(most, db.busy_timeout()).count()));
}

Impatience::~Impatience() {
  sqlite3_busy_timeout(db_.handle(), static_cast<int>(db_.busy_timeout().count()));
}

void Transaction::commit() {
  db_.run(is_nested_ ? "RELEASE nested" : "COMMIT");
  is_open_ = false;
}

}  // namespace sosik::sqlite
