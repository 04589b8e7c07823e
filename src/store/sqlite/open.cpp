// Opening the file: what can be wrong with a path, a permission or a file's bytes is found here,
// once, and said in a line.
#include <filesystem>
#include <thread>

#include "connection.hpp"
#include "migrations.hpp"

namespace sosik::sqlite {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& file, std::string_view reason) {
  throw sql::Failure({Errc::unavailable, "store '" + file + "': " + std::string(reason)});
}

// SQLite's own answer to all of these is "unable to open database file".
void check_path(const std::string& file, bool create) {
  if (file.empty()) refuse(file, "no path is given");
  std::error_code ignored;
  const fs::path path(file);
  if (fs::is_directory(path, ignored)) refuse(file, "it is a folder, not a file");
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::exists(folder, ignored))
    refuse(file, "the folder '" + folder.string() + "' does not exist");
  if (!create && !fs::exists(path, ignored)) refuse(file, "there is no such file");
}

// Two processes may open a new file at the same moment; the switch to WAL does not wait for a lock
// by itself.
void switch_to_wal(Connection& db, std::chrono::milliseconds busy_timeout) {
  using namespace std::chrono_literals;
  const auto give_up = std::chrono::steady_clock::now() + busy_timeout;
  for (;;) {
    try {
      sql::Query q = db.query("PRAGMA journal_mode = WAL");
      if (q.next() && q.view(0) == "wal") return;
      refuse(db.name(), "its file system cannot hold a write-ahead log (a network share?)");
    } catch (const sql::Failure& failure) {
      const int code = sqlite3_errcode(db.handle()) & 0xff;
      if ((code != SQLITE_BUSY && code != SQLITE_LOCKED) ||
          std::chrono::steady_clock::now() > give_up)
        throw;
    }
    std::this_thread::sleep_for(5ms);
  }
}

}  // namespace

Connection::Connection(std::string file, bool create, std::chrono::milliseconds busy_timeout)
    : sql::Connection(sql::Engine::sqlite, std::move(file), busy_timeout) {
  check_path(name(), create);
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (create ? SQLITE_OPEN_CREATE : 0);
  // Absolute, so that a name such as "file:..." or ":memory:" is a file's name.
  std::error_code lost_folder;
  const std::string absolute = fs::absolute(name(), lost_folder).string();
  if (lost_folder) refuse(name(), lost_folder.message());
  const int code = sqlite3_open_v2(absolute.c_str(), &db_, flags, nullptr);
  try {
    if (code != SQLITE_OK) throw sql::Failure(explain(code, sqlite3_errmsg(db_), name()));
    sqlite3_busy_timeout(db_, static_cast<int>(busy_timeout.count()));
    if (sqlite3_db_readonly(db_, "main") == 1)
      refuse(name(), "it cannot be written: check the permissions of the file and of its folder");
    switch_to_wal(*this, busy_timeout);
    // FULL: a publish that was acknowledged survives a power cut, not only a kill.
    run("PRAGMA synchronous = FULL");
    run("PRAGMA foreign_keys = ON");
    // REPLACE must not count as a delete of the post: its children stay (docs/post-store.md).
    run("PRAGMA recursive_triggers = OFF");
  } catch (...) {
    forget_statements();
    sqlite3_close_v2(db_);
    throw;
  }
}

std::unique_ptr<Connection> open(std::string file, const StoreOptions& options) {
  auto db = std::make_unique<Connection>(std::move(file), options.create, options.busy_timeout);
  migrate(*db, options.create);
  return db;
}

}  // namespace sosik::sqlite
