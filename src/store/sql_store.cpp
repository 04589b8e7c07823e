#include "sql_store.hpp"

#include "postgres/connection.hpp"
#include "sqlite/connection.hpp"

namespace sosik {
namespace sql {

namespace {

// Quiet lives in the transaction: nobody else ever sees it set.
void set_quiet(Connection& db, bool is_quiet) {
  if (db.engine() == Engine::postgresql)
    db.run("SELECT write_quietly(?1)", is_quiet);
  else
    db.run(
        "INSERT INTO write_mode (id, is_quiet) VALUES (1, ?1) "
        "ON CONFLICT (id) DO UPDATE SET is_quiet = excluded.is_quiet WHERE is_quiet <> "
        "excluded.is_quiet",
        is_quiet);
}

class Raised {
 public:
  explicit Raised(bool& flag) : flag_(flag), before_(std::exchange(flag, true)) {}
  Raised(const Raised&) = delete;
  Raised& operator=(const Raised&) = delete;
  ~Raised() { flag_ = before_; }

 private:
  bool& flag_;
  bool before_;
};

}  // namespace

Result<void> SqlStore::in_transaction(bool is_quiet, const std::function<Result<void>()>& work) {
  return guarded([&]() -> Result<void> {
    Transaction transaction(db_, Access::write);
    set_quiet(db_, is_quiet);
    const Raised in_work(is_in_work_);
    if (auto worked = work(); !worked) return worked.error();
    set_quiet(db_, false);
    transaction.commit();
    return {};
  });
}

Result<void> SqlStore::transact(const std::function<Result<void>()>& work) {
  return guarded([&]() -> Result<void> {
    Transaction transaction(db_, Access::alone);
    seen_dirty_.clear();
    owed_.clear();
    held_until_ = {};
    // Committed as 1 by a program that forgot: quiet must not last for ever.
    if (db_.engine() == Engine::sqlite)
      db_.run("UPDATE write_mode SET is_quiet = 0 WHERE is_quiet <> 0");
    if (auto worked = work(); !worked) return worked.error();
    transaction.commit();
    return {};
  });
}

Result<std::int64_t> SqlStore::data_version() {
  return guarded([&] { return db_.data_version(); });
}

Result<void> SqlStore::check() {
  return guarded([&] { db_.check(); });
}

}  // namespace sql

bool is_on_server(std::string_view store_url) { return postgres::is_url(store_url); }

std::string shown_store(std::string_view store_url) {
  if (!is_on_server(store_url)) return std::string(store_url);
  const auto name = sql::guarded([&] { return postgres::name_of(std::string(store_url)); });
  return name ? *name : "postgresql://...";
}

std::unique_ptr<sql::Connection> sql::open(std::string_view url, const StoreOptions& options) {
  constexpr std::string_view scheme = "sqlite:";
  if (postgres::is_url(url)) return postgres::open(url, options);
  if (!url.starts_with(scheme))
    throw Failure({Errc::invalid,
                   "store '" + std::string(url.substr(0, url.find(':'))) +
                       "': must be written sqlite:PATH or postgresql://USER@HOST:PORT/DATABASE"});
  return sqlite::open(std::string(url.substr(scheme.size())), options);
}

Result<std::unique_ptr<Store>> open_store(std::string_view url, const StoreOptions& options) {
  return sql::guarded([&]() -> Result<std::unique_ptr<Store>> {
    return std::make_unique<sql::SqlStore>(sql::open(url, options));
  });
}

}  // namespace sosik
