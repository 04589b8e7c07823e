#include "connection.hpp"

#include "migrations.hpp"

namespace sosik::sqlite {
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

namespace {

class Statement final : public sql::Statement {
 public:
  Statement(sqlite3* db, const std::string& file, sqlite3_stmt* statement)
      : db_(db), file_(file), statement_(statement) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() override { sqlite3_finalize(statement_); }

  void bind(int index, std::int64_t value) override {
    check(sqlite3_bind_int64(statement_, index, value));
  }
  void bind(int index, std::string_view value) override {
    check(sqlite3_bind_text64(statement_, index, value.data() ? value.data() : "", value.size(),
                              SQLITE_TRANSIENT, SQLITE_UTF8));
  }
  void bind_null(int index) override { check(sqlite3_bind_null(statement_, index)); }
  bool next() override {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    throw sql::Failure(explain(sqlite3_extended_errcode(db_), sqlite3_errmsg(db_), file_));
  }
  void reset() noexcept override {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

  bool is_null(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  std::int64_t integer(int column) const override {
    return sqlite3_column_int64(statement_, column);
  }
  std::string_view view(int column) const override {
    const auto* bytes = sqlite3_column_text(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    if (bytes == nullptr) return {};
    return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
  }

 private:
  void check(int code) const {
    if (code != SQLITE_OK) throw sql::Failure(explain(code, sqlite3_errmsg(db_), file_));
  }

  sqlite3* db_;
  const std::string& file_;
  sqlite3_stmt* statement_;
};

}  // namespace

Connection::~Connection() {
  forget_statements();
  sqlite3_close_v2(db_);
}

std::shared_ptr<sql::Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) throw sql::Failure(explain(code, sqlite3_errmsg(db_), name()));
  return std::make_shared<Statement>(db_, name(), statement);
}

void Connection::script(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK)
    throw sql::Failure(explain(sqlite3_extended_errcode(db_), sqlite3_errmsg(db_), name()));
}

void Connection::begin(sql::Access access) {
  run(access == sql::Access::read ? "BEGIN" : "BEGIN IMMEDIATE");
}

void Connection::commit() { run("COMMIT"); }

void Connection::rollback() { run("ROLLBACK"); }

void Connection::set_patience(std::chrono::milliseconds most) {
  sqlite3_busy_timeout(db_, static_cast<int>(most.count()));
}

void Connection::fire_triggers(bool fire) {
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_TRIGGER, fire ? 1 : 0, nullptr);
}

std::int64_t Connection::data_version() { return maybe_integer("PRAGMA data_version").value_or(0); }

void Connection::check() {
  int has_moved = 0;
  sqlite3_file_control(db_, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
  if (has_moved != 0)
    throw sql::Failure({Errc::unavailable,
                        "store '" + name() +
                            "': the file was moved, deleted or replaced while this program has it "
                            "open; put it back, or restart to use what is there now"});
  if (maybe_integer("PRAGMA user_version") != schema_version)
    throw sql::Failure({Errc::corrupt, "store '" + name() + "': its schema has changed"});
  // Rolls back: the lock is what is asked for.
  sql::Transaction transaction(*this, sql::Access::write);
}

}  // namespace sosik::sqlite
