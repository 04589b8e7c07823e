#include "history.hpp"

namespace sosik {

void declare_history(Element& root, const Feed& feed) {
  if (feed.history.is_complete || feed.history.is_archive)
    root.attribute("xmlns:fh", "http://purl.org/syndication/history/1.0");
}

void add_history(Element& feed_node, const Feed& feed, const char* link,
                 std::string HistoryUrls::*url) {
  const FeedHistory& history = feed.history;
  const auto lead_to = [&](const char* rel, const std::string& target) {
    if (!target.empty()) feed_node.add(link).attribute("rel", rel).attribute("href", target);
  };
  if (history.is_complete) {  // then there is nothing to lead to (H-200)
    feed_node.add("fh:complete");
    return;
  }
  if (history.is_archive) {
    feed_node.add("fh:archive");
    lead_to("current", history.current.*url);
    lead_to("next-archive", history.next.*url);
  }
  lead_to("prev-archive", history.previous.*url);
}

}  // namespace sosik
