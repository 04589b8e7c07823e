#include "copy_tables.hpp"

#include <algorithm>
#include <iterator>
#include <map>

namespace sosik::sql {
namespace {

// One row a column.
const PerEngine columns_of_all_tables = {
    "SELECT t.name, c.name, upper(c.type), c.pk, "
    "EXISTS (SELECT 1 FROM pragma_foreign_key_list(t.name)), "
    "c.pk = 1 AND upper(t.sql) LIKE '%AUTOINCREMENT%' "
    "FROM sqlite_schema t JOIN pragma_table_info(t.name) c "
    "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.name, c.name",
    "SELECT CAST(t.relname AS TEXT), CAST(c.attname AS TEXT), format_type(c.atttypid, NULL), "
    "coalesce(array_position(CAST(k.indkey AS SMALLINT[]), c.attnum) + 1, 0), "
    "EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = t.oid AND contype = 'f'), "
    "c.attidentity <> '' "
    "FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 "
    "AND NOT c.attisdropped AND c.attgenerated = '' "
    "LEFT JOIN pg_index k ON k.indrelid = t.oid AND k.indisprimary "
    "WHERE t.relkind IN ('r', 'p') AND t.relnamespace = "
    "(SELECT relnamespace FROM pg_class WHERE oid = to_regclass('sosik_schema')) "
    "ORDER BY t.relname COLLATE \"C\", c.attname COLLATE \"C\""};

// What an engine has for itself: its version, and how SQLite's writers say that they are quiet.
bool is_engines_own(std::string_view table) {
  return table == "sosik_schema" || table == "write_mode";
}

// Who touched a post in PostgreSQL is a transaction of that very server (copy_rows.cpp). So is its
// timeline: in the copy there is none yet, or whoever adopts definitions there first would take the
// other server's for a past that was lost, and every feed would say that it has changed.
bool is_engines_own(std::string_view table, std::string_view column) {
  return (table == "dirty_posts" && column == "xid") ||
         (table == "site_state" && column == "timeline");
}

bool is_of_contract(std::string_view table) {
  constexpr std::string_view tables[] = {"posts",        "post_categories", "post_tags",
                                         "post_authors", "enclosures",      "categories",
                                         "tags",         "authors",         "sites"};
  return std::ranges::find(tables, table) != std::end(tables);
}

ColumnKind kind_of(std::string_view type) {
  if (type == "INTEGER" || type == "bigint" || type == "integer" || type == "smallint")
    return ColumnKind::integer;
  if (type == "TEXT" || type == "text") return ColumnKind::text;
  return ColumnKind::other;
}

std::map<std::string, CopyTable> tables_in(Connection& db) {
  std::map<std::string, CopyTable> tables;
  Query q = db.query(columns_of_all_tables.in(db));
  while (q.next()) {
    std::string name = q.text(0);
    if (is_engines_own(name) || is_engines_own(name, q.view(1))) continue;
    CopyTable& table = tables[name];
    table.name = std::move(name);
    table.is_child = q.integer(4) != 0;
    table.is_of_contract = is_of_contract(table.name);
    table.columns.push_back(
        {q.text(1), kind_of(q.view(2)), q.text(2), q.integer(3), q.integer(5) != 0});
  }
  return tables;
}

[[noreturn]] void refuse(const Connection& db, Errc code, const std::string& reason) {
  throw Failure({code, "store '" + db.name() + "': " + reason});
}

// Who counts in the copy is the target.
void match_columns(const Connection& from, CopyTable& source, const Connection& to,
                   const CopyTable& target) {
  for (CopyColumn& column : source.columns) {
    const std::string what = "column " + column.name + " of table " + source.name;
    const auto found = std::ranges::find(target.columns, column.name, &CopyColumn::name);
    if (found == target.columns.end()) refuse(to, Errc::invalid, "it has no " + what);
    if (column.kind == ColumnKind::other || found->kind != column.kind)
      refuse(from, Errc::invalid,
             what + " has the type " + column.type + ", that in the target " + found->type +
                 ": this cannot be copied");
    column.is_counted = found->is_counted;
  }
}

// PostgreSQL lets two tables without a primary key be unique by an index on expressions, so the key
// is whoever's has one.
void choose_key(CopyTable& source, const CopyTable& target) {
  const auto has_key = [](const CopyTable& table) {
    return std::ranges::any_of(table.columns, [](const CopyColumn& c) { return c.in_key > 0; });
  };
  const CopyTable& keyed = has_key(source) ? source : target;
  std::map<std::int64_t, std::size_t> by_place;
  for (std::size_t i = 0; i < source.columns.size(); ++i) {
    const auto found = std::ranges::find(keyed.columns, source.columns[i].name, &CopyColumn::name);
    if (found->in_key > 0) by_place[found->in_key] = i;
  }
  for (const auto& [place, column] : by_place) source.key.push_back(column);
  for (std::size_t i = 0; by_place.empty() && i < source.columns.size(); ++i)
    source.key.push_back(i);
}

// PostgreSQL's log of changed display names, which the step spreads over the posts that show them;
// SQLite's triggers do so at once.
void check_names_are_spread(CopySide& from) {
  if (from.db->exists("SELECT 1 FROM dirty_names LIMIT 1"))
    refuse(*from.db, Errc::unavailable,
           "a display name was changed that `sosik serve` has not read yet, and the target has no "
           "place to note it; let it run for a moment, and try again");
}

}  // namespace

std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text += '"';
}

CopyPlan plan_copy(CopySide& from, CopySide& to) {
  CopyPlan plan;
  auto sources = tables_in(*from.db);
  const auto targets = tables_in(*to.db);
  for (auto& [name, source] : sources) {
    const auto target = targets.find(name);
    if (target != targets.end()) {
      match_columns(*from.db, source, *to.db, target->second);
      choose_key(source, target->second);
      plan.tables.push_back(std::move(source));
    } else if (name == "dirty_names" && from.db->engine() == Engine::postgresql) {
      check_names_are_spread(from);
    } else {
      plan.left_behind.push_back(name);
    }
  }
  std::ranges::stable_partition(plan.tables,
                                [](const CopyTable& table) { return !table.is_child; });
  return plan;
}

}  // namespace sosik::sql
