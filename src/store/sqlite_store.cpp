#include "sqlite_store.hpp"

#include "migrations.hpp"

namespace sosik {
namespace sqlite {

SqliteStore::SqliteStore(std::string file, const StoreOptions& options)
    : db_(std::move(file), options.create, options.busy_timeout) {
  migrate(db_, options.create);
}

// The flag lives in the transaction: nobody else ever sees it set.
Result<void> SqliteStore::in_transaction(bool is_quiet, const std::function<Result<void>()>& work) {
  return guarded([&]() -> Result<void> {
    Transaction transaction(db_, Access::write);
    db_.run(
        "INSERT INTO write_mode (id, is_quiet) VALUES (1, ?1) "
        "ON CONFLICT (id) DO UPDATE SET is_quiet = excluded.is_quiet WHERE is_quiet <> "
        "excluded.is_quiet",
        is_quiet);
    if (auto worked = work(); !worked) return worked.error();
    db_.run("UPDATE write_mode SET is_quiet = 0 WHERE is_quiet <> 0");
    transaction.commit();
    return {};
  });
}

Result<void> SqliteStore::transact(const std::function<Result<void>()>& work) {
  return guarded([&]() -> Result<void> {
    Transaction transaction(db_, Access::write);
    // Committed as 1 by a program that forgot: quiet must not last for ever.
    db_.run("UPDATE write_mode SET is_quiet = 0 WHERE is_quiet <> 0");
    if (auto worked = work(); !worked) return worked.error();
    transaction.commit();
    return {};
  });
}

Result<std::int64_t> SqliteStore::data_version() {
  return guarded([&] { return db_.maybe_integer("PRAGMA data_version").value_or(0); });
}

Result<void> SqliteStore::check() {
  return guarded([&] {
    int has_moved = 0;
    sqlite3_file_control(db_.handle(), "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
    if (has_moved != 0)
      throw Failure({Errc::unavailable,
                     "store '" + db_.file() +
                         "': the file was moved, deleted or replaced while this program has it "
                         "open; put it back, or restart to use what is there now"});
    if (db_.maybe_integer("PRAGMA user_version") != schema_version)
      throw Failure({Errc::corrupt, "store '" + db_.file() + "': its schema has changed"});
    Transaction transaction(db_, Access::write);  // rolls back: the lock is what is asked for
  });
}

}  // namespace sqlite

Result<std::unique_ptr<Store>> open_store(std::string_view url, const StoreOptions& options) {
  constexpr std::string_view scheme = "sqlite:";
  if (!url.starts_with(scheme))
    return invalid("store '" + std::string(url) + "': must be written sqlite:PATH");
  return sqlite::guarded([&]() -> std::unique_ptr<Store> {
    return std::make_unique<sqlite::SqliteStore>(std::string(url.substr(scheme.size())), options);
  });
}

}  // namespace sosik
