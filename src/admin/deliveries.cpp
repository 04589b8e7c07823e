// /api/v1/deliveries: who was told, or not, and why; and telling again.
#include <algorithm>
#include <charconv>

#include "delivery_json.hpp"
#include "fields.hpp"
#include "handlers.hpp"
#include "sosik/store/ledger.hpp"

namespace sosik::admin {
namespace {

constexpr std::int64_t most_deliveries = 500;

// Nothing where the path names no number: there is no such delivery.
std::optional<std::int64_t> number_in(const ApiRequest& request) {
  const std::string& text = request.captures[0];
  std::int64_t id = 0;
  const char* end = text.data() + text.size();
  const auto [stop, ec] = std::from_chars(text.data(), end, id);
  if (ec != std::errc() || stop != end || id <= 0) return std::nullopt;
  return id;
}

Result<Delivery> delivery_in(const ApiCall& call) {
  const auto id = number_in(call.request);
  if (!id) return not_found("there is no delivery '" + call.request.captures[0] + "'");
  return call.store.ledger().read_delivery(call.site.id, *id);
}

ApiAnswer replayed(std::int64_t count) {
  auto made = answer(200, {{"replayed", count}});
  made.owes_deliveries = count > 0;
  return made;
}

}  // namespace

Result<ApiAnswer> list_deliveries(const ApiCall& call) {
  FieldErrors errors;
  Parameters parameters(call.request, errors);
  DeliveryFilter filter;
  if (const auto state = parameters.choice("state", delivery_state_names))
    filter.state = static_cast<DeliveryState>(*state);
  if (const auto kind = parameters.choice("kind", target_kind_names))
    filter.kind = static_cast<TargetKind>(*kind);
  filter.target = parameters.text("target").value_or("");
  filter.topic = parameters.text("topic").value_or("");
  filter.post_id = parameters.text("post_id").value_or("");
  filter.since = parameters.date("since", zone_of(call.site));
  filter.before_id = parameters.integer("cursor", 1, INT64_MAX).value_or(0);
  filter.limit =
      static_cast<std::size_t>(parameters.integer("limit", 1, most_deliveries).value_or(100));
  parameters.finish();
  if (!errors.empty()) return bad_query(std::move(errors));
  const auto list = call.store.ledger().list_deliveries(call.site.id, filter);
  if (!list) return list.error();
  Json body = {{"deliveries", Json::array()}, {"next", nullptr}};
  for (const auto& delivery : *list)
    body["deliveries"].push_back(delivery_to_json(delivery, sight_of(call.site)));
  if (list->size() == filter.limit) body["next"] = list->back().id;
  return answer(200, body);
}

Result<ApiAnswer> get_delivery(const ApiCall& call) {
  const auto delivery = delivery_in(call);
  if (!delivery) return delivery.error();
  const auto attempts = call.store.ledger().list_attempts(delivery->id);
  if (!attempts) return attempts.error();
  const Sight sight = sight_of(call.site);
  auto shown = delivery_to_json(*delivery, sight);
  shown["attempts"] = Json::array();
  for (const auto& attempt : *attempts)
    shown["attempts"].push_back(attempt_to_json(attempt, sight));
  return answer(200, shown);
}

Result<ApiAnswer> replay_delivery(const ApiCall& call) {
  auto body = optional_json_body(call.request);
  if (body.problem) return *std::move(body.problem);
  FieldErrors errors;
  Members(body.value, "", errors).finish();
  if (!errors.empty()) return bad_body(std::move(errors));
  const auto delivery = delivery_in(call);
  if (!delivery) return delivery.error();
  ReplaySelection one;
  one.first_id = one.last_id = delivery->id;
  one.only_failed = false;
  const auto count = call.store.ledger().replay(call.site.id, one, call.context.clock->now());
  if (!count) return count.error();
  if (*count == 0)
    return problem(409,
                   "it is still open, its target is disabled, or another one about the same topic "
                   "is open");
  return replayed(*count);
}

Result<ApiAnswer> replay_deliveries(const ApiCall& call) {
  auto body = json_body(call.request);
  if (body.problem) return *std::move(body.problem);
  FieldErrors errors;
  Members members(body.value, "", errors);
  ReplaySelection wanted;
  const auto first = members.integer("first", 1, INT64_MAX);
  const auto last = members.integer("last", 1, INT64_MAX);
  wanted.since =
      asked_moment(members.date("failed_since", zone_of(call.site)), sight_of(call.site));
  wanted.target = members.line("target").value_or("");
  wanted.only_failed = !members.flag("all").value_or(false);
  if (first && last && *last < *first) members.wrong("last", "lies before the first");
  members.finish();
  // An empty body would tell everybody everything again.
  if (errors.empty() && !first && !last && !wanted.since && wanted.target.empty())
    errors.push_back({"#", "must say which: first, last, failed_since or target", false});
  if (!errors.empty()) return bad_body(std::move(errors));
  if (first || last) {
    wanted.first_id = first.value_or(1);
    wanted.last_id = last.value_or(INT64_MAX);
  }
  const auto count = call.store.ledger().replay(call.site.id, wanted, call.context.clock->now());
  if (!count) return count.error();
  return replayed(*count);
}

}  // namespace sosik::admin
