// The few things of SQLite that we use: a Connection, its cached prepared statements, transactions.
// Inside the store a failure travels as an exception (Failure) and becomes an Error at the store's
// surface (guarded, below), because nearly every line of SQL can fail and none can do anything
// about it.
//
// Everything here belongs to one thread at a time.
#pragma once
#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"

namespace sosik::sqlite {

class Failure final : public std::exception {
 public:
  explicit Failure(Error error) : error_(std::move(error)) {}
  const Error& error() const { return error_; }
  const char* what() const noexcept override { return error_.detail.c_str(); }

 private:
  Error error_;
};

struct Prepared;

// One execution of a prepared statement. Columns count from 0; views live until the next call of
// next().
class Query {
 public:
  Query(sqlite3* db, const std::string& file, std::shared_ptr<Prepared> statement);
  Query(Query&&) noexcept = default;
  Query& operator=(Query&&) = delete;
  ~Query();

  template <class... Args>
  Query& bind(const Args&... args) {
    int index = 0;
    (bind_one(++index, args), ...);
    return *this;
  }
  bool next();  // false at the end
  void run();   // for statements whose rows do not matter

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string_view view(int column) const;
  std::string text(int column) const { return std::string(view(column)); }
  Timestamp time(int column) const { return from_unix_ms(integer(column)); }
  std::optional<Timestamp> maybe_time(int column) const;

 private:
  void bind_one(int index, std::int64_t value);
  void bind_one(int index, int value) { bind_one(index, std::int64_t{value}); }
  void bind_one(int index, std::size_t value) { bind_one(index, static_cast<std::int64_t>(value)); }
  void bind_one(int index, bool value) { bind_one(index, std::int64_t{value}); }
  void bind_one(int index, std::string_view value);
  void bind_one(int index, const std::string& value) { bind_one(index, std::string_view(value)); }
  void bind_one(int index, const char* value) { bind_one(index, std::string_view(value)); }
  void bind_one(int index, Timestamp value) { bind_one(index, to_unix_ms(value)); }
  void bind_one(int index, std::nullptr_t);
  template <class T>
  void bind_one(int index, const std::optional<T>& value) {
    if (value)
      bind_one(index, *value);
    else
      bind_one(index, nullptr);
  }
  void check(int code) const;

  sqlite3* db_;
  const std::string* file_;
  std::shared_ptr<Prepared> statement_;
};

class Connection {
 public:
  // Opens `file` for reading and writing; see open.cpp for what each failure says.
  Connection(std::string file, bool create, std::chrono::milliseconds busy_timeout);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // `sql` is one statement with ?1, ?2, ...; it must be a literal or live as long as the
  // connection.
  template <class... Args>
  Query query(std::string_view sql, const Args&... args) {
    Query q(db_, file_, prepared(sql));
    q.bind(args...);
    return q;
  }
  template <class... Args>
  void run(std::string_view sql, const Args&... args) {
    query(sql, args...).run();
  }
  template <class... Args>
  std::optional<std::int64_t> maybe_integer(std::string_view sql, const Args&... args) {
    Query q = query(sql, args...);
    if (!q.next() || q.is_null(0)) return std::nullopt;
    return q.integer(0);
  }
  template <class... Args>
  bool exists(std::string_view sql, const Args&... args) {
    return query(sql, args...).next();
  }
  void script(const char* sql);  // several statements, for migrations

  std::int64_t changes() const { return sqlite3_changes64(db_); }
  bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }
  const std::string& file() const { return file_; }
  std::chrono::milliseconds busy_timeout() const { return busy_timeout_; }
  sqlite3* handle() const { return db_; }

 private:
  std::shared_ptr<Prepared> prepared(std::string_view sql);

  std::string file_;
  std::chrono::milliseconds busy_timeout_;
  sqlite3* db_ = nullptr;
  std::unordered_map<std::string_view, std::shared_ptr<Prepared>> cache_;
};

// A transaction, or a savepoint inside the one that is open. Rolls back unless committed.
enum class Access { read, write };
class Transaction {
 public:
  Transaction(Connection& db, Access access);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Connection& db_;
  bool is_nested_;
  bool is_open_ = true;
};

// Waits at most this long for other writers while it lives.
class Impatience {
 public:
  Impatience(Connection& db, std::chrono::milliseconds most);
  Impatience(const Impatience&) = delete;
  Impatience& operator=(const Impatience&) = delete;
  ~Impatience();

 private:
  Connection& db_;
};

// What a result code of SQLite means for the operator, in one line that names the file.
Error explain(int code, std::string_view message, const std::string& file);

template <class T>
struct Guarded {
  using type = Result<T>;
};
template <class T>
struct Guarded<Result<T>> {
  using type = Result<T>;
};

// Runs `work`, which returns a T or a Result<T>, and turns a Failure into an Error.
template <class Work>
auto guarded(Work&& work) -> typename Guarded<decltype(work())>::type {
  try {
    if constexpr (std::is_void_v<decltype(work())>) {
      work();
      return {};
    } else {
      return work();
    }
  } catch (const Failure& failure) {
    return failure.error();
  }
}

}  // namespace sosik::sqlite
