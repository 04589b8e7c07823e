// The step's view of the store: what was touched, identities, schedule, bookkeeping.
#include <set>
#include <unordered_set>

#include "sql_store.hpp"

namespace sosik::sql {

// From one site to the next by index, however many rows each has.
Result<std::vector<SiteId>> SqlStore::sites_with_work(Timestamp due_by, SiteId after,
                                                      std::size_t limit) {
  static const PerEngine touched = {
      "WITH RECURSIVE found(site) AS (SELECT min(site_id) FROM dirty_posts WHERE site_id > ?1 "
      "UNION ALL SELECT (SELECT min(site_id) FROM dirty_posts WHERE site_id > found.site) "
      "FROM found WHERE found.site IS NOT NULL) "
      "SELECT site FROM found WHERE site IS NOT NULL LIMIT ?2",
      "WITH RECURSIVE found(site) AS (SELECT least("
      "(SELECT min(site_id) FROM dirty_posts WHERE site_id > ?1), "
      "(SELECT min(site_id) FROM dirty_names WHERE site_id > ?1)) "
      "UNION ALL SELECT least("
      "(SELECT min(site_id) FROM dirty_posts WHERE site_id > found.site), "
      "(SELECT min(site_id) FROM dirty_names WHERE site_id > found.site)) "
      "FROM found WHERE found.site IS NOT NULL) "
      "SELECT site FROM found WHERE site IS NOT NULL LIMIT ?2"};
  return guarded([&] {
    std::set<SiteId> sites;
    Query of_log = db_.query(touched.in(db_), after, limit);
    while (of_log.next()) sites.insert(of_log.integer(0));
    // Of those that are due there are few, but SQLite would go from site to site.
    static const PerEngine due_ones = {
        "SELECT DISTINCT site_id FROM scheduled INDEXED BY scheduled_by_time "
        "WHERE visible_at <= ?1 AND site_id > ?2",
        "SELECT DISTINCT site_id FROM scheduled WHERE visible_at <= ?1 AND site_id > ?2"};
    Query due = db_.query(due_ones.in(db_), due_by, after);
    while (due.next()) sites.insert(due.integer(0));
    std::vector<SiteId> first(sites.begin(), sites.end());
    if (first.size() > limit) first.resize(limit);
    return first;
  });
}

Result<std::optional<Timestamp>> SqlStore::next_scheduled_after(Timestamp moment) {
  return guarded([&]() -> std::optional<Timestamp> {
    const auto at = db_.maybe_integer(
        "SELECT visible_at FROM scheduled WHERE visible_at > ?1 ORDER BY visible_at LIMIT 1",
        moment);
    if (!at) return std::nullopt;
    return from_unix_ms(*at);
  });
}

// In PostgreSQL a renamed category, tag or author stands in a log of its own until the step finds
// the posts that show it (postgres/schema_triggers.cpp).
Result<bool> SqlStore::has_dirty(SiteId site) {
  static const PerEngine sql = {"SELECT 1 FROM dirty_posts WHERE site_id = ?1 LIMIT 1",
                                "(SELECT 1 FROM dirty_posts WHERE site_id = ?1 LIMIT 1) UNION ALL "
                                "(SELECT 1 FROM dirty_names WHERE site_id = ?1 LIMIT 1)"};
  return guarded([&] { return db_.exists(sql.in(db_), site); });
}

// A post is quiet only if all its rows are; only the oldest row decides its place.
Result<std::vector<DirtyPost>> SqlStore::dirty_posts(SiteId site, std::size_t limit) {
  return guarded([&] {
    if (db_.engine() == Engine::postgresql) db_.run("SELECT sosik_spread_names(?1)", site);
    Query q = db_.query(
        "SELECT d.post_id, (SELECT min(o.is_quiet) FROM dirty_posts o "
        "WHERE o.site_id = d.site_id AND o.post_id = d.post_id), d.seq "
        "FROM dirty_posts d WHERE d.site_id = ?1 ORDER BY d.seq LIMIT ?2",
        site, limit);
    std::vector<DirtyPost> list;
    std::unordered_set<std::string> seen;
    while (q.next()) {
      std::string id = q.text(0);
      seen_dirty_[{site, id}].push_back(q.integer(2));
      if (!seen.insert(id).second) continue;  // a post may have several rows
      list.push_back({std::move(id), q.integer(1) != 0});
    }
    return list;
  });
}

Result<std::optional<DirtyPost>> SqlStore::dirty_post(SiteId site, std::string_view post_id) {
  return guarded([&]() -> std::optional<DirtyPost> {
    Query q = db_.query("SELECT seq, is_quiet FROM dirty_posts WHERE site_id = ?1 AND post_id = ?2",
                        site, post_id);
    DirtyPost post{std::string(post_id), true};
    bool is_dirty = false;
    for (; q.next(); is_dirty = true) {
      seen_dirty_[{site, post.post_id}].push_back(q.integer(0));
      post.is_quiet = post.is_quiet && q.integer(1) != 0;
    }
    if (!is_dirty) return std::nullopt;
    return post;
  });
}

Result<bool> SqlStore::is_dirty_loudly(SiteId site, std::string_view post_id) {
  return guarded([&] {
    return db_.exists(
        "SELECT 1 FROM dirty_posts WHERE site_id = ?1 AND post_id = ?2 AND is_quiet = 0", site,
        post_id);
  });
}

// What came after the rows that were read stays, for the next step: its writer may have committed
// after the post was read.
Result<void> SqlStore::clear_dirty(SiteId site, std::string_view post_id) {
  return guarded([&] {
    const auto seen = seen_dirty_.find(std::pair(site, std::string(post_id)));
    if (seen == seen_dirty_.end()) return;
    for (const std::int64_t seq : seen->second)
      db_.run("DELETE FROM dirty_posts WHERE seq = ?1", seq);
    seen_dirty_.erase(seen);
  });
}

Result<void> SqlStore::touch_all_shown(SiteId site) {
  return guarded([&] {
    db_.run(
        "INSERT INTO dirty_posts (site_id, post_id, is_quiet) SELECT site_id, post_id, 1 "
        "FROM entries WHERE site_id = ?1 AND (is_shown = 1 OR held_back <> '') "
        "ON CONFLICT DO NOTHING",
        site);
  });
}

Result<std::optional<IdentityKey>> SqlStore::identity_key(SiteId site, std::string_view post_id) {
  return guarded([&]() -> std::optional<IdentityKey> {
    Query q = db_.query(
        "SELECT source, coalesce(nullif(source_key, ''), post_id) FROM posts "
        "WHERE site_id = ?1 AND post_id = ?2",
        site, post_id);
    if (!q.next()) return std::nullopt;
    return IdentityKey{q.text(0), q.text(1)};
  });
}

Result<std::optional<std::string>> SqlStore::find_identity(SiteId site, const IdentityKey& key) {
  return guarded([&]() -> std::optional<std::string> {
    Query q = db_.query(
        "SELECT entry_id FROM post_identity "
        "WHERE site_id = ?1 AND source = ?2 AND source_key = ?3 AND is_current = 1",
        site, key.source, key.key);
    if (!q.next()) return std::nullopt;
    return q.text(0);
  });
}

Result<bool> SqlStore::is_known_id(SiteId site, std::string_view entry_id) {
  return guarded([&] {
    return db_.exists("SELECT 1 FROM post_identity WHERE site_id = ?1 AND entry_id = ?2", site,
                      entry_id);
  });
}

Result<void> SqlStore::add_identity(SiteId site, const IdentityKey& key, std::string_view entry_id,
                                    Timestamp now) {
  return guarded([&] {
    db_.run(
        "INSERT INTO post_identity (site_id, entry_id, source, source_key, is_current, minted_at) "
        "VALUES (?1, ?2, ?3, ?4, 1, ?5)",
        site, entry_id, key.source, key.key, now);
  });
}

Result<std::optional<IdentityKey>> SqlStore::identity_of(SiteId site, std::string_view entry_id) {
  return guarded([&]() -> std::optional<IdentityKey> {
    Query q = db_.query(
        "SELECT source, source_key FROM post_identity "
        "WHERE site_id = ?1 AND entry_id = ?2 AND is_current = 1",
        site, entry_id);
    if (!q.next()) return std::nullopt;
    return IdentityKey{q.text(0), q.text(1)};
  });
}

Result<std::vector<std::string>> SqlStore::posts_with_identity(SiteId site,
                                                               const IdentityKey& key) {
  return guarded([&] {
    Query q = db_.query(
        "SELECT post_id FROM posts WHERE site_id = ?1 AND source = ?2 "
        "AND coalesce(nullif(source_key, ''), post_id) = ?3 ORDER BY post_id",
        site, key.source, key.key);
    std::vector<std::string> list;
    while (q.next()) list.push_back(q.text(0));
    return list;
  });
}

Result<std::string> SqlStore::category_name(SiteId site, std::string_view path) {
  return guarded([&] {
    Query q = db_.query("SELECT name FROM categories WHERE site_id = ?1 AND path = ?2", site, path);
    return q.next() ? q.text(0) : std::string();
  });
}

Result<void> SqlStore::set_schedule(SiteId site, std::string_view post_id,
                                    std::optional<Timestamp> published_at) {
  return guarded([&] {
    db_.run("DELETE FROM scheduled WHERE site_id = ?1 AND post_id = ?2", site, post_id);
    if (published_at)
      db_.run("INSERT INTO scheduled (site_id, visible_at, post_id) VALUES (?1, ?2, ?3)", site,
              *published_at, post_id);
  });
}

Result<std::vector<std::string>> SqlStore::due_posts(SiteId site, Timestamp until,
                                                     std::size_t limit) {
  return guarded([&] {
    Query q = db_.query(
        "SELECT post_id FROM scheduled WHERE site_id = ?1 AND visible_at <= ?2 "
        "ORDER BY visible_at LIMIT ?3",
        site, until, limit);
    std::vector<std::string> list;
    while (q.next()) list.push_back(q.text(0));
    return list;
  });
}

Result<std::optional<Timestamp>> SqlStore::next_scheduled(SiteId site) {
  return guarded([&]() -> std::optional<Timestamp> {
    const auto at = db_.maybe_integer(
        "SELECT visible_at FROM scheduled WHERE site_id = ?1 ORDER BY visible_at LIMIT 1", site);
    if (!at) return std::nullopt;
    return from_unix_ms(*at);
  });
}

Result<std::vector<std::pair<SiteId, std::string>>> SqlStore::entry_bases() {
  return guarded([&] {
    Query q = db_.query(
        "SELECT site_id, entry_basis FROM site_state WHERE entry_basis <> '' ORDER BY site_id");
    std::vector<std::pair<SiteId, std::string>> bases;
    while (q.next()) bases.emplace_back(q.integer(0), q.text(1));
    return bases;
  });
}

Result<SiteState> SqlStore::site_state(SiteId site) {
  return guarded([&] {
    Query q = db_.query(
        "SELECT last_step, next_sequence, next_event, entry_basis, timeline FROM site_state "
        "WHERE site_id = ?1",
        site);
    SiteState state;
    if (q.next()) state = {q.integer(0), q.integer(1), q.integer(2), q.text(3), q.text(4)};
    return state;
  });
}

Result<void> SqlStore::write_site_state(SiteId site, const SiteState& state) {
  return guarded([&] {
    db_.run(
        "INSERT INTO site_state (site_id, last_step, next_sequence, next_event, entry_basis, "
        "timeline) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (site_id) DO UPDATE SET "
        "last_step = excluded.last_step, next_sequence = excluded.next_sequence, "
        "next_event = excluded.next_event, entry_basis = excluded.entry_basis, "
        "timeline = excluded.timeline",
        site, state.last_step, state.next_sequence, state.next_event, state.entry_basis,
        state.timeline);
  });
}

}  // namespace sosik::sql
