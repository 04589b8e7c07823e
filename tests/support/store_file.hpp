// A post store of a test's own, and another program that writes to it: the command sqlite3, or
// psql.
//
// It is an SQLite file in a temporary folder; or, where SOSIK_TEST_STORE has the URL of a
// PostgreSQL database, a schema of that. Tests tagged [sqlite] are about SQLite's own things and
// are left out of the second run, those tagged [postgresql] out of the first.
#pragma once
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>

#include "sosik/store/store.hpp"
#include "sosik/store/syndication_store.hpp"
#include "temp_dir.hpp"

namespace sosik {

struct ShellAnswer {
  int exit_code = -1;
  std::string output;  // what it printed, errors too
};

// The database that tests run on; empty: SQLite.
inline const std::string& test_database() {
  static const std::string url = [] {
    const char* text = std::getenv("SOSIK_TEST_STORE");
    return std::string(text ? text : "");
  }();
  return url;
}
inline bool is_on_postgresql() { return !test_database().empty(); }

// One transaction that does this as a bulk import that tells nobody (docs/post-store.md).
inline std::string quietly(const std::string& sql) {
  if (is_on_postgresql()) return "BEGIN; SELECT write_quietly(); " + sql + " COMMIT;";
  return "BEGIN; UPDATE write_mode SET is_quiet = 1; " + sql +
         " UPDATE write_mode SET is_quiet = 0; COMMIT;";
}

class StoreFile {
 public:
  explicit StoreFile(bool is_on_server = is_on_postgresql())
      : is_on_server_(is_on_server), path_(dir_ / "posts.db") {
    if (!is_on_server_) return;
    static std::atomic<int> count = 0;
    schema_ = "t_" + std::to_string(std::random_device()()) + "_" + std::to_string(++count);
    shell("CREATE SCHEMA " + schema_ + ";");
  }
  StoreFile(const StoreFile&) = delete;
  StoreFile& operator=(const StoreFile&) = delete;
  ~StoreFile() {
    if (is_on_server_)
      try_shell("SET client_min_messages = warning; SET lock_timeout = 2000; DROP SCHEMA " +
                schema_ + " CASCADE;");
  }

  const TempDir& dir() const { return dir_; }
  std::string path() const { return path_.string(); }    // of SQLite's file
  const std::string& schema() const { return schema_; }  // in PostgreSQL
  std::string url() const {
    if (!is_on_server_) return "sqlite:" + path();
    const std::string& base = test_database();
    const char joint = base.find('?') == std::string::npos ? '?' : '&';
    return base + joint + "options=-csearch_path%3D" + schema_;
  }
  std::unique_ptr<Store> open() const { return open_store(url()).value(); }

  // Runs `sql` in a process of its own, as another program would: one connection, stops at the
  // first error.
  ShellAnswer try_shell(const std::string& sql) const {
    const auto script = dir_ / "script.sql";
    const std::string before = is_on_server_ ? "" : ".timeout 5000\n";
    std::ofstream(script) << before << sql << "\n";
    const std::string program = is_on_server_
                                    ? psql() + " -XqAt -v ON_ERROR_STOP=1 -d '" + url() + "'"
                                    : "sqlite3 -bail '" + path() + "'";
    const std::string command = program + " < '" + script.string() + "' 2>&1";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run " + program);
    ShellAnswer answer;
    char buffer[4096];
    for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
      answer.output.append(buffer, n);
    const int status = ::pclose(pipe);
    answer.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return answer;
  }
  // The same, and it must succeed. What it printed, without the last newline.
  std::string shell(const std::string& sql) const {
    ShellAnswer answer = try_shell(sql);
    if (answer.exit_code != 0) throw std::runtime_error("shell: " + answer.output);
    if (answer.output.ends_with('\n')) answer.output.pop_back();
    return answer.output;
  }

  // Keys in the log of touched posts, in order.
  std::string dirty() const {
    std::string keys = shell("SELECT DISTINCT post_id FROM dirty_posts ORDER BY post_id;");
    std::replace(keys.begin(), keys.end(), '\n', ' ');
    return keys;
  }

 private:
  // Debian's own `psql` first looks for clusters of the system, which takes longer than most of
  // what is asked here.
  static std::string psql() {
    std::error_code ignored;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored))
      if (exists(version.path() / "bin/psql")) return (version.path() / "bin/psql").string();
    return "psql";
  }

  bool is_on_server_;
  TempDir dir_;
  std::filesystem::path path_;
  std::string schema_;
};

// An SQLite file, whatever the tests run on.
struct SqliteFile : StoreFile {
  SqliteFile() : StoreFile(false) {}
};

}  // namespace sosik
