#include "sosik/syndicate/plan_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "entry_basis.hpp"
#include "membership.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/store/store.hpp"
#include "sosik/store/syndication_store.hpp"
#include "sosik/syndicate/sites.hpp"

namespace sosik {

using nlohmann::json;

// A member that a text does not have keeps its default: the text may be an older program's.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Author, key, name, url, email)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Site, id, title, description, language, time_zone,
                                                public_url, home_url, id_authority, author,
                                                copyright, icon_url, hubs, max_age_seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(FeedExtensions, tombstones, webfeeds, source)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(FeedFilter, categories, with_children, tags,
                                                authors, languages, exclude_categories,
                                                exclude_tags)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(FeedDefinition, key, title, description, filter,
                                                limit, content, profile, extensions, max_bytes,
                                                language, moved_to, is_gone)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(DerivedFeeds, categories, tags, authors, limit,
                                                content)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(TextOptions, compose_hangul, drop_private_use)

namespace {

// What this program makes of a plan: by which format and hashes feeds are found to be up to date,
// and whose entries are to be made anew.
std::string mark_of(const SyndicationPlan& plan) {
  json made = {format_version, entry_basis(plan)};
  auto definitions = plan.definitions;
  for (const auto key : {std::string_view(), opml_key, std::string_view("category/a"),
                         std::string_view("tag/a"), std::string_view("author/a")})
    if (auto definition = definition_of(plan, key, "")) definitions.push_back(*definition);
  for (const auto& definition : definitions)
    made.push_back({definition_hash(plan, definition), filter_hash(plan.site, definition)});
  return hash64_hex(made.dump(-1, ' ', false, json::error_handler_t::replace));
}

// Whatever a node with another key signed would be refused by who knows the others' secrets.
Result<void> check_key_mark(const std::string& in_force, const std::string& own) {
  if (in_force.empty() || own.empty() || in_force == own) return {};
  return invalid(
      "this node has another installation's key than the others: give all nodes the same file "
      "(admin.key_file); if that is lost, stop them all and start one with --new-key");
}

}  // namespace

std::string plan_to_json(const SyndicationPlan& plan) {
  json all = {{"site", plan.site},
              {"definitions", plan.definitions},
              {"derived", plan.derived},
              {"text", plan.text},
              {"has_embeds", plan.has_embeds},
              {"hold_ms", plan.hold.count()},
              {"coalesce_ms", plan.coalesce.count()},
              {"shared_hubs", shared_hubs(plan)},
              {"mark", mark_of(plan)}};
  if (!plan.key_mark.empty()) all["key"] = plan.key_mark;
  return all.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<SyndicationPlan> plan_from_json(std::string_view text, const SyndicationPlan& own) {
  SyndicationPlan plan;
  try {
    const json all = json::parse(text);
    plan.site = all.at("site");
    plan.definitions = all.at("definitions");
    plan.derived = all.at("derived");
    plan.text = all.at("text");
    plan.has_embeds = all.at("has_embeds");
    plan.hold = std::chrono::milliseconds(all.at("hold_ms").get<std::int64_t>());
    plan.coalesce = std::chrono::milliseconds(all.at("coalesce_ms").get<std::int64_t>());
    plan.shared_hubs = all.value("shared_hubs", shared_hubs(own));
    plan.key_mark = all.value("key", "");
  } catch (const json::exception& e) {
    return Error{Errc::corrupt,
                 "the definitions that another node put into the store cannot be read: " +
                     std::string(e.what())};
  }
  const bool has_main = std::ranges::any_of(
      plan.definitions, [](const FeedDefinition& feed) { return feed.key == "main"; });
  if (plan.site.id != own.site.id || !has_main)
    return Error{Errc::corrupt,
                 "the definitions in the store are of another site, or lack the feed main"};
  if (auto same = check_key_mark(plan.key_mark, own.key_mark); !same) return same.error();
  plan.targets = own.targets;
  plan.indexnow_key = own.indexnow_key;
  return plan;
}

Followed followed_by(std::string text, const SyndicationPlan& read) {
  const bool is_alike = plan_to_json(read) == text;
  return {.plan = std::move(text), .is_alike = is_alike};
}

Result<void> check_key(std::string_view text, const SyndicationPlan& own) {
  const json all = json::parse(text, nullptr, false);
  if (!all.is_object() || !all.contains("key") || !all["key"].is_string()) return {};
  return check_key_mark(all["key"], own.key_mark);
}

Result<void> replace_key(Store& store, const SyndicationPlan& own) {
  auto& view = store.syndication();
  return view.transact([&]() -> Result<void> {
    const auto text = store.read_plan(main_site);
    if (!text) return text.error();
    json all = json::parse(*text, nullptr, false);
    if (!all.is_object()) return {};  // none yet
    all["key"] = own.key_mark;
    if (auto written = view.write_plan(main_site, all.dump()); !written) return written;
    News news;
    news.has_plan = true;
    return view.add_news(news);
  });
}

}  // namespace sosik
