#include "sosik/render/held_back.hpp"

#include <map>

namespace sosik {
namespace {

constexpr int max_renderings = 4;

// The entries that are named, by their places in the feed, with the first reason for each.
std::map<std::size_t, std::string> named_entries(const std::vector<Finding>& findings,
                                                 std::size_t count) {
  std::map<std::size_t, std::string> named;
  for (const Finding& finding : findings)
    if (finding.entry && *finding.entry < count)
      named.emplace(*finding.entry,
                    finding.element + ": " + finding.reason + " (" + finding.rule + ")");
  return named;
}

// The entry at `place` of those that are left was at this place of the feed.
void hold_back(Feed& feed, std::vector<std::size_t>& places,
               const std::map<std::size_t, std::string>& named,
               std::map<std::size_t, HeldBackEntry>& held_back) {
  for (auto one = named.rbegin(); one != named.rend(); ++one) {
    const auto at = static_cast<std::ptrdiff_t>(one->first);
    const Entry& entry = feed.entries[one->first];
    held_back.emplace(places[one->first],
                      HeldBackEntry{entry.post_id, entry.revision, one->second, false});
    feed.entries.erase(feed.entries.begin() + at);
    places.erase(places.begin() + at);
    --feed.total;
  }
  feed.history.is_complete = false;
}

}  // namespace

Result<RepairedDocument> render_repaired(const Feed& feed, Format format) {
  return render_repaired(feed, format, &render_checked);
}

Result<RepairedDocument> render_repaired(const Feed& whole, Format format,
                                         const RenderFeed& render) {
  RepairedDocument repaired;
  std::vector<Finding> findings;
  auto bytes = render(whole, format, &findings);
  std::map<std::size_t, HeldBackEntry> held_back;
  if (!bytes) {
    Feed feed = whole;
    std::vector<std::size_t> places(feed.entries.size());
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
    for (int round = 1; round < max_renderings && !bytes; ++round) {
      const auto named = named_entries(findings, feed.entries.size());
      if (named.empty()) break;
      hold_back(feed, places, named, held_back);
      findings.clear();
      bytes = render(feed, format, &findings);
    }
  }
  if (!bytes) return bytes.error();
  repaired.bytes = *std::move(bytes);
  for (auto& [place, entry] : held_back) repaired.held_back.push_back(std::move(entry));
  return repaired;
}

}  // namespace sosik
