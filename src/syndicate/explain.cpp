#include "sosik/syndicate/explain.hpp"

#include "bodies.hpp"
#include "entry_builder.hpp"
#include "legible.hpp"
#include "membership.hpp"
#include "slugs.hpp"
#include "sosik/store/store.hpp"
#include "take.hpp"

namespace sosik {
namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string line(std::string_view key, const std::vector<std::string>& wanted) {
  std::string text;
  for (const auto& name : wanted) text += (text.empty() ? "\"" : ", \"") + name + "\"";
  return std::string(key) + " = [" + text + "]";
}

std::string what_it_has(std::string_view what, const std::vector<std::string>& names) {
  return names.empty() ? "it has no " + std::string(what)
                       : "its " + std::string(what) + ": " + listed(names);
}

std::vector<std::string> categories_of(const Entry& entry) {
  std::vector<std::string> names;
  for (const auto& category : entry.categories) names.push_back(category.path);
  return names;
}

std::vector<std::string> authors_of(const Entry& entry) {
  std::vector<std::string> names;
  for (const auto& author : entry.authors) names.push_back(author.name);
  return names;
}

// The filter with this line alone.
template <class Set>
FeedFilter only(const FeedFilter& filter, Set set) {
  FeedFilter one;
  one.with_children = filter.with_children;
  set(one);
  return one;
}

std::string why_no_derived_feed(const SyndicationPlan& plan, std::string_view key) {
  if (definition_of(plan, key, "")) return {};
  const std::string_view kind = key.substr(0, key.find('/'));
  const std::string option = kind == "category" ? "derive_categories"
                             : kind == "tag"    ? "derive_tags"
                                                : "derive_authors";
  return "feeds." + option + " = false";
}

}  // namespace

std::string why_not_selected(const FeedFilter& f, const Site& site, const Entry& entry) {
  if (selects(f, site, entry)) return {};
  const auto excludes = [&](auto set) { return !selects(only(f, set), site, entry); };
  if (excludes([&](FeedFilter& one) { one.categories = f.categories; }))
    return line("categories", f.categories) + (f.with_children ? "" : " without children") + ": " +
           what_it_has("categories", categories_of(entry));
  if (excludes([&](FeedFilter& one) { one.tags = f.tags; }))
    return line("tags", f.tags) + ": " + what_it_has("tags", entry.tags);
  if (excludes([&](FeedFilter& one) { one.authors = f.authors; }))
    return line("authors", f.authors) + ": " + what_it_has("authors", authors_of(entry));
  if (excludes([&](FeedFilter& one) { one.languages = f.languages; }))
    return line("languages", f.languages) + ": its language is " +
           (entry.language.empty() ? site.language + ", the site's" : entry.language);
  if (excludes([&](FeedFilter& one) { one.exclude_categories = f.exclude_categories; }))
    return line("exclude_categories", f.exclude_categories) + ": " +
           what_it_has("categories", categories_of(entry));
  return line("exclude_tags", f.exclude_tags) + ": " + what_it_has("tags", entry.tags);
}

Result<PostPreview> preview_post(Store& store, const SyndicationPlan& plan, const Post& post,
                                 const std::string& slug, Timestamp now) try {
  SyndicationStore& view = store.syndication();
  PostPreview preview;
  Post dated = post;
  make_legible(dated, plan.text, preview.notices);
  if (!dated.published_at) dated.published_at = now;  // a draft may have no date yet
  const BuildContext context{
      .site = plan.site,
      .now = now,
      .category_name =
          [&](std::string_view path) {
            return legible_name(take(view.category_name(plan.site.id, path)), plan.text);
          },
      .body =
          [&](const Post& p, const std::string& base, const std::string& page,
              const std::optional<Image>& lead, std::string& hash) {
            const BodyRecipe recipe{p, base, page, lead, plan.text, plan.has_embeds};
            hash = body_hash(recipe);
            return make_body(recipe);
          }};
  BuiltEntry built = build_entry(
      dated, slug.empty() ? wanted_slug(dated, std::nullopt, preview.notices) : slug, context);
  preview.entry = std::move(built.record.entry);
  preview.entry.content_html = std::move(built.body.html);
  preview.notices.insert(preview.notices.end(), built.notices.begin(), built.notices.end());
  for (const auto& definition : plan.definitions)
    preview.feeds.push_back(
        {definition.key, why_not_selected(definition.filter, plan.site, preview.entry)});
  for (const auto& feed : built.derived)
    preview.feeds.push_back({feed.key, why_no_derived_feed(plan, feed.key)});
  return preview;
} catch (const StoreFailed& failure) {
  return failure.error();
}

}  // namespace sosik
