#include "plan_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

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

std::string plan_to_json(const SyndicationPlan& plan) {
  json all = {{"site", plan.site},
              {"definitions", plan.definitions},
              {"derived", plan.derived},
              {"text", plan.text},
              {"has_embeds", plan.has_embeds},
              {"hold_ms", plan.hold.count()},
              {"coalesce_ms", plan.coalesce.count()}};
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
  // Whatever this node signed would be refused by who knows the other's secrets.
  if (!plan.key_mark.empty() && !own.key_mark.empty() && plan.key_mark != own.key_mark)
    return Error{Errc::invalid,
                 "this node has another installation's key than the active one: give all nodes the "
                 "same file (admin.key_file)"};
  plan.targets = own.targets;
  return plan;
}

}  // namespace sosik
