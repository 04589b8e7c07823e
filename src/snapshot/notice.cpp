#include "notice.hpp"

#include <algorithm>
#include <optional>

#include "heads.hpp"
#include "sosik/model/archive.hpp"
#include "sosik/syndicate/feed_urls.hpp"

namespace sosik {
namespace {

const FeedDefinition* find_definition(const SyndicationPlan& plan, std::string_view key) {
  const auto found = std::ranges::find(plan.definitions, key, &FeedDefinition::key);
  return found == plan.definitions.end() ? nullptr : &*found;
}

bool is_absolute(std::string_view url) { return url.find("://") != url.npos; }

// Where a feed leads to in the end, so that nobody is sent on twice (H-231).
struct Destination {
  bool is_gone = false;
  std::string url;  // absolute, or else
  std::string key;  // of the feed that is served instead
};

// Nothing when the feed is served itself.
std::optional<Destination> destination_of(const SyndicationPlan& plan, std::string_view key) {
  const FeedDefinition* definition = find_definition(plan, key);
  if (!definition || definition->is_served()) return std::nullopt;
  // As many hops as there are definitions; feeds that lead to each other in a circle lead nowhere.
  for (std::size_t hops = 0; hops < plan.definitions.size(); ++hops) {
    if (definition->is_gone) break;
    const std::string& target = definition->moved_to;
    if (is_absolute(target)) return Destination{false, target, ""};
    const FeedDefinition* next = find_definition(plan, target);
    if (!next || next->is_served()) return Destination{false, "", target};
    definition = next;
  }
  return Destination{true, "", ""};
}

std::string url_in(const FeedUrls& urls, Format format) {
  switch (format) {
    case Format::rss:
      return urls.rss;
    case Format::atom:
      return urls.atom;
    case Format::json:
      return urls.json;
    case Format::html:
    case Format::opml:  // no feed has it
      break;
  }
  return urls.html;
}

}  // namespace

std::shared_ptr<Notice> Notice::of(const SyndicationPlan& plan, std::string_view key,
                                   const HeadOptions& options) {
  // A page of an archive goes where its feed goes.
  const auto archive = archive_page_of(key);
  const auto destination = destination_of(plan, archive ? archive->feed : key);
  if (!destination) return nullptr;
  const FeedUrls urls = feed_urls(plan.site, destination->key);
  std::shared_ptr<Notice> notice(new Notice());
  for (std::size_t i = 0; i < format_count; ++i) {
    Representation& told = notice->formats_[i];
    told.changed_at = never;
    std::string text;
    if (destination->is_gone) {
      told.status = 410;
      text = "This feed is gone, and will not come back.\n";
      told.head = head_gone(plan.site.id, key, options, text.size());
    } else {
      const bool is_elsewhere = !destination->url.empty();
      const std::string url =
          is_elsewhere ? destination->url : url_in(urls, static_cast<Format>(i));
      told.status = 301;
      text = "This feed has moved to " + url + "\n";
      told.head = head_moved(plan.site.id, key, options, url, !is_elsewhere, text.size());
    }
    told.body = Body(std::move(text));
  }
  return notice;
}

}  // namespace sosik
