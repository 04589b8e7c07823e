// Sites besides the configuration's: docs/sites.md.
#include "catch.hpp"
#include "query_plans.hpp"
#include "store_file.hpp"

using namespace sosik;

namespace {

SiteRow row_at(const std::string& host) {
  SiteRow row;
  row.host = host;
  row.title = host + "의 소식";
  return row;
}

Post post_of(SiteId site, const std::string& id) {
  Post post;
  post.site = site;
  post.post_id = id;
  post.slug = id;
  post.title = "글";
  post.status = PostStatus::published;
  post.published_at = from_unix_ms(1'700'000'000'000);
  return post;
}

Token token_of(SiteId site, const std::string& name, const std::string& hash) {
  Token token;
  token.site = site;
  token.name = name;
  token.hash = hash;
  return token;
}

}  // namespace

TEST_CASE("A site comes back as it was written, and each write moves the version",
          "[store][sites]") {
  StoreFile file;
  const auto store = file.open();
  CHECK(store->list_sites().value().empty());
  CHECK(store->sites_version().value() == 0);
  SiteRow row = row_at("a.example");
  row.description = "설명";
  row.public_url = "https://a.example/blog";
  row.home_url = "https://www.a.example/";
  row.id_authority = "a.example";
  row.author_name = "김";
  row.author_url = "https://a.example/kim";
  row.author_email = "kim@a.example";
  row.copyright = "©";
  row.icon_url = "https://a.example/icon.png";
  row.id = store->add_site(row).value();
  CHECK(row.id == 2);
  CHECK(store->list_sites().value() == std::vector{row});
  const auto first = store->sites_version().value();
  CHECK(first != 0);
  row.title = "다른 이름";
  store->change_site(row).value();
  CHECK(store->list_sites().value() == std::vector{row});
  const auto second = store->sites_version().value();
  CHECK(second != first);
  store->delete_site(row.id).value();
  CHECK(store->list_sites().value().empty());
  CHECK(store->sites_version().value() != second);
  CHECK(store->delete_site(row.id).error().code == Errc::not_found);
  CHECK(store->change_site(row).error().code == Errc::not_found);
}

TEST_CASE("Other programs' writes move the version too", "[store][sites]") {
  StoreFile file;
  const auto store = file.open();
  auto seen = store->sites_version().value();
  std::vector<std::string> writes = {
      "INSERT INTO sites (site_id, host, title) VALUES (7, 'b.example', 'B');",
      "UPDATE sites SET title = 'C' WHERE site_id = 7;",
      "INSERT INTO sites (site_id, host, title) VALUES (7, 'x', 'y') ON CONFLICT (site_id) "
      "DO UPDATE SET title = excluded.title;",
      "DELETE FROM sites;"};
  if (!is_on_postgresql())
    writes.insert(writes.begin() + 2,
                  "REPLACE INTO sites (site_id, host, title) VALUES (8, 'b.example', 'B');"
                  "REPLACE INTO sites (site_id, host, title) VALUES (7, 'c.example', 'B');");
  for (const auto& sql : writes) {
    INFO(sql);
    file.shell(sql);
    const auto now = store->sites_version().value();
    CHECK(now != seen);
    seen = now;
  }
}

TEST_CASE("Neither a host twice nor the configuration's number", "[store][sites]") {
  StoreFile file;
  const auto store = file.open();
  auto one = row_at("a.example");
  one.id = store->add_site(one).value();
  CHECK(store->add_site(row_at("a.example")).error().code == Errc::conflict);
  auto two = row_at("b.example");
  two.id = store->add_site(two).value();
  two.host = "a.example";
  CHECK(store->change_site(two).error().code == Errc::conflict);
  CHECK(
      file.try_shell("INSERT INTO sites (site_id, host, title) VALUES (1, 'z', 'Z');").exit_code !=
      0);
}

TEST_CASE("A number is not given again while anything is left of who had it", "[store][sites]") {
  StoreFile file;
  const auto store = file.open();
  const SiteId first = store->add_site(row_at("a.example")).value();
  store->put_post(post_of(first, "p")).value();
  store->delete_site(first).value();
  const SiteId second = store->add_site(row_at("b.example")).value();
  CHECK(second == first + 1);
  store->add_token(token_of(second, "t", "abc")).value();
  store->delete_site(second).value();
  CHECK(store->add_site(row_at("c.example")).value() == second + 1);
}

