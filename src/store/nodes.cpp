// What nodes tell each other through the store (docs/nodes.md): news, the plan in force, who steps.
#include <nlohmann/json.hpp>

#include "sosik/base/digest.hpp"
#include "sql_store.hpp"

namespace sosik::sql {
namespace {

using nlohmann::json;

constexpr std::int64_t kept_news = 10'000;

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json states_json(const std::vector<FeedState>& states) {
  json list = json::array();
  for (const auto& s : states)
    list.push_back({s.key, s.label, s.revision, to_unix_ms(s.changed_at), s.definition_hash,
                    s.format_version, s.total, s.older_page.value_or(0), s.newer_page.value_or(0)});
  return list;
}

std::optional<std::int64_t> page_or_nothing(const json& number) {
  if (number == 0) return std::nullopt;
  return number.get<std::int64_t>();
}

std::vector<FeedState> states_from(const json& list) {
  std::vector<FeedState> states;
  for (const auto& s : list) {
    FeedState state;
    state.key = s.at(0);
    state.label = s.at(1);
    state.revision = s.at(2);
    state.changed_at = from_unix_ms(s.at(3));
    state.definition_hash = s.at(4);
    state.format_version = s.at(5);
    state.total = s.at(6);
    state.older_page = page_or_nothing(s.at(7));
    state.newer_page = page_or_nothing(s.at(8));
    states.push_back(std::move(state));
  }
  return states;
}

// Nothing when the row was damaged.
std::optional<News> news_from(std::int64_t number, SiteId site, std::string_view text) {
  try {
    const json data = json::parse(text);
    return News{.number = number,
                .site = site,
                .feeds = states_from(data.at("feeds")),
                .pages = states_from(data.at("pages")),
                .slugs = data.at("slugs"),
                .deliveries = data.at("deliveries"),
                .has_plan = data.at("has_plan")};
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

NewsPlace newest(Connection& db) {
  Query q = db.query("SELECT number, data FROM news ORDER BY number DESC LIMIT 1");
  if (!q.next()) return {};
  return {q.integer(0), hash64_hex(q.view(1))};
}

}  // namespace

Result<NewsPlace> SqlStore::newest_news() {
  return guarded([&] { return newest(db_); });
}

Result<NewsSince> SqlStore::news_since(const NewsPlace& known) {
  return guarded([&] {
    Transaction transaction(db_, Access::read);
    Query q = db_.query("SELECT number, data, site_id FROM news WHERE number >= ?1 ORDER BY number",
                        known.number);
    NewsSince since;
    std::int64_t expected = known.number + 1;
    bool is_there = known.number == 0;
    while (q.next()) {
      since.place = {q.integer(0), hash64_hex(q.view(1))};
      if (since.place.number == known.number) {
        is_there = since.place.mark == known.mark;
        continue;
      }
      auto news = news_from(q.integer(0), q.integer(2), q.view(1));
      since.has_gap = since.has_gap || !news || since.place.number != expected++;
      if (news) since.news.push_back(*std::move(news));
    }
    // A place that is older than all that is kept cannot be told from one of another past.
    const bool is_pruned = !is_there && since.place.number > known.number + kept_news - 1;
    since.is_another_past = !is_there && !is_pruned;
    since.has_gap = since.has_gap || !is_there;
    if (since.place.number == 0) since.place = newest(db_);
    return since;
  });
}

Result<void> SqlStore::add_news(const News& news) {
  return guarded([&] {
    const auto last = db_.maybe_integer("SELECT number FROM news ORDER BY number DESC LIMIT 1");
    const auto number = last.value_or(0) + 1;
    const json data = {{"feeds", states_json(news.feeds)},
                       {"pages", states_json(news.pages)},
                       {"slugs", news.slugs},
                       {"deliveries", news.deliveries},
                       {"has_plan", news.has_plan}};
    db_.run("INSERT INTO news (number, site_id, data) VALUES (?1, ?2, ?3)", number, news.site,
            text_of(data));
    db_.run("DELETE FROM news WHERE number <= ?1", number - kept_news);
  });
}

Result<void> SqlStore::set_not_before(SiteId site, Timestamp at) {
  return guarded([&] {
    db_.run(
        "INSERT INTO site_state (site_id, not_before) VALUES (?1, ?2) "
        "ON CONFLICT (site_id) DO UPDATE SET not_before = excluded.not_before "
        "WHERE site_state.not_before < excluded.not_before",
        site, to_unix_seconds(at));
  });
}

Result<std::string> SqlStore::read_plan(SiteId site) {
  return guarded([&] {
    Query q = db_.query("SELECT plan FROM plans WHERE site_id = ?1", site);
    return q.next() ? q.text(0) : std::string();
  });
}

Result<void> SqlStore::write_plan(SiteId site, std::string_view plan) {
  return guarded([&] {
    db_.run(
        "INSERT INTO plans (site_id, plan) VALUES (?1, ?2) "
        "ON CONFLICT (site_id) DO UPDATE SET plan = excluded.plan",
        site, plan);
  });
}

Result<bool> SqlStore::lead() {
  return guarded([&] { return db_.lead(); });
}

Result<void> SqlStore::resign() {
  return guarded([&] { db_.resign(); });
}

// A look may have begun just before the commit, and both take a while.
std::chrono::milliseconds time_to_hear(const Connection& db) {
  return db.engine() == Engine::postgresql ? 3 * news_interval : std::chrono::milliseconds(0);
}

std::chrono::milliseconds SqlStore::time_to_hear() const { return sql::time_to_hear(db_); }

Result<std::string> SqlStore::timeline() {
  return guarded([&] { return db_.timeline(); });
}

Result<std::optional<Timestamp>> SqlStore::clock() {
  return guarded([&] { return db_.clock(); });
}

Result<void> SqlStore::hint() {
  return guarded([&] { db_.hint(); });
}

Result<bool> SqlStore::wait_for_hint(std::chrono::milliseconds most) {
  return guarded([&] { return db_.wait_for_hint(most); });
}

}  // namespace sosik::sql
