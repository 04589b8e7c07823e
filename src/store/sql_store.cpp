#include "sql_store.hpp"

#include "postgres/connection.hpp"
#include "sqlite/connection.hpp"

namespace sosik {
namespace sql {

// Of this transaction: nobody else ever sees it set.
void SqlStore::write_quietly(bool is_quiet) {
  if (db_.engine() == Engine::postgresql)
    db_.run("SELECT write_quietly(?1)", is_quiet);
  else
    db_.run(
        "INSERT INTO write_mode (id, is_quiet) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE "
        "SET is_quiet = excluded.is_quiet WHERE is_quiet <> excluded.is_quiet",
        is_quiet);
}

Result<void> SqlStore::in_transaction(bool is_quiet, const std::function<Result<void>()>& work) {
  return guarded([&]() -> Result<void> {
    Transaction transaction(db_, Access::write);
    write_quietly(is_quiet);
    if (auto worked = work(); !worked) return worked.error();
    write_quietly(false);
    transaction.commit();
    return {};
  });
}

Result<void> SqlStore::transact(const std::function<Result<void>()>& work) {
  return guarded([&]() -> Result<void> {
    Transaction transaction(db_, Access::write);
    // In SQLite, where this transaction is alone, it may have been left on by a program that
    // forgot.
    write_quietly(false);
    if (db_.engine() == Engine::postgresql) db_.run("SELECT sosik_begin_step()");
    read_dirty_.clear();
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

Result<std::unique_ptr<Store>> open_store(std::string_view url, const StoreOptions& options) {
  constexpr std::string_view scheme = "sqlite:";
  return sql::guarded([&]() -> Result<std::unique_ptr<Store>> {
    if (postgres::is_url(url)) return std::make_unique<sql::SqlStore>(postgres::open(url, options));
    if (!url.starts_with(scheme))
      return invalid("store '" + std::string(url.substr(0, url.find(':'))) +
                     "': must be written sqlite:PATH or postgresql://USER@HOST:PORT/DATABASE");
    return std::make_unique<sql::SqlStore>(
        sqlite::open(std::string(url.substr(scheme.size())), options));
  });
}

}  // namespace sosik
