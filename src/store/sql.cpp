#include "sql.hpp"

#include <algorithm>

namespace sosik::sql {

std::shared_ptr<Statement> Connection::prepared(std::string_view sql) {
  if (const auto found = cache_.find(sql); found != cache_.end() && !found->second->is_busy)
    return found->second;
  auto made = prepare(sql);
  cache_.try_emplace(sql, made);  // a second run of a statement that is busy is not kept
  return made;
}

namespace {

void replace_ids(std::string& sql, std::string_view list) {
  constexpr std::string_view place = "IN :ids";
  for (std::size_t at = 0; (at = sql.find(place, at)) != std::string::npos; at += list.size())
    sql.replace(at, place.size(), list);
}

}  // namespace

PerEngine with_ids(PerEngine sql) {
  replace_ids(sql.sqlite, "IN (SELECT value FROM json_each(?1))");
  replace_ids(sql.postgresql, "= ANY(CAST(?1 AS BIGINT[]))");
  return sql;
}

std::string id_list(const Connection& db, std::span<const std::int64_t> ids) {
  const bool is_json = db.engine() == Engine::sqlite;
  std::string list(1, is_json ? '[' : '{');
  for (const std::int64_t id : ids) {
    if (list.size() > 1) list += ',';
    list += std::to_string(id);
  }
  return list += is_json ? ']' : '}';
}

Transaction::Transaction(Connection& db, Access access) : db_(db), is_nested_(db.in_transaction()) {
  if (is_nested_) {
    db_.take_turn(access);  // kept until the outermost ends
    db_.run("SAVEPOINT nested");
  } else {
    db_.begin(access);
  }
}

Transaction::~Transaction() {
  if (!is_open_ || !db_.in_transaction()) return;  // some failures have rolled back already
  try {
    if (is_nested_) {
      db_.run("ROLLBACK TO nested");
      db_.run("RELEASE nested");
    } else {
      db_.rollback();
    }
  } catch (const Failure&) {
    // Then the connection's end rolls back.
  }
}

void Transaction::commit() {
  if (is_nested_)
    db_.run("RELEASE nested");
  else
    db_.commit();
  is_open_ = false;
}

Impatience::Impatience(Connection& db, std::chrono::milliseconds most) : db_(db) {
  db.set_patience(std::min(most, db.busy_timeout()));
}

Impatience::~Impatience() { db_.set_patience(db_.busy_timeout()); }

}  // namespace sosik::sql
