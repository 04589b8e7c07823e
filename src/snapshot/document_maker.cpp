#include "document_maker.hpp"

#include <algorithm>

#include "heads.hpp"
#include "sosik/render/render.hpp"
#include "sosik/store/store.hpp"

namespace sosik {
namespace {

bool is_defined(const SyndicationPlan& plan, std::string_view key) {
  return key.empty() ||
         std::ranges::any_of(plan.definitions, [&](auto& d) { return d.key == key; });
}

Error no_such(std::string_view key) {
  return not_found("'" + std::string(key) + "': no such feed or page");
}

DocumentFacts facts_of(const Feed& feed, Format format, const Site& site) {
  DocumentFacts facts;
  facts.format = format;
  facts.changed_at = feed.changed_at;
  facts.max_age_seconds = site.max_age_seconds;
  if (format != Format::html) facts.hubs = feed.hubs;  // pages are no topics
  const auto add = [&](Format other, std::string_view url, std::string_view type) {
    if (other == format)
      facts.self = url;
    else
      facts.alternates.push_back(alternate_link(url, type));
  };
  add(Format::rss, feed.rss_url, "application/rss+xml");
  add(Format::atom, feed.atom_url, "application/atom+xml");
  add(Format::json, feed.json_url, "application/feed+json");
  add(Format::html, feed.html_url, "text/html");
  facts.content_location = facts.self;
  if (format == Format::html) facts.canonical = feed.html_url;
  return facts;
}

DocumentFacts facts_of_page(const Feed& site_feed, const Entry& entry, const Site& site) {
  DocumentFacts facts;
  facts.max_age_seconds = site.max_age_seconds;
  facts.canonical = entry.url;
  facts.alternates = {alternate_link(site_feed.rss_url, "application/rss+xml")};
  facts.has_embeds = true;
  return facts;
}

}  // namespace

DocumentMaker::DocumentMaker(SnapshotOptions options)
    : options_(std::move(options)), stores_(options_.open_store), refreshes_(options_.refresh) {}

void DocumentMaker::log(std::string_view sentence, std::string_view key,
                        std::string_view reason) const {
  if (options_.log) options_.log(sentence, key, reason);
}

Result<FeedState> DocumentMaker::look_up(const std::string& key) {
  const auto plan = options_.plan();
  if (key.starts_with(post_prefix)) {
    auto entry = read_post(*plan, std::string_view(key).substr(post_prefix.size()));
    if (!entry) return entry.error();
    FeedState page;
    page.key = key;
    return page;
  }
  if (!definition_of(*plan, key, "")) return no_such(key);
  const auto read_state = [&](Store& store) { return store.feed_state(plan->site.id, key); };
  auto state = stores_.use(read_state);
  // A defined feed that no step has seen yet is made by the refresh; a category that no post has
  // does not exist.
  if (!state && state.error().code == Errc::not_found && is_defined(*plan, key)) {
    if (auto refreshed = refreshes_.ensure(key); !refreshed) return refreshed.error();
    state = stores_.use(read_state);
  }
  return state;
}

Result<std::shared_ptr<Document>> DocumentMaker::make(const std::string& key, Format format) {
  const bool is_page = key.starts_with(post_prefix);
  if ((is_page || key.empty()) && format != Format::html)
    return not_found("'" + key + "' is not served as " + std::string(to_string(format)));
  return is_page ? make_page(key) : make_feed(key, format);
}

Result<Feed> DocumentMaker::read_feed(const SyndicationPlan& plan, const std::string& key) {
  if (auto refreshed = refreshes_.ensure(key); !refreshed) return refreshed.error();
  return stores_.use([&](Store& store) -> Result<Feed> {
    const auto state = store.feed_state(plan.site.id, key);
    if (!state) return state.error();
    const auto definition = definition_of(plan, key, state.value().label);
    if (!definition) return no_such(key);
    const auto stored = store.read_feed(plan.site.id, key, definition->limit);
    if (!stored) return stored.error();
    return assemble_feed(plan.site, *definition, stored.value(), plan.derived);
  });
}

Result<Entry> DocumentMaker::read_post(const SyndicationPlan& plan, std::string_view slug) {
  auto entry =
      stores_.use([&](Store& store) { return store.read_entry_by_slug(plan.site.id, slug); });
  if (entry && !entry.value().has_own_page)
    return not_found("post '" + std::string(slug) +
                     "' has its page elsewhere: " + entry.value().url);
  return entry;
}

Result<std::shared_ptr<Document>> DocumentMaker::make_feed(const std::string& key, Format format) {
  const auto plan = options_.plan();
  const auto feed = read_feed(*plan, key);
  if (!feed) return feed.error();
  auto body = options_.render ? options_.render(feed.value(), format)
                              : render_checked(feed.value(), format);
  if (!body) return body.error();
  return std::make_shared<Document>(std::move(body.value()),
                                    facts_of(feed.value(), format, plan->site));
}

Result<std::shared_ptr<Document>> DocumentMaker::make_page(const std::string& key) {
  const auto plan = options_.plan();
  const auto entry = read_post(*plan, std::string_view(key).substr(post_prefix.size()));
  if (!entry) return entry.error();
  const auto definition = definition_of(*plan, "main", "");
  if (!definition) return no_such("main");
  const Feed site_feed = assemble_feed(plan->site, *definition, StoredFeed{}, plan->derived);
  std::string body = render_post_page(site_feed, entry.value());
  if (auto checked = check_document(body, Format::html); !checked)
    return invalid("page of '" + key + "': " + checked.error().detail);
  return std::make_shared<Document>(std::move(body),
                                    facts_of_page(site_feed, entry.value(), plan->site));
}

}  // namespace sosik
