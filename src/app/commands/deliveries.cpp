// `sosik deliveries`: who was told of what, each attempt, and why not; `replay`; `sosik targets`:
// who is failing or disabled, and what helps.
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/store/ledger.hpp"
#include "sosik/syndicate/recover.hpp"

namespace sosik {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Attempt& attempt, const TimeZone& zone) {
  return {{"number", attempt.number},         {"at", rfc3339_date(attempt.at, zone)},
          {"status", attempt.status},         {"latency_ms", attempt.latency.count()},
          {"error", attempt.error_class},     {"detail", attempt.detail},
          {"response", attempt.response_body}};
}

Json to_json(const Delivery& delivery, const std::vector<Attempt>& attempts, const TimeZone& zone) {
  Json shown = {{"id", delivery.id},
                {"kind", to_string(delivery.kind)},
                {"target", delivery.target},
                {"topic", delivery.topic}};
  if (!delivery.subject.empty()) shown["post"] = delivery.subject;
  if (!delivery.event_type.empty()) shown["event"] = delivery.event_type;
  shown["revision"] = delivery.revision;
  shown["state"] = to_string(delivery.state);
  if (delivery.is_behind) shown["waits_for_earlier"] = true;
  shown["created_at"] = rfc3339_date(delivery.created_at, zone);
  if (delivery.state == DeliveryState::pending)
    shown["next_at"] = rfc3339_date(delivery.next_at, zone);
  if (delivery.ended_at) shown["ended_at"] = rfc3339_date(*delivery.ended_at, zone);
  if (delivery.confirmed_at) shown["confirmed_at"] = rfc3339_date(*delivery.confirmed_at, zone);
  shown["attempts"] = Json::array();
  for (const auto& attempt : attempts) shown["attempts"].push_back(to_json(attempt, zone));
  return shown;
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

std::string to_text(const Delivery& delivery, const std::vector<Attempt>& attempts,
                    const TimeZone& zone) {
  auto text = std::to_string(delivery.id) + "  " + shown_date(delivery.created_at, zone) + "  " +
              std::string(to_string(delivery.state)) + "  " + delivery.target + "  " +
              delivery.topic;
  if (!delivery.event_type.empty()) text += "  " + delivery.event_type;
  if (delivery.is_behind)
    text += "  behind an earlier one about the post";
  else if (delivery.state == DeliveryState::pending)
    text += "  next " + shown_date(delivery.next_at, zone);
  if (delivery.confirmed_at) text += "  confirmed " + shown_date(*delivery.confirmed_at, zone);
  if (!attempts.empty() && !attempts.back().error_class.empty())
    text += "  last: " + attempts.back().error_class;
  return text;
}

std::unique_ptr<Store> open_for(const CommandLine& line, std::unique_ptr<Config>& config) {
  config = load_or_complain(line);
  return config ? open_or_complain(line, *config, false) : nullptr;
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

// "17" or "17..40".
bool read_range(const std::string& text, ReplaySelection& selection) {
  const auto dots = text.find("..");
  const auto first = number_in(std::string_view(text).substr(0, dots));
  const auto last =
      dots == std::string::npos ? first : number_in(std::string_view(text).substr(dots + 2));
  if (!first || !last || *last < *first) return false;
  selection.first_id = *first;
  selection.last_id = *last;
  return true;
}

}  // namespace

int deliveries(const CommandLine& line, const DeliveriesOptions& options) {
  std::unique_ptr<Config> config;
  auto store = open_for(line, config);
  if (!store) return exit_failed;
  const auto& site = config->plan.site;
  const auto zone = *TimeZone::named(site.time_zone);
  auto& ledger = store->ledger();
  DeliveryFilter filter;
  filter.target = options.target;
  filter.topic = options.topic;
  filter.limit = options.limit;
  filter.before_id = options.before;
  for (std::size_t i = 0; i < std::size(delivery_state_names); ++i)
    if (options.state == delivery_state_names[i]) filter.state = static_cast<DeliveryState>(i);
  for (std::size_t i = 0; i < std::size(target_kind_names); ++i)
    if (options.kind == target_kind_names[i]) filter.kind = static_cast<TargetKind>(i);
  if (!options.since.empty()) {
    const auto since = moment(options.since, zone, SystemClock().now());
    if (!since) return fail(since.error().detail);
    filter.since = *since;
  }
  if (!options.post.empty()) {
    auto post = store->find_any_post(site.id, options.post);
    if (!post) return fail(post.error().detail);
    filter.post_id = *post;
  }
  auto list = ledger.list_deliveries(site.id, filter);
  if (!list) return fail(list.error().detail);
  auto array = Json::array();
  for (const auto& delivery : *list) {
    auto attempts = ledger.list_attempts(delivery.id);
    if (!attempts) return fail(attempts.error().detail);
    if (line.as_json) {
      array.push_back(to_json(delivery, *attempts, zone));
      continue;
    }
    print_line(to_text(delivery, *attempts, zone));
    if (options.with_attempts)
      for (const auto& attempt : *attempts) print_line(to_text(attempt, zone));
  }
  if (line.as_json) print_json(array);
  return exit_ok;
}

int replay_deliveries(const CommandLine& line, const ReplayOptions& options) {
  if (options.range.empty() == options.failed_since.empty()) {
    fail("say which: a delivery (17), a range (17..40), or --failed-since WHEN");
    return exit_usage;
  }
  ReplaySelection selection;
  selection.target = options.target;
  selection.only_failed = options.range.empty();
  if (!options.range.empty() && !read_range(options.range, selection)) {
    fail("'" + options.range + "' is neither a delivery's number nor a range FIRST..LAST");
    return exit_usage;
  }
  std::unique_ptr<Config> config;
  auto store = open_for(line, config);
  if (!store) return exit_failed;
  const auto& site = config->plan.site;
  const auto zone = *TimeZone::named(site.time_zone);
  const auto now = SystemClock().now();
  if (!options.failed_since.empty()) {
    const auto since = moment(options.failed_since, zone, now);
    if (!since) return fail(since.error().detail);
    selection.since = *since;
  }
  const auto count = store->ledger().replay(site.id, selection, now);
  if (!count) return fail(count.error().detail);
  if (line.as_json)
    print_json(Json{{"replayed", *count}});
  else
    print_line(std::to_string(*count) + (*count == 1 ? " delivery is" : " deliveries are") +
               " due again");
  return exit_ok;
}

int list_targets(const CommandLine& line) {
  std::unique_ptr<Config> config;
  auto store = open_for(line, config);
  if (!store) return exit_failed;
  const auto& site = config->plan.site;
  const auto zone = *TimeZone::named(site.time_zone);
  auto states = store->ledger().target_states(site.id);
  if (!states) return fail(states.error().detail);
  auto endpoints = store->ledger().list_endpoints(site.id);
  if (!endpoints) return fail(endpoints.error().detail);
  std::vector<std::string> names;
  for (const auto& target : config->plan.targets) names.push_back(target.name);
  for (const auto& endpoint : *endpoints) names.push_back(target_of(endpoint).name);
  auto array = Json::array();
  for (const auto& name : names) {
    const auto at = std::ranges::find(*states, name, &TargetState::target);
    const auto* state = at == states->end() ? nullptr : &*at;
    const bool is_disabled = state && state->disabled_at;
    const bool is_failing = state && state->failing_since;
    if (line.as_json) {
      Json shown = {{"target", name}, {"is_disabled", is_disabled}};
      if (is_disabled) {
        shown["disabled_at"] = rfc3339_date(*state->disabled_at, zone);
        shown["why"] = state->disabled_why;
      }
      if (is_failing) shown["failing_since"] = rfc3339_date(*state->failing_since, zone);
      array.push_back(std::move(shown));
      continue;
    }
    auto text = name;
    if (is_disabled)
      text += "  disabled " + shown_date(*state->disabled_at, zone) + ": " + state->disabled_why;
    else if (is_failing)
      text += "  failing since " + shown_date(*state->failing_since, zone);
    else
      text += "  ok";
    print_line(text);
  }
  if (line.as_json) print_json(array);
  return exit_ok;
}

int enable_target(const CommandLine& line, const std::string& name, const std::string& since_text) {
  std::unique_ptr<Config> config;
  auto store = open_for(line, config);
  if (!store) return exit_failed;
  const auto& plan = config->plan;
  const auto now = SystemClock().now();
  std::optional<Timestamp> since;
  if (!since_text.empty()) {
    const auto at = moment(since_text, *TimeZone::named(plan.site.time_zone), now);
    if (!at) return fail(at.error().detail);
    since = *at;
  }
  const auto target = find_target(*store, plan, name);
  if (!target) return fail(target.error().detail);
  if (auto done = store->ledger().enable_target(plan.site.id, name); !done)
    return fail(done.error().detail);
  std::int64_t count = 0;
  if (since) {
    const auto recovered = recover_deliveries(*store, plan, *target, *since, now);
    if (!recovered) return fail(recovered.error().detail);
    count = *recovered;
  }
  if (line.as_json)
    print_json(Json{{"target", name}, {"recovered", count}});
  else
    print_line(name + " is enabled" +
               (since ? "; " + std::to_string(count) + " deliveries are owed to it again" : ""));
  return exit_ok;
}

int disable_target(const CommandLine& line, const std::string& name) {
  std::unique_ptr<Config> config;
  auto store = open_for(line, config);
  if (!store) return exit_failed;
  const auto& plan = config->plan;
  const auto target = find_target(*store, plan, name);
  if (!target) return fail(target.error().detail);
  if (auto done = store->ledger().disable_target(plan.site.id, name, "by the operator",
                                                 SystemClock().now());
      !done)
    return fail(done.error().detail);
  print_line(name + " is disabled");
  return exit_ok;
}

}  // namespace sosik
