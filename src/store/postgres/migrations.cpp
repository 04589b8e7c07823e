#include "migrations.hpp"

#include <vector>

namespace sosik::postgres {
namespace {

struct Migration {
  std::vector<const char*> scripts;
  // The oldest schema version that a program may have been made for and go on with this one: what
  // is only added concerns nobody who does not know it.
  int needs;
};

// One entry a version; each is run in order, in one transaction.
const std::vector<Migration>& migrations() {
  static const std::vector<Migration> list = {
      {{posts_schema, posts_triggers, names_triggers, identity_triggers, syndication_schema,
        ledger_schema, sites_schema},
       1},
  };
  return list;
}

[[noreturn]] void refuse(const sql::Connection& db, Errc code, const std::string& reason) {
  throw sql::Failure({code, "store '" + db.name() + "': " + reason});
}

bool has_schema(sql::Connection& db) {
  return db.exists("SELECT 1 WHERE to_regclass('sosik_schema') IS NOT NULL");
}

// The version of the schema, 0 where there is none. Refuses what is too new; but nodes of one
// version work beside those of the next, which have added to the schema (S-056).
std::int64_t version_of(sql::Connection& db) {
  if (!has_schema(db)) return 0;
  const std::int64_t version = db.maybe_integer("SELECT version FROM sosik_schema").value_or(0);
  if (version > schema_version &&
      db.exists("SELECT 1 FROM sosik_schema WHERE needs > ?1", schema_version))
    refuse(db, Errc::corrupt,
           "its schema has version " + std::to_string(version) + ", this program knows up to " +
               std::to_string(schema_version) + "; use a newer sosik");
  return version;
}

// Where a first schema may be made.
void check_place(sql::Connection& db) {
  if (!db.exists("SELECT 1 WHERE CAST(current_setting('server_version_num') AS INTEGER) >= 150000"))
    refuse(db, Errc::unavailable, "the server is older than PostgreSQL 15");
  if (!db.exists("SELECT 1 WHERE current_setting('server_encoding') = 'UTF8'"))
    refuse(db, Errc::unavailable,
           "the database has another encoding than UTF8; make one with ENCODING 'UTF8'");
  if (!db.exists("SELECT 1 WHERE current_schema() IS NOT NULL"))
    refuse(db, Errc::unavailable,
           "no schema of the search_path exists; make one, or name another in the URL: "
           "?options=-csearch_path%3Dpublic");
  sql::Query taken = db.query(
      "SELECT CAST(n.nspname AS TEXT), CAST(c.relname AS TEXT) "
      "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE n.nspname = current_schema() AND c.relname IN ('posts', 'post_categories', "
      "'post_tags', 'post_authors', 'enclosures', 'categories', 'tags', 'authors', 'touch', "
      "'entries', 'bodies', 'feeds', 'events', 'deliveries', 'attempts', 'endpoints', 'tokens', "
      "'sites') "
      "ORDER BY c.relname LIMIT 1");
  if (taken.next())
    refuse(db, Errc::corrupt,
           "its schema '" + taken.text(0) + "' has a table '" + taken.text(1) +
               "' of another program; give the post store a schema of its own: "
               "?options=-csearch_path%3Dblog");
}

// The functions made by a step keep the search_path of this transaction (SET search_path FROM
// CURRENT): the one schema, and temporary tables last, so that no writer's own tables stand in for
// ours.
void run_step(sql::Connection& db, std::size_t index) {
  if (index == 0) {
    check_place(db);
    db.run("CREATE TABLE sosik_schema (version bigint NOT NULL, needs bigint NOT NULL)");
    db.run("INSERT INTO sosik_schema (version, needs) VALUES (0, 0)");
  }
  db.run(
      "SELECT set_config('search_path', "
      "(SELECT quote_ident(CAST(n.nspname AS TEXT)) || ', pg_temp' FROM pg_class c "
      "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = "
      "to_regclass('sosik_schema')), true)");
  const Migration& migration = migrations()[index];
  for (const char* script : migration.scripts) db.script(script);
  db.run("UPDATE sosik_schema SET version = ?1, needs = ?2", index + 1, migration.needs);
}

}  // namespace

void migrate(sql::Connection& db, bool may_migrate) {
  std::int64_t version = version_of(db);
  if (version >= schema_version) return;
  if (!may_migrate)
    refuse(db, Errc::unavailable,
           "its schema has version " + std::to_string(version) + ", this program needs " +
               std::to_string(schema_version) + "; run 'sosik migrate' first");
  while (version < schema_version) {
    sql::Transaction transaction(db, sql::Access::write);
    db.run("SELECT pg_advisory_xact_lock(1399812971, 0)");
    version = version_of(db);  // another process may have been quicker
    if (version < schema_version) run_step(db, static_cast<std::size_t>(version));
    transaction.commit();
    version = version_of(db);
  }
}

}  // namespace sosik::postgres
