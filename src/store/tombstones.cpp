// Which feeds lost a post that went.
#include "sql_store.hpp"

namespace sosik::sql {

Result<void> SqlStore::add_tombstone(SiteId site, std::string_view fold,
                                     const Tombstone& tombstone) {
  return guarded([&] {
    db_.run(
        "INSERT INTO feed_tombstones (site_id, fold, at, entry_id) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT DO NOTHING",
        site, fold, to_unix_seconds(tombstone.when), tombstone.entry_id);
    Query oldest = db_.query(
        "SELECT at, entry_id FROM feed_tombstones WHERE site_id = ?1 AND fold = ?2 "
        "ORDER BY at DESC, entry_id LIMIT ?4 OFFSET ?3",
        site, fold, max_tombstones, INT64_MAX);
    std::vector<Tombstone> too_many;
    while (oldest.next())
      too_many.push_back({oldest.text(1), from_unix_ms(oldest.integer(0) * 1000)});
    for (const Tombstone& old : too_many)
      db_.run(
          "DELETE FROM feed_tombstones "
          "WHERE site_id = ?1 AND fold = ?2 AND at = ?3 AND entry_id = ?4",
          site, fold, to_unix_seconds(old.when), old.entry_id);
  });
}

Result<std::vector<std::string>> SqlStore::drop_tombstones(SiteId site, std::string_view entry_id) {
  return guarded([&] {
    std::vector<std::string> folds;
    {
      Query q = db_.query("SELECT fold FROM feed_tombstones WHERE site_id = ?1 AND entry_id = ?2",
                          site, entry_id);
      while (q.next()) folds.push_back(q.text(0));
    }
    if (!folds.empty())
      db_.run("DELETE FROM feed_tombstones WHERE site_id = ?1 AND entry_id = ?2", site, entry_id);
    return folds;
  });
}

}  // namespace sosik::sql
