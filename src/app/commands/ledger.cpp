#include <algorithm>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik {
namespace {

nlohmann::ordered_json to_json(const Attempt& attempt, const TimeZone& zone) {
  return {{"number", attempt.number},         {"at", rfc3339_date(attempt.at, zone)},
          {"status", attempt.status},         {"latency_ms", attempt.latency.count()},
          {"error", attempt.error_class},     {"detail", attempt.detail},
          {"response", attempt.response_body}};
}

std::string to_text(const Attempt& attempt, const TimeZone& zone) {
  auto text = "    attempt " + std::to_string(attempt.number) + "  " +
              shown_date(attempt.at, zone) + "  " + std::to_string(attempt.latency.count()) +
              " ms  ";
  text += attempt.status ? "HTTP " + std::to_string(attempt.status) : std::string("no answer");
  if (!attempt.error_class.empty()) text += "  " + attempt.error_class;
  if (!attempt.detail.empty()) text += ": " + attempt.detail;
  return text;
}

// The newest `limit`. Events are only asked for after a number, so the last number is searched for
// first; numbers may be missing.
Result<std::vector<Event>> newest_events(Store& store, SiteId site, std::size_t limit) {
  std::int64_t begin = 0, step = 1;  // an event after `begin`, if there is one at all
  for (bool is_growing = true; step > 0;) {
    auto next = store.list_events(site, begin + step, 1);
    if (!next) return next.error();
    if (!next->empty()) begin += step;
    is_growing = is_growing && !next->empty();
    step = is_growing ? step * 2 : step / 2;
  }
  const auto last = begin + 1;
  for (auto span = static_cast<std::int64_t>(std::min(limit, static_cast<std::size_t>(last)));;
       span *= 2) {
    const auto after = std::max<std::int64_t>(last - span, 0);
    auto list = store.list_events(site, after, static_cast<std::size_t>(last - after));
    if (!list) return list.error();
    if (list->size() < limit && after > 0) continue;
    if (list->size() > limit)
      list->erase(list->begin(), list->end() - static_cast<std::ptrdiff_t>(limit));
    return list;
  }
}

}  // namespace

int events(const CommandLine& line, std::optional<std::int64_t> after, std::size_t limit) {
  auto config = load_or_complain(line);
  auto store = config ? open_or_complain(*config, false) : nullptr;
  if (!store) return exit_failed;
  const auto& site = config->plan.site;
  const auto zone = *TimeZone::named(site.time_zone);
  auto list =
      after ? store->list_events(site.id, *after, limit) : newest_events(*store, site.id, limit);
  if (!list) return fail(list.error().detail);
  auto array = nlohmann::ordered_json::array();
  for (const auto& event : *list) {
    if (line.as_json) {
      auto data = nlohmann::ordered_json::parse(event.data, nullptr, false);
      array.push_back({{"number", event.number},
                       {"id", event.event_id},
                       {"type", to_string(event.kind)},
                       {"subject", event.subject},
                       {"revision", event.revision},
                       {"at", rfc3339_date(event.at, zone)},
                       {"quiet", event.is_quiet},
                       {"data", data.is_discarded() ? nlohmann::ordered_json() : data}});
      continue;
    }
    print_line(std::to_string(event.number) + "  " + shown_date(event.at, zone) + "  " +
               std::string(to_string(event.kind)) + "  " + event.subject + "  revision " +
               std::to_string(event.revision) + (event.is_quiet ? "  quiet" : ""));
  }
  if (line.as_json) print_json(array);
  return exit_ok;
}

int deliveries(const CommandLine& line, const DeliveriesOptions& options) {
  auto config = load_or_complain(line);
  auto store = config ? open_or_complain(*config, false) : nullptr;
  if (!store) return exit_failed;
  const auto& site = config->plan.site;
  const auto zone = *TimeZone::named(site.time_zone);
  DeliveryFilter filter;
  filter.target = options.target;
  filter.limit = options.limit;
  for (auto state : {DeliveryState::pending, DeliveryState::in_flight, DeliveryState::delivered,
                     DeliveryState::gave_up, DeliveryState::cancelled}) {
    if (options.state == to_string(state)) filter.state = state;
  }
  auto list = store->list_deliveries(site.id, filter);
  if (!list) return fail(list.error().detail);
  auto array = nlohmann::ordered_json::array();
  for (const auto& delivery : *list) {
    auto attempts = store->list_attempts(delivery.id);
    if (!attempts) return fail(attempts.error().detail);
    const bool is_open = delivery.state == DeliveryState::pending;
    if (line.as_json) {
      nlohmann::ordered_json shown = {{"id", delivery.id},
                                      {"kind", to_string(delivery.kind)},
                                      {"target", delivery.target},
                                      {"topic", delivery.topic},
                                      {"revision", delivery.revision},
                                      {"state", to_string(delivery.state)},
                                      {"attempts", nlohmann::ordered_json::array()},
                                      {"created_at", rfc3339_date(delivery.created_at, zone)}};
      if (!delivery.event_type.empty()) shown["event"] = delivery.event_type;
      if (is_open) shown["next_at"] = rfc3339_date(delivery.next_at, zone);
      for (const auto& attempt : *attempts) shown["attempts"].push_back(to_json(attempt, zone));
      array.push_back(std::move(shown));
      continue;
    }
    auto text = std::to_string(delivery.id) + "  " + shown_date(delivery.created_at, zone) + "  " +
                std::string(to_string(delivery.state)) + "  " + delivery.target + "  " +
                delivery.topic;
    if (!delivery.event_type.empty()) text += "  " + delivery.event_type;
    if (is_open) text += "  next " + shown_date(delivery.next_at, zone);
    if (!attempts->empty() && !attempts->back().error_class.empty())
      text += "  last: " + attempts->back().error_class;
    print_line(text);
    if (options.with_attempts)
      for (const auto& attempt : *attempts) print_line(to_text(attempt, zone));
  }
  if (line.as_json) print_json(array);
  return exit_ok;
}

int migrate(const CommandLine& line) {
  auto config = load_or_complain(line);
  if (!config || !open_or_complain(*config)) return exit_failed;
  print_line(config->store_url + ": the schema is up to date");
  return exit_ok;
}

}  // namespace sosik
