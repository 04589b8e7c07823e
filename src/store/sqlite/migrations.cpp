#include "migrations.hpp"

#include <vector>

namespace sosik::sqlite {
namespace {

constexpr std::int64_t our_application_id =
    0x536f736b;  // "Sosk", so that `file` and we know the file again

// One entry a version; each is run in order, in one transaction.
const std::vector<std::vector<const char*>>& migrations() {
  static const std::vector<std::vector<const char*>> list = {
      {posts_schema, posts_triggers, syndication_schema, ledger_schema, planner_statistics},
      {document_tags_schema},
      {comments_schema, tombstones_schema, identity_clash_schema, held_back_schema,
       archives_schema},
      {ledger_schema_2, tokens_schema, nodes_schema, sites_schema},
  };
  return list;
}

[[noreturn]] void refuse(const sql::Connection& db, Errc code, const std::string& reason) {
  throw sql::Failure({code, "store '" + db.name() + "': " + reason});
}

// The version of the schema, 0 for an empty file. Refuses what is not ours or too new.
std::int64_t version_of(sql::Connection& db) {
  const std::int64_t id = db.maybe_integer("PRAGMA application_id").value_or(0);
  const std::int64_t version = db.maybe_integer("PRAGMA user_version").value_or(0);
  if (id != our_application_id &&
      (id != 0 || version != 0 || db.exists("SELECT 1 FROM sqlite_schema")))
    refuse(db, Errc::corrupt, "it is a database of another program, not a post store");
  if (version > schema_version)
    refuse(db, Errc::corrupt,
           "its schema has version " + std::to_string(version) + ", this program knows up to " +
               std::to_string(schema_version) + "; use a newer sosik");
  return version;
}

void run_step(sql::Connection& db, std::size_t index) {
  for (const char* script : migrations()[index]) db.script(script);
  // PRAGMA takes no parameters; the number is ours.
  db.script(("PRAGMA user_version = " + std::to_string(index + 1)).c_str());
  db.script(("PRAGMA application_id = " + std::to_string(our_application_id)).c_str());
}

}  // namespace

void migrate(sql::Connection& db, bool may_migrate) {
  std::int64_t version = version_of(db);
  if (version == schema_version) return;
  if (!may_migrate)
    refuse(db, Errc::unavailable,
           "its schema has version " + std::to_string(version) + ", this program needs " +
               std::to_string(schema_version) + "; run 'sosik migrate' first");
  while (version < schema_version) {
    sql::Transaction transaction(db, sql::Access::write);
    version = version_of(db);  // another process may have been quicker
    if (version < schema_version) run_step(db, static_cast<std::size_t>(version));
    transaction.commit();
    version = version_of(db);
  }
}

}  // namespace sosik::sqlite
