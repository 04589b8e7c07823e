#include <algorithm>

#include "copy_rows.hpp"
#include "copy_tables.hpp"
#include "postgres/migrations.hpp"
#include "sosik/store/store_copy.hpp"
#include "sql_store.hpp"
#include "sqlite/connection.hpp"

namespace sosik {
namespace sql {
namespace {

std::string names_of(const std::vector<CopyTable>& tables) {
  std::string names;
  for (const CopyTable& table : tables)
    names.append(names.empty() ? "" : ", ").append(quoted(table.name));
  return names;
}

// Nobody else writes into the target, what is copied counts as nobody's writing, and a child is
// checked when its row comes.
void prepare(CopySide& to, const CopyPlan& plan) {
  if (to.db->engine() == Engine::sqlite) {
    static_cast<sqlite::Connection&>(*to.db).fire_triggers(false);
    return;
  }
  to.db->script(("LOCK TABLE " + names_of(plan.tables) + " IN SHARE ROW EXCLUSIVE MODE").c_str());
  to.db->script("SET CONSTRAINTS ALL IMMEDIATE");
  for (const CopyTable& table : plan.tables)
    to.db->script(("ALTER TABLE " + quoted(table.name) + " DISABLE TRIGGER USER").c_str());
}

void check_is_empty(CopySide& to, const CopyPlan& plan) {
  std::string found;
  for (const CopyTable& table : plan.tables) {
    Query q = to.query("SELECT count(*) FROM " + quoted(table.name));
    if (!q.next() || q.integer(0) == 0) continue;
    found.append(found.empty() ? "" : ", ").append(table.name).append(": ");
    found += std::to_string(q.integer(0));
  }
  if (!found.empty())
    throw Failure({Errc::conflict, "store '" + to.db->name() +
                                       "': nothing is copied into it, because it holds rows "
                                       "already (" +
                                       found + "); give a new one"});
}

// The highest number that the database has ever given in this column, or that somebody wrote there.
std::int64_t last_given(CopySide& side, const CopyTable& table, const CopyColumn& column) {
  Query highest = side.query("SELECT max(" + quoted(column.name) + ") FROM " + quoted(table.name));
  highest.next();
  const std::int64_t there = highest.integer(0);
  if (side.db->engine() == Engine::sqlite) {
    const auto given =
        side.db->maybe_integer("SELECT max(seq) FROM sqlite_sequence WHERE name = ?1", table.name);
    return std::max(there, given.value_or(0));
  }
  Query sequence = side.db->query(
      "SELECT CAST(CAST(pg_get_serial_sequence(quote_ident(?1), ?2) AS regclass) AS TEXT)",
      table.name, column.name);
  if (!sequence.next() || sequence.is_null(0)) return there;
  Query given =
      side.query("SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM " +
                 sequence.text(0));
  given.next();
  return std::max(there, given.integer(0));
}

// An id is never given twice, even when its row was deleted before the copy.
void go_on_counting(CopySide& from, CopySide& to, const CopyTable& table) {
  for (const CopyColumn& column : table.columns) {
    if (!column.is_counted) continue;
    const std::int64_t last = last_given(from, table, column);
    if (to.db->engine() == Engine::sqlite) {
      to.db->run("DELETE FROM sqlite_sequence WHERE name = ?1", table.name);
      to.db->run("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", table.name, last);
    } else {
      // In the transaction, which setval() is not.
      to.db->script(("ALTER TABLE " + quoted(table.name) + " ALTER COLUMN " + quoted(column.name) +
                     " RESTART WITH " + std::to_string(last + 1))
                        .c_str());
    }
  }
}

void finish(CopySide& to, const CopyPlan& plan) {
  if (to.db->engine() == Engine::sqlite) return;
  for (const CopyTable& table : plan.tables)
    to.db->script(("ALTER TABLE " + quoted(table.name) + " ENABLE TRIGGER USER").c_str());
  to.db->script(("ANALYZE " + names_of(plan.tables)).c_str());  // a plan for a million rows
}

void check_is_same(const Connection& to, const TableCopy& wanted, const TableCopy& got) {
  if (wanted.rows == got.rows && wanted.sha256 == got.sha256) return;
  throw Failure({Errc::corrupt, "store '" + to.name() + "': nothing is copied, because table " +
                                    wanted.name + " was written as " + std::to_string(wanted.rows) +
                                    " rows with SHA-256 " + wanted.sha256 + " and read back as " +
                                    std::to_string(got.rows) + " with " + got.sha256});
}

// Beside nodes of the next version this program may work, for what that has added is none of its
// business. In a copy it would be missing.
void check_is_known(Connection& from) {
  if (from.engine() == Engine::sqlite) return;  // open() refuses
  const auto version = from.maybe_integer("SELECT max(version) FROM sosik_schema").value_or(0);
  if (version <= postgres::schema_version) return;
  throw Failure({Errc::corrupt,
                 "store '" + from.name() + "': its schema has version " + std::to_string(version) +
                     ", this program knows up to " + std::to_string(postgres::schema_version) +
                     ", and what was added since would not be copied; use a newer sosik"});
}

StoreCopy copy(CopySide& from, CopySide& to) {
  const Transaction snapshot(*from.db, Access::read);
  Transaction writing(*to.db, Access::alone);
  const CopyPlan plan = plan_copy(from, to);
  prepare(to, plan);
  check_is_empty(to, plan);
  StoreCopy result;
  for (const CopyTable& table : plan.tables) {
    result.tables.push_back(copy_rows(from, to, table));
    go_on_counting(from, to, table);
  }
  finish(to, plan);
  for (std::size_t i = 0; i < plan.tables.size(); ++i)
    check_is_same(*to.db, result.tables[i], count_and_hash(to, plan.tables[i]));
  result.left_behind = plan.left_behind;
  result.deliveries_in_flight =
      from.db
          ->maybe_integer(
              "SELECT count(*) FROM deliveries WHERE state < 2 AND leased_until IS NOT NULL")
          .value_or(0);
  writing.commit();
  std::ranges::sort(result.tables, {}, &TableCopy::name);
  return result;
}

}  // namespace
}  // namespace sql

Result<StoreCopy> copy_store(std::string_view from_url, std::string_view to_url) {
  return sql::guarded([&] {
    sql::CopySide from, to;
    StoreOptions options;
    options.create = false;
    from.db = sql::open(from_url, options);
    sql::check_is_known(*from.db);
    to.db = sql::open(to_url, {});
    // One side waits in its transaction for as long as the other works.
    for (const sql::CopySide* side : {&from, &to})
      if (side->db->engine() == sql::Engine::postgresql)
        side->db->script("SET idle_in_transaction_session_timeout = 0");
    return sql::copy(from, to);
  });
}

}  // namespace sosik
