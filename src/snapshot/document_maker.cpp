#include "document_maker.hpp"

#include <algorithm>

#include "basis.hpp"
#include "heads.hpp"
#include "sosik/render/held_back.hpp"
#include "sosik/store/store.hpp"
#include "sosik/syndicate/feed_urls.hpp"

namespace sosik {
namespace {

bool is_defined(const SyndicationPlan& plan, std::string_view key) {
  return key.empty() || key == opml_key ||
         std::ranges::any_of(plan.definitions, [&](auto& d) { return d.key == key; });
}

Error no_such(std::string_view key) {
  return not_found("'" + std::string(key) + "': no such feed or page");
}

DocumentFacts facts_of(const Feed& feed, Format format, const Site& site,
                       const HeadOptions& options) {
  DocumentFacts facts;
  facts.site = site.id;
  facts.key = feed.key;
  facts.options = options;
  facts.format = format;
  facts.changed_at = feed.changed_at;
  facts.max_age_seconds = site.max_age_seconds;
  if (format != Format::html) facts.hubs = feed.hubs;  // pages are no topics
  const auto add = [&](Format other, std::string_view url, std::string_view type) {
    if (other == format)
      facts.self = url;
    else if (feed.is_served)
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

DocumentFacts facts_of_list(const FeedState& state, const Site& site, const HeadOptions& options) {
  DocumentFacts facts;
  facts.site = site.id;
  facts.key = opml_key;
  facts.options = options;
  facts.format = Format::opml;
  facts.changed_at = state.changed_at;
  facts.max_age_seconds = site.max_age_seconds;
  facts.self = facts.content_location = opml_url(site);
  return facts;
}

DocumentFacts facts_of_page(const std::string& key, const Feed& site_feed, const Entry& entry,
                            const Site& site, const HeadOptions& options) {
  DocumentFacts facts;
  facts.site = site.id;
  facts.key = key;
  facts.options = options;
  facts.max_age_seconds = site.max_age_seconds;
  facts.canonical = entry.url;
  if (site_feed.is_served)
    facts.alternates = {alternate_link(site_feed.rss_url, "application/rss+xml")};
  facts.has_embeds = true;
  return facts;
}

// Of bytes by another definition or format than the revision was made with no moment is known, and
// a 304 by date could be wrong: who follows a node of another kind leaves its revisions as they
// are.
void forget_moment_unless_made_by(const SyndicationPlan& plan, const FeedDefinition& definition,
                                  const FeedState& state, DocumentFacts& facts) {
  if (!is_settled(plan, definition, state) || state.format_version != format_version)
    facts.changed_at = never;
}

// Of a test's renderer, which holds nothing back.
Result<RepairedDocument> as_repaired(Result<std::string> bytes) {
  if (!bytes) return bytes.error();
  return RepairedDocument{*std::move(bytes), {}};
}

}  // namespace

DocumentMaker::DocumentMaker(SnapshotOptions options, std::shared_ptr<Holdings> holdings)
    : options_(std::move(options)),
      holdings_(std::move(holdings)),
      stores_(options_.open_store),
      refreshes_(options_.refresh, options_.plan(main_site)) {}

void DocumentMaker::log(std::string_view sentence, const SiteKey& key,
                        std::string_view reason) const {
  if (options_.log) options_.log(sentence, key.site, key.key, reason);
}

Result<DocumentMaker::Plan> DocumentMaker::plan_of(SiteId site) const {
  auto plan = options_.plan(site);
  if (!plan) return not_found("site " + std::to_string(site) + " is not served");
  return plan;
}

Result<Found> DocumentMaker::look_up(const SiteKey& what) {
  if (!what.key.starts_with(post_prefix)) return look_up_feed(what);
  const auto plan = plan_of(what.site);
  if (!plan) return plan.error();
  auto entry = read_post(**plan, std::string_view(what.key).substr(post_prefix.size()));
  if (!entry) return entry.error();
  Found page;
  page.site = what.site;
  page.state.key = what.key;
  return page;
}

Result<Found> DocumentMaker::look_up_feed(const SiteKey& what) {
  const std::string& key = what.key;
  const auto in_force = plan_of(what.site);
  if (!in_force) return in_force.error();
  const auto& plan = *in_force;
  if (auto notice = Notice::of(*plan, key, options_.heads)) {
    Found found;
    found.site = what.site;
    found.state.key = key;
    found.notice = std::move(notice);
    return found;
  }
  if (!definition_of(*plan, key, "")) return no_such(key);
  const auto look = [&](Store& store) { return read_found(*plan, store, key); };
  auto found = read(look);
  // A defined feed that no step has seen yet is made by the refresh; a category that no post has
  // does not exist.
  if (!found && found.error().code == Errc::not_found && is_defined(*plan, key)) {
    if (auto refreshed = refresh(key, plan); !refreshed) return refreshed.error();
    found = read(look);
  }
  return found;
}

// State and tags are read one after the other: a tag that was written in between is of a later
// revision, and counts as nothing.
Result<Found> DocumentMaker::read_found(const SyndicationPlan& plan, Store& store,
                                        const std::string& key) const {
  auto state = store.feed_state(plan.site.id, key);
  if (!state) return state.error();
  Found found;
  found.site = plan.site.id;
  found.state = std::move(state.value());
  const auto definition = definition_of(plan, found.state.key, found.state.label);
  if (!definition || !is_settled(plan, *definition, found.state)) return found;
  const auto tags = store.read_tags(plan.site.id, found.state.key);
  if (!tags) return found;  // it is rendered, then
  const std::string basis = basis_of(plan, *definition, found.state);
  const Feed feed = assemble_feed(plan, *definition, {found.state, {}, {}});
  for (const DocumentTag& tag : tags.value()) {
    if (!speaks_for(tag, found.state, basis)) continue;
    DocumentFacts facts = tag.format == Format::opml
                              ? facts_of_list(found.state, plan.site, options_.heads)
                              : facts_of(feed, tag.format, plan.site, options_.heads);
    found.knowledge.at(static_cast<std::size_t>(tag.format)) = std::make_shared<Validators>(
        std::move(facts), tag.etag_hash, static_cast<std::size_t>(tag.size), holdings_);
  }
  return found;
}

Result<std::shared_ptr<Document>> DocumentMaker::make(const SiteKey& what, Format format) {
  const std::string& key = what.key;
  const bool is_page = key.starts_with(post_prefix);
  const bool is_list = key == opml_key;
  if (((is_page || key.empty()) && format != Format::html) || is_list != (format == Format::opml))
    return not_found("'" + key + "' is not served as " + std::string(to_string(format)));
  Counters& counters = holdings_->counters;
  const auto index = static_cast<std::size_t>(format);
  const Stopwatch time(counters.render_nanoseconds[index]);
  auto document = is_page   ? make_page(what)
                  : is_list ? make_list(what.site)
                            : make_feed(what, format);
  if (document) ++counters.rendered[index];
  if (!document && document.error().code == Errc::invalid) ++counters.refused;
  return document;
}

// A feed that the step would leave as it is needs no asking. That is seen by its state alone,
// before its entries are read.
Result<DocumentMaker::Source> DocumentMaker::read_feed(const Plan& plan, const std::string& key) {
  if (refreshes_.is_adopted(plan)) {
    auto settled = read([&](Store& store) { return read_source(*plan, store, key, true); });
    if (!settled) return settled.error();
    if (settled.value()) return *std::move(settled.value());
  }
  if (auto refreshed = refresh(key, plan); !refreshed) return refreshed.error();
  auto source = read([&](Store& store) { return read_source(*plan, store, key, false); });
  if (!source) return source.error();
  return *std::move(source.value());
}

Result<std::optional<DocumentMaker::Source>> DocumentMaker::read_source(const SyndicationPlan& plan,
                                                                        Store& store,
                                                                        const std::string& key,
                                                                        bool must_be_settled) {
  const auto state = store.feed_state(plan.site.id, key);
  if (!state) return state.error();
  auto definition = definition_of(plan, key, state.value().label);
  if (!definition) return no_such(key);
  if (must_be_settled && !is_settled(plan, *definition, state.value())) return std::nullopt;
  auto stored = store.read_feed(plan.site.id, key, definition->limit);
  if (!stored) return stored.error();
  return Source{*std::move(definition), std::move(stored.value())};
}

Result<Entry> DocumentMaker::read_post(const SyndicationPlan& plan, std::string_view slug) {
  auto entry = read([&](Store& store) { return store.read_entry_by_slug(plan.site.id, slug); });
  if (entry && !entry.value().has_own_page)
    return not_found("post '" + std::string(slug) +
                     "' has its page elsewhere: " + entry.value().url);
  return entry;
}

Result<std::shared_ptr<Document>> DocumentMaker::make_feed(const SiteKey& what, Format format) {
  const std::string& key = what.key;
  const auto in_force = plan_of(what.site);
  if (!in_force) return in_force.error();
  const auto& plan = *in_force;
  const auto source = read_feed(plan, key);
  if (!source) return source.error();
  const Feed feed = without_damaged(
      assemble_feed(*plan, source.value().definition, source.value().stored), source.value());
  auto rendered =
      options_.render ? as_repaired(options_.render(feed, format)) : render_repaired(feed, format);
  if (!rendered) return rendered.error();
  auto& held_back = rendered.value().held_back;
  held_back.insert(held_back.end(), source.value().stored.damaged.begin(),
                   source.value().stored.damaged.end());
  for (const auto& held : held_back)
    log("post held back from a document", what,
        "'" + held.post_id + "' as " + std::string(to_string(format)) + ": " + held.reason);
  auto facts = facts_of(feed, format, plan->site, options_.heads);
  forget_moment_unless_made_by(*plan, source.value().definition, source.value().stored.state,
                               facts);
  auto document =
      std::make_shared<Document>(std::move(rendered.value().bytes), std::move(facts), holdings_);
  remember(*plan, source.value(), format, *document, std::move(held_back));
  return document;
}

Result<std::shared_ptr<Document>> DocumentMaker::make_list(SiteId site) {
  const auto in_force = plan_of(site);
  if (!in_force) return in_force.error();
  const auto& plan = *in_force;
  const std::string key(opml_key);
  if (auto source = read_feed(plan, key); !source) return source.error();  // refreshed, if need be
  const auto stored = read([&](Store& store) { return store.read_feed_list(plan->site.id); });
  if (!stored) return stored.error();
  const FeedState& state = stored.value().state;
  auto body = render_opml_checked(assemble_feed_list(*plan, stored.value()));
  if (!body) return body.error();
  const auto definition = *definition_of(*plan, key, "");
  auto facts = facts_of_list(state, plan->site, options_.heads);
  forget_moment_unless_made_by(*plan, definition, state, facts);
  auto document = std::make_shared<Document>(std::move(body.value()), std::move(facts), holdings_);
  remember(*plan, {definition, {state, {}, {}, {}}}, Format::opml, *document, {});
  return document;
}

// A document that had to leave an entry out is not complete, and counts what it holds.
Feed DocumentMaker::without_damaged(Feed feed, const Source& source) {
  const auto damaged = static_cast<std::int64_t>(source.stored.damaged.size());
  feed.total -= damaged;
  if (damaged > 0) feed.history.is_complete = false;
  return feed;
}

// With the revision that was rendered, which may be later than the one that was asked for. Not when
// a new definition came in between: then state and bytes are of two minds.
void DocumentMaker::remember(const SyndicationPlan& plan, const Source& source, Format format,
                             Document& document, std::vector<HeldBackEntry> held_back) const {
  const FeedState& state = source.stored.state;
  if (!options_.remember || !is_settled(plan, source.definition, state)) return;
  const Representation& identity = *document.in(Coding::identity);
  DocumentTag tag;
  tag.key = state.key;
  tag.format = format;
  tag.revision = state.revision;
  tag.basis = basis_of(plan, source.definition, state);
  tag.etag_hash = identity.etag_hash;
  tag.size = static_cast<std::int64_t>(identity.body.size());
  tag.held_back = std::move(held_back);
  options_.remember(plan.site.id, std::move(tag));
}

Result<std::shared_ptr<Document>> DocumentMaker::make_page(const SiteKey& what) {
  const std::string& key = what.key;
  const auto in_force = plan_of(what.site);
  if (!in_force) return in_force.error();
  const auto& plan = *in_force;
  const auto entry = read_post(*plan, std::string_view(key).substr(post_prefix.size()));
  if (!entry) return entry.error();
  const auto definition = definition_of(*plan, "main", "");
  if (!definition) return no_such("main");
  const Feed site_feed = assemble_feed(*plan, *definition, StoredFeed{});
  std::string body = render_post_page(site_feed, entry.value());
  if (auto checked = check_document(body, Format::html); !checked)
    return invalid("page of '" + key + "': " + checked.error().detail);
  return std::make_shared<Document>(
      std::move(body), facts_of_page(key, site_feed, entry.value(), plan->site, options_.heads),
      holdings_);
}

}  // namespace sosik
