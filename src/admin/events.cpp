// /api/v1/events: the ledger, to be followed.
#include <charconv>

#include "fields.hpp"
#include "handlers.hpp"
#include "sosik/store/ledger.hpp"

namespace sosik::admin {
namespace {

constexpr std::string_view kind_names[] = {"post.published", "post.updated", "post.unpublished",
                                           "post.deleted", "feed.changed"};
constexpr std::int64_t most_events = 1000, longest_wait = 60;
// With a type that is rare a call looks at so many and no more; `next` leads on.
constexpr std::size_t most_looked_at = 10'000, page = 1000;

Json event_to_json(const Event& event) {
  auto data = Json::parse(event.data, nullptr, false);
  return {{"number", event.number},
          {"id", event.event_id},
          {"type", to_string(event.kind)},
          {"subject", event.subject},
          {"revision", event.revision},
          {"at", shown_time(event.at)},
          {"quiet", event.is_quiet},
          {"data", data.is_object() ? std::move(data) : Json::object()}};
}

struct Wanted {
  std::int64_t after = 0;
  std::size_t limit = 100;
  std::optional<EventKind> kind;
};

struct Found {
  Json events = Json::array();
  std::int64_t next = 0;
  bool is_all = false;  // there is nothing behind `next` now
};

Result<Found> find_events(Ledger& ledger, SiteId site, const Wanted& wanted) {
  Found found;
  found.next = wanted.after;
  for (std::size_t looked_at = 0; looked_at < most_looked_at;) {
    const auto size = wanted.kind ? page : wanted.limit;
    const auto list = ledger.list_events(site, found.next, size);
    if (!list) return list.error();
    for (const auto& event : *list) {
      found.next = event.number;
      if (wanted.kind && event.kind != *wanted.kind) continue;
      found.events.push_back(event_to_json(event));
      if (found.events.size() == wanted.limit) return found;
    }
    looked_at += list->size();
    if (list->size() < size) {
      found.is_all = true;
      return found;
    }
  }
  return found;
}

}  // namespace

Result<ApiAnswer> list_events(const ApiCall& call) {
  FieldErrors errors;
  Parameters parameters(call.request, errors);
  Wanted wanted;
  const bool is_latest = parameters.text("after") == "latest";
  if (!is_latest) wanted.after = parameters.integer("after", 0, INT64_MAX).value_or(0);
  wanted.limit =
      static_cast<std::size_t>(parameters.integer("limit", 1, most_events).value_or(100));
  const auto wait = parameters.integer("wait", 0, longest_wait).value_or(0);
  if (const auto kind = parameters.choice("type", kind_names))
    wanted.kind = static_cast<EventKind>(*kind);
  parameters.finish();
  if (!errors.empty()) return bad_query(std::move(errors));
  Ledger& ledger = call.store.ledger();
  if (is_latest) {
    const auto last = ledger.last_event_number(call.site.id);
    if (!last) return last.error();
    return answer(200, {{"events", Json::array()}, {"next", *last}});
  }
  auto found = find_events(ledger, call.site.id, wanted);
  if (!found) return found.error();
  const bool is_empty = found->events.empty() && found->is_all;
  auto made = answer(200, {{"events", std::move(found->events)}, {"next", found->next}});
  if (is_empty && wait > 0) made.may_wait = std::chrono::seconds(wait);
  return made;
}

}  // namespace sosik::admin
