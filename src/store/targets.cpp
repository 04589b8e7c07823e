// Endpoints, and what is remembered of every target.
#include <nlohmann/json.hpp>

#include "ledger_rows.hpp"
#include "sql_store.hpp"

namespace sosik::sql {
namespace {

using nlohmann::json;

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// Nothing where the row was damaged.
template <class T>
T value_of(std::string_view text) {
  try {
    return json::parse(text).get<T>();
  } catch (const json::exception&) {
    return {};
  }
}

constexpr std::string_view select_endpoints =
    "SELECT endpoint_id, description, url, events, feeds, categories, headers, is_full, "
    "generation, previous_until, created_at FROM endpoints WHERE site_id = ?1 ORDER BY endpoint_id";
constexpr std::string_view select_endpoint =
    "SELECT endpoint_id, description, url, events, feeds, categories, headers, is_full, "
    "generation, previous_until, created_at FROM endpoints WHERE site_id = ?1 AND endpoint_id = ?2";

Endpoint endpoint_from(const Query& q, SiteId site) {
  using Names = std::vector<std::string>;
  Endpoint e;
  e.site = site;
  e.id = q.text(0);
  e.description = q.text(1);
  e.url = q.text(2);
  e.filter = {value_of<Names>(q.view(3)), value_of<Names>(q.view(4)), value_of<Names>(q.view(5))};
  e.headers = value_of<std::vector<std::pair<std::string, std::string>>>(q.view(6));
  e.is_full = q.integer(7) != 0;
  e.generation = q.integer(8);
  e.previous_until = q.maybe_time(9);
  e.created_at = q.time(10);
  return e;
}

std::string target_of(std::string_view endpoint_id) {
  return "webhook:" + std::string(endpoint_id);
}

}  // namespace

Result<std::vector<TargetState>> SqlStore::target_states(SiteId site) {
  return guarded([&] {
    Query q = db_.query(
        "SELECT target, tried_at, failing_since, disabled_at, disabled_why FROM target_state "
        "WHERE site_id = ?1 ORDER BY target",
        site);
    std::vector<TargetState> states;
    while (q.next()) {
      TargetState state;
      state.target = q.text(0);
      if (q.integer(1) != 0) state.tried_at = q.time(1);
      state.failing_since = q.maybe_time(2);
      state.disabled_at = q.maybe_time(3);
      state.disabled_why = q.text(4);
      states.push_back(std::move(state));
    }
    return states;
  });
}

Result<void> SqlStore::disable_target(SiteId site, std::string_view target, std::string_view why,
                                      Timestamp now) {
  return guarded([&] {
    Transaction transaction(db_, Access::alone);
    disable(db_, site, target, why, now);
    transaction.commit();
  });
}

Result<void> SqlStore::enable_target(SiteId site, std::string_view target) {
  return guarded([&] {
    Transaction transaction(db_, Access::alone);
    db_.run(
        "UPDATE target_state SET disabled_at = NULL, disabled_why = '', failing_since = NULL, "
        "waits_until = 0 WHERE site_id = ?1 AND target = ?2",
        site, target);
    // What is still in flight goes on as if nothing had been.
    db_.run(
        "UPDATE deliveries SET is_withdrawn = 0 WHERE site_id = ?1 AND target = ?2 AND state < 2 "
        "AND is_withdrawn = 2",
        site, target);
    count_target_change(db_, site);
    transaction.commit();
  });
}

Result<std::vector<Endpoint>> SqlStore::list_endpoints(SiteId site) {
  return guarded([&] {
    Query q = db_.query(select_endpoints, site);
    std::vector<Endpoint> list;
    while (q.next()) list.push_back(endpoint_from(q, site));
    return list;
  });
}

Result<Endpoint> SqlStore::read_endpoint(SiteId site, std::string_view id) {
  return guarded([&]() -> Result<Endpoint> {
    if (is_in_work_)
      db_.take_turn(Access::alone);  // as put_endpoint does: it is read to be written
    Query q = db_.query(select_endpoint, site, id);
    if (!q.next()) return not_found("there is no endpoint '" + std::string(id) + "'");
    return endpoint_from(q, site);
  });
}

Result<void> SqlStore::put_endpoint(const Endpoint& e) {
  return guarded([&] {
    Transaction transaction(db_, Access::alone);
    db_.run(
        "INSERT INTO endpoints (site_id, endpoint_id, description, url, events, feeds, categories, "
        "headers, is_full, generation, previous_until, created_at) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
        "ON CONFLICT (site_id, endpoint_id) DO UPDATE SET description = excluded.description, "
        "url = excluded.url, events = excluded.events, feeds = excluded.feeds, "
        "categories = excluded.categories, headers = excluded.headers, is_full = excluded.is_full, "
        "generation = excluded.generation, previous_until = excluded.previous_until",
        e.site, e.id, e.description, e.url, text_of(e.filter.events), text_of(e.filter.feeds),
        text_of(e.filter.categories), text_of(e.headers), e.is_full, e.generation, e.previous_until,
        e.created_at);
    count_target_change(db_, e.site);
    transaction.commit();
  });
}

Result<void> SqlStore::delete_endpoint(SiteId site, std::string_view id) {
  return guarded([&]() -> Result<void> {
    Transaction transaction(db_, Access::alone);
    db_.run("DELETE FROM endpoints WHERE site_id = ?1 AND endpoint_id = ?2", site, id);
    if (db_.changes() == 0) return not_found("there is no endpoint '" + std::string(id) + "'");
    db_.run("DELETE FROM target_state WHERE site_id = ?1 AND target = ?2", site, target_of(id));
    count_target_change(db_, site);
    transaction.commit();
    return {};
  });
}

Result<std::int64_t> SqlStore::targets_version(SiteId site) {
  return guarded([&] {
    return db_.maybe_integer("SELECT targets_version FROM site_state WHERE site_id = ?1", site)
        .value_or(0);
  });
}

}  // namespace sosik::sql
