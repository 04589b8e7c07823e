// Sites besides the configuration's (docs/sites.md).
#include "sql_store.hpp"

namespace sosik::sql {
namespace {

SiteRow row_from(const Query& q) {
  SiteRow row;
  row.id = q.integer(0);
  std::string* const texts[] = {
      &row.host,         &row.title,     &row.description,  &row.language,    &row.time_zone,
      &row.public_url,   &row.home_url,  &row.id_authority, &row.author_name, &row.author_url,
      &row.author_email, &row.copyright, &row.icon_url};
  int column = 0;
  for (auto* text : texts) *text = q.text(++column);
  return row;
}

Error host_is_taken(const SiteRow& row) {
  return {Errc::conflict, "there is a site at '" + row.host + "' already"};
}

// Whatever a site leaves behind: a row of whichever of these tables would be another blog's.
constexpr std::string_view next_number =
    "SELECT max(id) + 1 FROM (SELECT 1 AS id UNION ALL SELECT max(site_id) FROM sites "
    "UNION ALL SELECT max(site_id) FROM site_state UNION ALL SELECT max(site_id) FROM posts "
    "UNION ALL SELECT max(site_id) FROM post_identity UNION ALL SELECT max(site_id) FROM tokens "
    "UNION ALL SELECT max(site_id) FROM endpoints UNION ALL SELECT max(site_id) FROM categories "
    "UNION ALL SELECT max(site_id) FROM tags UNION ALL SELECT max(site_id) FROM authors) AS ids";

}  // namespace

Result<std::vector<SiteRow>> SqlStore::list_sites() {
  return guarded([&] {
    Query q = db_.query(
        "SELECT site_id, host, title, description, language, time_zone, public_url, home_url, "
        "id_authority, author_name, author_url, author_email, copyright, icon_url FROM sites "
        "ORDER BY site_id");
    std::vector<SiteRow> rows;
    while (q.next()) rows.push_back(row_from(q));
    return rows;
  });
}

Result<std::int64_t> SqlStore::sites_version() {
  return guarded([&] {
    return db_.maybe_integer("SELECT version FROM sites_version WHERE id = 1").value_or(0);
  });
}

Result<SiteId> SqlStore::add_site(const SiteRow& row) {
  return guarded([&]() -> Result<SiteId> {
    Transaction transaction(db_, Access::write);
    const SiteId id = db_.maybe_integer(next_number).value_or(main_site + 1);
    db_.run(
        "INSERT INTO sites (site_id, host, title, description, language, time_zone, public_url, "
        "home_url, id_authority, author_name, author_url, author_email, copyright, icon_url) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) "
        "ON CONFLICT DO NOTHING",
        id, row.host, row.title, row.description, row.language, row.time_zone, row.public_url,
        row.home_url, row.id_authority, row.author_name, row.author_url, row.author_email,
        row.copyright, row.icon_url);
    if (db_.changes() == 0) {
      if (db_.exists("SELECT 1 FROM sites WHERE host = ?1", row.host)) return host_is_taken(row);
      return unavailable("another site was given the number " + std::to_string(id) +
                         " at this moment; try again");
    }
    transaction.commit();
    return id;
  });
}

Result<void> SqlStore::change_site(const SiteRow& row) {
  return guarded([&]() -> Result<void> {
    Transaction transaction(db_, Access::write);
    if (db_.exists("SELECT 1 FROM sites WHERE host = ?1 AND site_id <> ?2", row.host, row.id))
      return host_is_taken(row);
    db_.run(
        "UPDATE sites SET host = ?2, title = ?3, description = ?4, language = ?5, time_zone = ?6, "
        "public_url = ?7, home_url = ?8, id_authority = ?9, author_name = ?10, author_url = ?11, "
        "author_email = ?12, copyright = ?13, icon_url = ?14 WHERE site_id = ?1",
        row.id, row.host, row.title, row.description, row.language, row.time_zone, row.public_url,
        row.home_url, row.id_authority, row.author_name, row.author_url, row.author_email,
        row.copyright, row.icon_url);
    if (db_.changes() == 0)
      return not_found("there is no site " + std::to_string(row.id) + " in the table");
    transaction.commit();
    return {};
  });
}

Result<void> SqlStore::delete_site(SiteId site) {
  return guarded([&]() -> Result<void> {
    db_.run("DELETE FROM sites WHERE site_id = ?1", site);
    if (db_.changes() == 0)
      return not_found("there is no site " + std::to_string(site) + " in the table");
    return {};
  });
}

}  // namespace sosik::sql
