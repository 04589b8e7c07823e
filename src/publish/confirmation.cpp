#include "confirmation.hpp"

#include <limits>
#include <string>
#include <vector>

#include "sosik/store/ledger.hpp"
#include "sosik/store/store.hpp"
#include "sosik/syndicate/feed_urls.hpp"

namespace sosik {

namespace {

constexpr std::string_view page_prefix = "posts/";

// The topics of which the document is one's representation. A ping service is told of the site and
// may look at any of its main documents.
std::vector<std::string> topics_of(const Site& site, const SeenFetch& fetch) {
  if (fetch.key.starts_with(page_prefix))
    return {post_page_url(site, std::string_view(fetch.key).substr(page_prefix.size()))};
  const FeedUrls urls = feed_urls(site, fetch.key);
  std::vector<std::string> topics;
  switch (fetch.format) {
    case Format::rss:
      topics = {urls.rss};
      break;
    case Format::atom:
      topics = {urls.atom};
      break;
    case Format::json:
      topics = {urls.json};
      break;
    case Format::html:
      topics = {urls.html};
      break;
    case Format::opml:
      break;
  }
  if (fetch.key.empty() || fetch.key == "main")
    topics.push_back(site.home_url.empty() ? site.public_url + "/" : site.home_url);
  return topics;
}

}  // namespace

Result<void> confirm_fetch(Store& store, const Site& site, const SeenFetch& fetch) {
  std::int64_t revision = std::numeric_limits<std::int64_t>::max();
  if (!fetch.key.starts_with(page_prefix)) {
    const auto state = store.feed_state(site.id, fetch.key);
    if (!state) return state.error().code == Errc::not_found ? Result<void>() : state.error();
    if (fetch.changed_at < state->changed_at) return {};
    revision = state->revision;
  }
  for (const auto& topic : topics_of(site, fetch))
    for (const auto& target : fetch.targets)
      if (auto done = store.ledger().confirm_deliveries(site.id, target, topic, revision, fetch.at);
          !done)
        return done.error();
  return {};
}

}  // namespace sosik
