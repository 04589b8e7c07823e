// What became of attempts (Ledger::record_attempts). A batch is a few statements, however many
// attempts it has: what is rare is written one by one.
//
// Several nodes record and claim at once. Nobody waits in a circle, because all lock in one order:
// deliveries by id, then targets by name. What changes the deliveries of others is done alone.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "ledger_rows.hpp"
#include "sosik/base/text.hpp"
#include "sql_store.hpp"

namespace sosik::sql {
namespace {

constexpr std::size_t longest_kept_detail = 1000;  // bytes; the publisher cuts before

using TargetKey = std::pair<SiteId, std::string>;

// A record of a delivery that is still ours, and what it comes to.
struct Verdict {
  const AttemptRecord* record = nullptr;
  TargetKey target;
  TargetKind kind{};
  DeliveryState state{};
  Timestamp next_at;
  bool starts_anew = false;
  bool is_failing = false;  // the target, since its last success
};

std::vector<std::int64_t> ids_of(std::span<const AttemptRecord> records) {
  std::vector<std::int64_t> ids;
  for (const auto& r : records) ids.push_back(r.delivery);
  return ids;
}

bool is_failure(const AttemptRecord& r) {
  return r.attempt.number != 0 &&
         (r.outcome.state == DeliveryState::pending || r.outcome.state == DeliveryState::gave_up);
}

// Will more be written than what was claimed: its target disabled, or made to wait?
bool is_for_others(Connection& db, std::span<const AttemptRecord> records, Timestamp now,
                   std::chrono::hours disable_after) {
  static const PerEngine sql = with_ids(
      "SELECT 1 FROM deliveries d JOIN target_state t ON t.site_id = d.site_id "
      "AND t.target = d.target WHERE d.id IN :ids AND t.failing_since <= ?2 LIMIT 1");
  std::vector<std::int64_t> failed;
  for (const auto& r : records) {
    if (!r.outcome.ends_target.empty() || r.outcome.others_wait_until) return true;
    if (is_failure(r)) failed.push_back(r.delivery);
  }
  return !failed.empty() && db.exists(sql.in(db), id_list(db, failed), now - disable_after);
}

// From columns  d.fence, d.owner, d.site_id, d.target, d.topic, behind the first.
bool is_claim_of(const AttemptRecord& r, const Query& q) {
  return r.fence == q.integer(1) && r.owner == q.view(2) && r.site == q.integer(3) &&
         r.target == q.view(4) && r.topic == q.view(5);
}

// Those that nobody has claimed since, by delivery.
std::map<std::int64_t, Verdict> judge(Connection& db, std::span<const AttemptRecord> records) {
  static const PerEngine sql = with_ids(select_for_update(
      "SELECT d.id, d.fence, d.owner, d.site_id, d.target, d.topic, d.revision, d.again_at, "
      "d.is_withdrawn, d.kind, t.failing_since FROM deliveries d LEFT JOIN target_state t ON "
      "t.site_id = d.site_id "
      "AND t.target = d.target "
      "WHERE d.id IN :ids AND d.state < 2 AND d.leased_until IS NOT NULL ORDER BY d.id",
      "OF d"));
  std::multimap<std::int64_t, const AttemptRecord*> by_delivery;
  for (const auto& r : records) by_delivery.emplace(r.delivery, &r);
  std::map<std::int64_t, Verdict> verdicts;
  Query q = db.query(sql.in(db), id_list(db, ids_of(records)));
  while (q.next()) {
    const auto [begin, end] = by_delivery.equal_range(q.integer(0));
    const auto found =
        std::find_if(begin, end, [&](const auto& each) { return is_claim_of(*each.second, q); });
    if (found == end) continue;
    const AttemptRecord& r = *found->second;
    Verdict verdict{&r,
                    {r.site, r.target},
                    static_cast<TargetKind>(q.integer(9)),
                    r.outcome.state,
                    r.outcome.next_at,
                    false,
                    !q.is_null(10)};
    const std::int64_t is_withdrawn = q.integer(8);
    if (is_withdrawn != 0 && verdict.state == DeliveryState::pending)
      verdict.state = end_of_withdrawn(is_withdrawn);
    // The party knows the old revision, or does not; the newer one is owed all the same (N-068,
    // N-069).
    if (is_withdrawn == 0 && q.integer(6) > r.revision &&
        verdict.state != DeliveryState::cancelled) {
      verdict.next_at = verdict.state == DeliveryState::pending
                            ? std::min(verdict.next_at, q.time(7))
                            : q.time(7);
      verdict.state = DeliveryState::pending;
      verdict.starts_anew = true;
    }
    verdicts.emplace(r.delivery, std::move(verdict));
  }
  return verdicts;
}

// What strangers have said. PostgreSQL refuses NUL and what is not UTF-8, and with it the batch.
std::string kept_text(std::string_view text) {
  std::string kept = repair_utf8(text);
  std::erase(kept, '\0');
  return kept;
}

void insert_attempts(Connection& db, const std::map<std::int64_t, Verdict>& verdicts) {
  static const PerEngine sql = {
      "INSERT INTO attempts (delivery_id, number, at, latency_ms, status, error_class, detail, "
      "response_body) SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, "
      "value ->> 5, value ->> 6, value ->> 7 FROM json_each(?1)",
      "INSERT INTO attempts (delivery_id, number, at, latency_ms, status, error_class, detail, "
      "response_body) SELECT CAST(a ->> 0 AS BIGINT), CAST(a ->> 1 AS BIGINT), "
      "CAST(a ->> 2 AS BIGINT), CAST(a ->> 3 AS BIGINT), CAST(a ->> 4 AS BIGINT), a ->> 5, "
      "a ->> 6, a ->> 7 FROM jsonb_array_elements(CAST(?1 AS JSONB)) AS a"};
  auto rows = nlohmann::json::array();
  for (const auto& [id, verdict] : verdicts) {
    const Attempt& a = verdict.record->attempt;
    if (a.number == 0) continue;  // never begun
    std::string detail = kept_text(a.detail);
    detail.resize(prefix_of_bytes(detail, longest_kept_detail));
    rows.push_back({id, a.number, to_unix_ms(a.at), a.latency.count(), a.status,
                    kept_text(a.error_class), std::move(detail), kept_text(a.response_body)});
  }
  if (!rows.empty()) db.run(sql.in(db), rows.dump());
}

void end_all(Connection& db, const std::map<std::int64_t, Verdict>& verdicts, Timestamp now) {
  std::map<DeliveryState, std::vector<std::int64_t>> ended;
  for (const auto& [id, verdict] : verdicts)
    if (verdict.state != DeliveryState::pending) ended[verdict.state].push_back(id);
  for (const auto& [state, ids] : ended) end_deliveries(db, ids, state, now);
}

// Was something owed to the target since its last failure, and not tried for longer than any wait
// is? Then no receiver failed all that time: nobody asked it, or a clock has jumped (N-214).
bool was_left_alone(Connection& db, SiteId site, const std::string& target,
                    const AttemptRecord& r) {
  const auto last = db.maybe_integer(
      "SELECT tried_at FROM target_state WHERE site_id = ?1 AND target = ?2 AND tried_at <> 0",
      site, target);
  if (!last || r.attempt.at - from_unix_ms(*last) <= longest_delivery_wait) return false;
  return db.exists("SELECT 1 FROM deliveries WHERE id = ?1 AND created_at <= ?2", r.delivery,
                   *last) ||
         db.exists(
             "SELECT 1 FROM deliveries WHERE site_id = ?1 AND target = ?2 AND state < 2 "
             "AND created_at <= ?3 LIMIT 1",
             site, target, *last);
}

// A target that is told of events and has failed for too long, or has said that it is gone, is owed
// nothing more (N-156, N-158). Is this the attempt that ends it?
bool judge_target(Connection& db, SiteId site, const std::string& target, TargetKind kind,
                  const AttemptRecord& r, Timestamp now, std::chrono::hours disable_after) {
  if (r.outcome.state == DeliveryState::delivered) {
    db.run(
        "UPDATE target_state SET failing_since = NULL WHERE site_id = ?1 AND target = ?2 "
        "AND failing_since IS NOT NULL",
        site, target);
    return false;
  }
  if (!r.outcome.ends_target.empty()) {
    return disable(db, site, target, r.outcome.ends_target, now);
  }
  if (r.attempt.number == 0 || r.outcome.state == DeliveryState::cancelled ||
      !is_told_of_events(kind))
    return false;
  db.run(
      "INSERT INTO target_state (site_id, target, tried_at, failing_since) VALUES (?1, ?2, ?3, ?3) "
      "ON CONFLICT (site_id, target) DO UPDATE SET tried_at = excluded.tried_at, failing_since = "
      "CASE WHEN ?4 OR target_state.failing_since IS NULL "
      "OR target_state.failing_since > excluded.failing_since "
      "THEN excluded.failing_since ELSE target_state.failing_since END",
      site, target, r.attempt.at, was_left_alone(db, site, target, r));
  const auto since = db.maybe_integer(
      "SELECT failing_since FROM target_state WHERE site_id = ?1 AND target = ?2", site, target);
  if (!since || now - from_unix_ms(*since) < disable_after) return false;
  return disable(db, site, target,
                 "it has failed for " + std::to_string(disable_after.count()) +
                     " hours without a success; the last time: " + r.attempt.error_class,
                 now);
}

// N-156. What comes up later asks for it, too. Of several answers that were under way together the
// longest wish counts, unless a clock that has been set back since wrote it.
void make_wait(Connection& db, SiteId site, const std::string& target, Timestamp until,
               Timestamp now) {
  db.run(
      "INSERT INTO target_state (site_id, target, tried_at, waits_until) VALUES (?1, ?2, 0, ?3) "
      "ON CONFLICT (site_id, target) DO UPDATE SET waits_until = excluded.waits_until "
      "WHERE target_state.waits_until < excluded.waits_until OR target_state.waits_until > ?4",
      site, target, until, now + longest_delivery_wait);
  db.run(
      "UPDATE deliveries SET next_at = ?3 "
      "WHERE site_id = ?1 AND target = ?2 AND state < 2 AND leased_until IS NULL "
      "AND next_at < ?3",
      site, target, until);
}

void put_back(Connection& db, const Verdict& v, Timestamp now) {
  const std::int64_t id = v.record->delivery;
  const auto& [site, target] = v.target;
  if (v.record->attempt.number == 0)
    db.run("UPDATE deliveries SET attempts = attempts - 1, tries = tries - 1 WHERE id = ?1", id);
  if (v.state != DeliveryState::pending) return;
  // To be tried again then, or when the target has time again; not at a moment that another clock
  // wrote, for what is so far away is due at once, again and again. For a newer revision the
  // schedule begins anew.
  const Timestamp waits_until = from_unix_ms(
      db.maybe_integer("SELECT waits_until FROM target_state WHERE site_id = ?1 AND target = ?2 "
                       "AND waits_until <= ?3",
                       site, target, now + longest_delivery_wait)
          .value_or(0));
  db.run(
      "UPDATE deliveries SET owner = '', again_at = 0, leased_until = NULL, next_at = ?2, "
      "tries = CASE WHEN ?3 THEN 0 ELSE tries END WHERE id = ?1",
      id, std::max(v.next_at, waits_until), v.starts_anew);
}

std::vector<Recorded> record(Connection& db, std::span<const AttemptRecord> records, Timestamp now,
                             std::chrono::hours disable_after) {
  const auto verdicts = judge(db, records);
  insert_attempts(db, verdicts);
  end_all(db, verdicts, now);
  std::vector<Recorded> written(records.size(), Recorded::no);
  // By target; of one target in the order in which they came.
  std::map<TargetKey, std::vector<const Verdict*>> by_target;
  for (const auto& r : records) {
    const auto found = verdicts.find(r.delivery);
    if (found == verdicts.end() || found->second.record != &r) continue;
    by_target[found->second.target].push_back(&found->second);
    written[static_cast<std::size_t>(&r - records.data())] = Recorded::yes;
  }
  for (const auto& [target, of_target] : by_target) {
    bool is_failing = of_target.front()->is_failing;
    for (const Verdict* v : of_target) {
      const AttemptRecord& r = *v->record;
      if (r.outcome.others_wait_until)
        make_wait(db, target.first, target.second, *r.outcome.others_wait_until, now);
      put_back(db, *v, now);
      const bool is_told = r.outcome.state == DeliveryState::delivered;
      if (is_told && !is_failing) continue;
      if (judge_target(db, target.first, target.second, v->kind, r, now, disable_after))
        written[static_cast<std::size_t>(&r - records.data())] = Recorded::target_is_disabled;
      is_failing = !is_told;
    }
  }
  return written;
}

}  // namespace

Result<std::vector<Recorded>> SqlStore::record_attempts(std::span<const AttemptRecord> records,
                                                        Timestamp now,
                                                        std::chrono::hours disable_after) {
  return guarded([&] {
    const bool is_alone = is_for_others(db_, records, now, disable_after);
    Transaction transaction(db_, is_alone ? Access::alone : Access::ledger);
    auto written = record(db_, records, now, disable_after);
    transaction.commit();
    return written;
  });
}

}  // namespace sosik::sql
