// Posts as writers of this process see them: importers, the API, the command line.
#include "post_rows.hpp"
#include "post_trace.hpp"
#include "sql_store.hpp"

namespace sosik::sql {
namespace {

Error no_such_post(std::string_view key) {
  return not_found("there is no post '" + std::string(key) + "'");
}

// `bound` says which posts p.
std::string select_overviews(std::string_view bound) {
  std::string sql =
      "SELECT p.post_id, p.slug, p.title, "
      "coalesce(e.entry_id, (SELECT i.entry_id FROM post_identity i WHERE i.site_id = p.site_id "
      "AND i.source = p.source AND i.source_key = coalesce(nullif(p.source_key, ''), p.post_id) "
      "AND i.is_current = 1), ''), p.status, p.published_at, coalesce(e.is_shown, 0), "
      "coalesce(e.held_back, '') "
      "FROM posts p LEFT JOIN entries e ON e.site_id = p.site_id AND e.post_id = p.post_id ";
  return sql.append(bound);
}

PostOverview overview_from(const Query& q) {
  PostOverview post;
  post.post_id = q.text(0);
  post.slug = q.text(1);
  post.title = q.text(2);
  post.entry_id = q.text(3);
  post.status = post_status_of(q.view(4));
  post.published_at = q.maybe_time(5);
  post.is_shown = q.integer(6) != 0;
  post.held_back = q.text(7);
  return post;
}

// Who reads a post in order to write it is the only one who does, until the transaction ends. The
// row is kept from every writer; where there is none yet, the key is kept from those who lock it,
// too. What others committed before is read. SQLite has one writer at a time anyway.
void lock_post(Connection& db, SiteId site, std::string_view post_id) {
  if (db.engine() == Engine::sqlite) return;
  db.run(
      "SELECT pg_advisory_xact_lock(hashtextextended(?2, CAST(?1 AS BIGINT) # "
      "CAST(CAST(CAST('posts' AS REGCLASS) AS OID) AS BIGINT)))",
      site, post_id);
  db.run("SELECT 1 FROM posts WHERE site_id = ?1 AND post_id = ?2 FOR UPDATE", site, post_id);
}

}  // namespace

Result<PutOutcome> SqlStore::put_post(const Post& post) {
  if (post.post_id.empty() || post.post_id.size() > 255)
    return invalid("post '" + post.post_id.substr(0, 40) + "': post_id must have 1 to 255 bytes");
  auto put = guarded([&] {
    Transaction transaction(db_, Access::write);
    const Post wanted = normalised(post);
    const auto stored = load_post(db_, post.site, post.post_id);
    PutOutcome outcome = PutOutcome::unchanged;
    if (!stored || !is_same(wanted, *stored)) {
      save_post(db_, wanted);
      outcome = stored ? PutOutcome::updated : PutOutcome::created;
    }
    transaction.commit();
    return outcome;
  });
  if (put) return put;
  const std::string who = "post '" + post.post_id + "': ";
  if (put.error().code == Errc::conflict)
    return Error{Errc::conflict,
                 who + "another post of this site has the slug '" + post.slug + "'"};
  if (put.error().code == Errc::invalid) return invalid(who + put.error().detail);
  return put;
}

Result<void> SqlStore::delete_post(SiteId site, std::string_view post_id) {
  return guarded([&]() -> Result<void> {
    Transaction transaction(db_, Access::write);
    db_.run("DELETE FROM posts WHERE site_id = ?1 AND post_id = ?2", site, post_id);
    if (db_.changes() == 0) return no_such_post(post_id);
    transaction.commit();
    return {};
  });
}

Result<Post> SqlStore::read_post(SiteId site, std::string_view post_id) {
  return guarded([&]() -> Result<Post> {
    if (is_in_work_) lock_post(db_, site, post_id);
    auto post = load_post(db_, site, post_id);
    if (!post) return no_such_post(post_id);
    return *std::move(post);
  });
}

// Two walks along the index of dates: posts without one come last.
Result<std::vector<PostOverview>> SqlStore::list_posts(SiteId site,
                                                       const PostSelection& selection) {
  return guarded([&] {
    static const std::string dated = select_overviews(
        "WHERE p.site_id = ?1 AND p.published_at <= ?2 "
        "AND (p.published_at < ?2 OR p.post_id > ?3) AND (CAST(?4 AS TEXT) IS NULL OR p.status = "
        "?4) "
        "ORDER BY p.published_at DESC, p.post_id LIMIT ?5");
    static const std::string undated = select_overviews(
        "WHERE p.site_id = ?1 AND p.published_at IS NULL AND p.post_id > ?2 "
        "AND (CAST(?3 AS TEXT) IS NULL OR p.status = ?3) ORDER BY p.post_id LIMIT ?4");
    std::vector<PostOverview> list;
    std::optional<std::string_view> status;
    if (selection.status) status = post_status_name(*selection.status);
    const std::string after = selection.after ? selection.after->post_id : "";
    const bool is_in_dated = !selection.after || selection.after->published_at;
    if (is_in_dated) {
      const auto from = selection.after ? selection.after->published_at : std::nullopt;
      Query q = db_.query(dated, site, from.value_or(from_unix_ms(INT64_MAX)), after, status,
                          selection.limit);
      while (q.next()) list.push_back(overview_from(q));
    }
    if (list.size() < selection.limit) {
      Query q =
          db_.query(undated, site, is_in_dated ? "" : after, status, selection.limit - list.size());
      while (q.next()) list.push_back(overview_from(q));
    }
    if (db_.exists("SELECT 1 FROM held_entries WHERE site_id = ?1 LIMIT 1", site))
      for (auto& post : list) post.held_back_from = held_back_from(db_, site, post.post_id);
    return list;
  });
}

Result<std::string> SqlStore::find_post(SiteId site, std::string_view key) {
  return guarded([&]() -> Result<std::string> {
    Query q = db_.query(
        "SELECT post_id, 0 AS rank FROM posts WHERE site_id = ?1 AND post_id = ?2 "
        "UNION ALL SELECT post_id, 1 FROM entries WHERE site_id = ?1 AND slug = ?2 AND is_shown = "
        "1 "
        "UNION ALL SELECT post_id, 2 FROM posts WHERE site_id = ?1 AND slug = ?2 AND slug <> '' "
        "AND status <> 'deleted' ORDER BY rank LIMIT 1",
        site, key);
    if (!q.next()) return no_such_post(key);
    return q.text(0);
  });
}

}  // namespace sosik::sql
