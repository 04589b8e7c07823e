#include "recalled.hpp"

#include <algorithm>

#include "event_filter.hpp"
#include "take.hpp"

namespace sosik {
namespace {

constexpr std::size_t page = 1000;
constexpr std::size_t most_deliveries = 1000;  // of one post to one target that are looked at

bool is_gone(EventKind kind) {
  return kind == EventKind::post_unpublished || kind == EventKind::post_deleted;
}

}  // namespace

void Recalled::read_on() {
  for (;;) {
    const auto events = take(ledger_.list_events(site_, read_, page));
    if (events.empty()) return;
    for (const auto& event : events) {
      if (event.kind == EventKind::feed_changed) continue;
      const bool is_wanted = event.kind == EventKind::post_published && !event.is_quiet &&
                             wants(target_, facts_of(event));
      of_post_[event.subject].push_back({event.number, event.kind, is_wanted});
    }
    read_ = events.back().number;
  }
}

bool Recalled::is_settled(const Event& event) const {
  const auto at = of_post_.find(event.subject);
  if (event.kind == EventKind::feed_changed || at == of_post_.end()) return false;
  const auto& mentions = at->second;
  if (!is_gone(event.kind))
    return std::ranges::any_of(mentions, [&](const Mention& mention) {
      return mention.number > event.number && is_gone(mention.kind);
    });
  std::int64_t shown_since = 0;  // the end before, or the beginning
  for (const auto& mention : mentions)
    if (mention.number < event.number && is_gone(mention.kind)) shown_since = mention.number;
  std::vector<std::int64_t> news;
  for (const auto& mention : mentions)
    if (mention.is_wanted && mention.number > shown_since && mention.number < event.number)
      news.push_back(mention.number);
  return !news.empty() && !was_told_between(event.subject, shown_since, event.number, news);
}

// An attempt that was begun may have arrived, whatever its record says. So may have what was owed
// once and is in the ledger no more.
bool Recalled::was_told_between(const std::string& post_id, std::int64_t after, std::int64_t before,
                                const std::vector<std::int64_t>& news) const {
  DeliveryFilter filter;
  filter.post_id = post_id;
  filter.target = target_.name;
  filter.limit = most_deliveries;
  const auto deliveries = take(ledger_.list_deliveries(site_, filter));
  const bool was_tried = std::ranges::any_of(deliveries, [&](const Delivery& d) {
    return d.event_number > after && d.event_number < before && d.attempts > 0;
  });
  return was_tried || std::ranges::any_of(news, [&](std::int64_t number) {
           return std::ranges::find(deliveries, number, &Delivery::event_number) ==
                      deliveries.end() &&
                  take(view_.was_owed(site_, target_.name, number));
         });
}

}  // namespace sosik
