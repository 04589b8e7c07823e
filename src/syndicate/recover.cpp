#include "sosik/syndicate/recover.hpp"

#include <algorithm>

#include "event_filter.hpp"
#include "recalled.hpp"
#include "sosik/store/ledger.hpp"
#include "sosik/store/store.hpp"
#include "sosik/store/syndication_store.hpp"
#include "take.hpp"

namespace sosik {
namespace {

constexpr std::size_t page = 500;  // events a transaction, so that it holds nobody up

std::int64_t owe(SyndicationStore& view, const Target& target, const Event& event,
                 const Recalled& recalled, Timestamp now) {
  if (event.is_quiet || !wants(target, facts_of(event)) ||
      take(view.was_owed(event.site, target.name, event.number)) || recalled.is_settled(event))
    return 0;
  Delivery d;
  d.site = event.site;
  d.kind = target.kind;
  d.target = target.name;
  d.topic = event.event_id;
  if (event.kind != EventKind::feed_changed) d.subject = event.subject;
  d.event_number = event.number;
  d.revision = event.revision;
  d.created_at = d.next_at = now;
  take(view.add_delivery(d));
  return 1;
}

}  // namespace

Result<Target> find_target(Store& store, const SyndicationPlan& plan, const std::string& name) {
  const auto at = std::ranges::find(plan.targets, name, &Target::name);
  if (at != plan.targets.end()) return *at;
  constexpr std::string_view webhook = "webhook:";
  if (name.starts_with(webhook))
    if (auto endpoint = store.ledger().read_endpoint(plan.site.id, name.substr(webhook.size())))
      return target_of(*endpoint);
  return not_found("there is no target '" + name + "'; `sosik targets` lists them");
}

Result<std::int64_t> recover_deliveries(Store& store, const SyndicationPlan& plan,
                                        const Target& target, Timestamp since, Timestamp now) {
  if (!is_told_of_events(target.kind))
    return invalid("'" + target.name +
                   "' is told the newest revision of its topics: there is nothing to recover");
  const SiteId site = plan.site.id;
  Ledger& ledger = store.ledger();
  auto states = ledger.target_states(site);
  if (!states) return states.error();
  const auto state = std::ranges::find(*states, target.name, &TargetState::target);
  if (state != states->end() && state->disabled_at)
    return invalid("'" + target.name + "' is disabled: enable it first");
  ReplaySelection failed;
  failed.since = since;
  failed.target = target.name;
  auto replayed = ledger.replay(site, failed, now);
  if (!replayed) return replayed.error();
  std::int64_t count = *replayed;
  auto after = ledger.last_event_before(site, since);
  if (!after) return after.error();
  Recalled recalled(ledger, store.syndication(), site, target);
  try {
    recalled.read_on();  // most of it, while nobody has to wait
  } catch (const StoreFailed& failure) {
    return failure.error();
  }
  while (true) {
    auto events = ledger.list_events(site, *after, page);
    if (!events) return events.error();
    if (events->empty()) return count;
    std::int64_t owed = 0;
    auto done = store.syndication().transact([&]() -> Result<void> {
      try {
        owed = 0;
        recalled.read_on();  // what was recalled since
        for (const auto& event : *events)
          owed += owe(store.syndication(), target, event, recalled, now);
        return {};
      } catch (const StoreFailed& failure) {
        return failure.error();
      }
    });
    if (!done) return done.error();
    count += owed;
    *after = events->back().number;
  }
}

}  // namespace sosik