TEST_CASE("Sites with work are found in order, in pages, by log and by schedule",
          "[store][sites]") {
  StoreFile file;
  const auto store = file.open();
  auto& view = store->syndication();
  const auto with_work = [&](std::int64_t due_by, SiteId after, std::size_t limit) {
    return view.sites_with_work(from_unix_ms(due_by), after, limit).value();
  };
  CHECK(with_work(0, 0, 10).empty());
  for (const SiteId site : {9, 1, 4}) {
    store->put_post(post_of(site, "p")).value();
    store->put_post(post_of(site, "q")).value();
  }
  view.transact([&] { return view.set_schedule(6, "p", from_unix_ms(5000)); }).value();
  CHECK(with_work(4999, 0, 10) == std::vector<SiteId>{1, 4, 9});
  CHECK(with_work(5000, 0, 10) == std::vector<SiteId>{1, 4, 6, 9});
  CHECK(with_work(5000, 1, 2) == std::vector<SiteId>{4, 6});
  CHECK(with_work(5000, 6, 2) == std::vector<SiteId>{9});
  CHECK(view.next_scheduled_after(from_unix_ms(4999)).value() == from_unix_ms(5000));
  CHECK_FALSE(view.next_scheduled_after(from_unix_ms(5000)).value());
}

TEST_CASE("A display name is work of its own site", "[store][sites]") {
  StoreFile file;
  const auto store = file.open();
  auto& view = store->syndication();
  auto post = post_of(5, "p");
  post.categories = {{"개발", ""}};
  store->put_post(post).value();
  view.transact([&]() -> Result<void> {
        if (auto dirty = view.dirty_posts(5, 10); !dirty) return dirty.error();
        return view.clear_dirty(5, "p");
      })
      .value();
  REQUIRE(view.sites_with_work(from_unix_ms(0), 0, 10).value().empty());
  file.shell("INSERT INTO categories (site_id, path, name) VALUES (5, '개발', '개발 이야기');");
  CHECK(view.sites_with_work(from_unix_ms(0), 0, 10).value() == std::vector<SiteId>{5});
}

TEST_CASE("A token says whose it is", "[store][sites]") {
  StoreFile file;
  const auto store = file.open();
  store->add_token(token_of(1, "same", "aaaa")).value();
  store->add_token(token_of(2, "same", "bbbb")).value();
  CHECK(store->find_token("aaaa").value().site == 1);
  CHECK(store->find_token("bbbb").value().site == 2);
  store->delete_token(1, "same").value();
  CHECK(store->find_token("aaaa").error().code == Errc::not_found);
  CHECK(store->find_token("bbbb").has_value());
}

TEST_CASE("A past that was lost is lost for all sites [S-054]", "[store][sites]") {
  StoreFile file;
  const auto store = file.open();
  auto& view = store->syndication();
  FeedRecord record;
  record.state.key = "main";
  record.state.revision = 1;
  record.state.changed_at = from_unix_ms(1'700'000'000'000);
  view.transact([&] { return view.write_feed_record(3, record); }).value();
  const auto moment = from_unix_ms(1'700'000'500'000);
  view.transact([&] { return view.set_not_before(main_site, moment); }).value();
  CHECK(store->feed_state(3, "main").value().changed_at == moment);
  // By a server whose clock is behind.
  const auto earlier = from_unix_ms(1'700'000'400'000);
  view.transact([&] { return view.set_not_before(main_site, earlier); }).value();
  CHECK(store->feed_state(3, "main").value().changed_at == moment);
}

TEST_CASE("Whose turn it is costs no walk through all sites' posts",
          "[store][sites][scale][sqlite]") {
  StoreFile file;
  const auto store = file.open();
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(file.path().c_str(), &db) == SQLITE_OK);
  for (const std::string sql :
       {"SELECT DISTINCT site_id FROM scheduled INDEXED BY scheduled_by_time "
        "WHERE visible_at <= ?1 AND site_id > ?2",
        "SELECT visible_at FROM scheduled WHERE visible_at > ?1 ORDER BY visible_at LIMIT 1",
        "SELECT min(site_id) FROM dirty_posts WHERE site_id > ?1"}) {
    INFO(sql);
    for (const auto& line : plan_of(db, sql)) {
      INFO(line);
      CHECK_FALSE(walks(line));
      CHECK((line.find("scheduled_by_time") != line.npos ||
             line.find("dirty_posts_by_") != line.npos || line.find("TEMP B-TREE") != line.npos));
    }
  }
  sqlite3_close(db);
}
