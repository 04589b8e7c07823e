#include "byte_cap.hpp"

#include <optional>

namespace sosik {
namespace {

// The entries from `kept` on are in the archive, as are all outside the window: the link goes to
// the last page that holds one of them.
void lead_to_left_out(FeedHistory& history, const std::vector<Entry>& entries, std::size_t kept) {
  history.is_complete = false;
  for (std::size_t i = kept; i < entries.size(); ++i)
    if (const auto page = history.pages.find(entries[i].archive_page);
        page != history.pages.end() && page->first > history.previous_page) {
      history.previous_page = page->first;
      history.previous = page->second;
    }
}

// The newest `kept` entries, of which the newest `full` have their content.
Feed cut(const Feed& feed, std::size_t kept, std::size_t full) {
  Feed shorter = feed;
  shorter.entries.resize(kept);
  for (std::size_t i = full; i < kept; ++i) shorter.entries[i].content_html.clear();
  if (kept < feed.entries.size()) lead_to_left_out(shorter.history, feed.entries, kept);
  return shorter;
}

}  // namespace

std::string render_within_limit(const Feed& feed,
                                const std::function<std::string(const Feed&)>& render) {
  std::string document = render(feed);
  if (document.size() <= feed.max_bytes) return document;
  const std::size_t count = feed.entries.size();
  // The largest number below `count` that makes a document within the limit, and that document.
  const auto search = [&](auto&& made_of) -> std::optional<std::string> {
    std::optional<std::string> best;
    std::size_t low = 0, high = count;
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      std::string candidate = made_of(middle);
      if (candidate.size() <= feed.max_bytes) {
        best = std::move(candidate);
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return best;
  };
  if (auto best = search([&](std::size_t full) { return render(cut(feed, count, full)); }))
    return *std::move(best);
  if (feed.history.is_archive) return render(cut(feed, count, 0));
  if (auto best = search([&](std::size_t kept) { return render(cut(feed, kept, 0)); }))
    return *std::move(best);
  return render(cut(feed, 0, 0));
}

}  // namespace sosik
