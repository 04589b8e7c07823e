// The little that the store needs of a database: a Connection, its cached prepared statements,
// transactions. All SQL of the store is written over this, once, in what the engines have in common
// (docs/why/why-one-sql.md); an engine is a folder beside this file. Inside the store a failure
// travels as an exception (Failure) and becomes an Error at the store's surface (guarded, below),
// because nearly every line of SQL can fail and none can do anything about it.
//
// Everything here belongs to one thread at a time.
#pragma once
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"

namespace sosik::sql {

class Failure final : public std::exception {
 public:
  explicit Failure(Error error) : error_(std::move(error)) {}
  const Error& error() const { return error_; }
  const char* what() const noexcept override { return error_.detail.c_str(); }

 private:
  Error error_;
};

enum class Engine { sqlite, postgresql };

// What a transaction is for, where several may write at once (PostgreSQL):
//   read    sees one state throughout
//   write   of posts and the like, which any program may do at any time
//   ledger  of what became of deliveries: beside others of its kind
//   alone   the syndication step, and what rearranges the ledger: beside nobody but readers and
//           `write`. It works out from the rows of others which delivery is next, and they from its
// SQLite has one writer at a time, whatever it writes.
enum class Access { read, write, ledger, alone };

// A prepared statement of an engine, one execution at a time. Parameters count from 1, columns from
// 0; views live until the next call of next().
class Statement {
 public:
  virtual ~Statement() = default;
  virtual void bind(int index, std::int64_t value) = 0;
  virtual void bind(int index, std::string_view value) = 0;
  virtual void bind_null(int index) = 0;
  virtual bool next() = 0;            // the next row; false at the end
  virtual void reset() noexcept = 0;  // forgets the parameters and the rows

  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;  // 0 where there is none
  virtual std::string_view view(int column) const = 0;

  bool is_busy = false;  // some Query has it
};

// One execution of a statement.
class Query {
 public:
  explicit Query(std::shared_ptr<Statement> statement) : statement_(std::move(statement)) {
    statement_->is_busy = true;
  }
  Query(Query&&) noexcept = default;
  Query& operator=(Query&&) = delete;
  ~Query() {
    if (!statement_) return;  // moved from
    statement_->reset();
    statement_->is_busy = false;
  }

  template <class... Args>
  void bind(const Args&... args) {
    int index = 0;
    (bind_one(++index, args), ...);
  }
  // One parameter, where their number is known only when the program runs.
  template <class T>
  void bind_at(int index, const T& value) {
    bind_one(index, value);
  }
  bool next() { return statement_->next(); }
  void run() {  // for statements whose rows do not matter
    while (next()) {
    }
  }

  bool is_null(int column) const { return statement_->is_null(column); }
  std::int64_t integer(int column) const { return statement_->integer(column); }
  std::string_view view(int column) const { return statement_->view(column); }
  std::string text(int column) const { return std::string(view(column)); }
  Timestamp time(int column) const { return from_unix_ms(integer(column)); }
  std::optional<Timestamp> maybe_time(int column) const {
    if (is_null(column)) return std::nullopt;
    return time(column);
  }

 private:
  void bind_one(int index, std::int64_t value) { statement_->bind(index, value); }
  void bind_one(int index, int value) { bind_one(index, std::int64_t{value}); }
  void bind_one(int index, std::size_t value) { bind_one(index, static_cast<std::int64_t>(value)); }
  void bind_one(int index, bool value) { bind_one(index, std::int64_t{value}); }
  void bind_one(int index, std::string_view value) { statement_->bind(index, value); }
  void bind_one(int index, const std::string& value) { bind_one(index, std::string_view(value)); }
  void bind_one(int index, const char* value) { bind_one(index, std::string_view(value)); }
  void bind_one(int index, Timestamp value) { bind_one(index, to_unix_ms(value)); }
  void bind_one(int index, std::nullptr_t) { statement_->bind_null(index); }
  template <class T>
  void bind_one(int index, const std::optional<T>& value) {
    if (value)
      bind_one(index, *value);
    else
      bind_one(index, nullptr);
  }

  std::shared_ptr<Statement> statement_;
};

class Connection {
 public:
  // `name` is what the store is called in messages: "store 'NAME': ...".
  Connection(Engine engine, std::string name, std::chrono::milliseconds busy_timeout)
      : engine_(engine), name_(std::move(name)), busy_timeout_(busy_timeout) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  // `sql` is one statement with ?1, ?2, ...; it must be a literal or live as long as the
  // connection.
  template <class... Args>
  Query query(std::string_view sql, const Args&... args) {
    Query q(prepared(sql));
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

  virtual void script(const char* sql) = 0;  // several statements, for migrations
  virtual std::int64_t changes() const = 0;  // rows that the last statement wrote
  virtual bool in_transaction() const = 0;
  virtual void begin(Access) = 0;  // this and the next three: for Transaction
  virtual void commit() = 0;
  virtual void rollback() = 0;
  virtual void take_turn(Access) = 0;  // inside of a transaction that began for something else
  // How long a statement waits for other writers.
  virtual void set_patience(std::chrono::milliseconds) = 0;
  virtual std::int64_t data_version() = 0;                    // Store::data_version
  virtual void check() = 0;                                   // Store::check
  virtual bool lead() = 0;                                    // Store::lead
  virtual void resign() = 0;                                  // Store::resign
  virtual std::string timeline() = 0;                         // Store::timeline
  virtual std::optional<Timestamp> clock() = 0;               // Store::clock
  virtual void hint() = 0;                                    // Store::hint
  virtual bool wait_for_hint(std::chrono::milliseconds) = 0;  // Store::wait_for_hint

  Engine engine() const { return engine_; }
  const std::string& name() const { return name_; }
  std::chrono::milliseconds busy_timeout() const { return busy_timeout_; }

 protected:
  virtual std::shared_ptr<Statement> prepare(std::string_view sql) = 0;
  void forget_statements() { cache_.clear(); }

 private:
  std::shared_ptr<Statement> prepared(std::string_view sql);

  Engine engine_;
  std::string name_;
  std::chrono::milliseconds busy_timeout_;
  std::unordered_map<std::string_view, std::shared_ptr<Statement>> cache_;
};

// A statement that the engines spell differently.
struct PerEngine {
  std::string sqlite, postgresql;
  std::string_view in(const Connection& db) const {
    return db.engine() == Engine::sqlite ? sqlite : postgresql;
  }
};

// A SELECT whose rows are written next, in the same transaction. SQLite has one writer at a time;
// elsewhere the rows are kept from others until then. `lock` is how: what follows FOR UPDATE.
inline PerEngine select_for_update(const std::string& select, std::string_view lock = "") {
  return {select, std::string(select).append(" FOR UPDATE ").append(lock)};
}

// A statement about rows that are named by their ids: `IN :ids` in it is the list that is given as
// ?1 (id_list).
PerEngine with_ids(PerEngine sql);
inline PerEngine with_ids(const std::string& sql) { return with_ids({sql, sql}); }
std::string id_list(const Connection&, std::span<const std::int64_t>);

// A transaction, or a savepoint inside the one that is open. Rolls back unless committed.
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

// Store::time_to_hear
std::chrono::milliseconds time_to_hear(const Connection&);

}  // namespace sosik::sql
