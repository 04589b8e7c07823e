#include "delivery_json.hpp"

#include <algorithm>

#include "fields.hpp"

namespace sosik::admin {
namespace {

using std::chrono::minutes;

enum class Failure { none, no_answer, not_accepted, not_tried };

// That no connection was made, none was let, TLS failed, nobody spoke or what came was no HTTP:
// each alone tells what is behind an address, or how a name is resolved here. So they are one, and
// so is every class that is new.
Failure failure_of(const Attempt& attempt) {
  const std::string_view error = attempt.error_class;
  if (error.empty()) return Failure::none;
  if (error == "status" || error == "rejected") return Failure::not_accepted;
  if (error == "expired" || error == "cancelled" || error == "disabled") return Failure::not_tried;
  return Failure::no_answer;
}

Json failure_to_json(Failure failure) {
  switch (failure) {
    case Failure::none:
      return nullptr;
    case Failure::not_accepted:
      return "not accepted";
    case Failure::not_tried:
      return "not tried";
    case Failure::no_answer:
      break;
  }
  return "no answer";
}

std::string status_class(int status) { return std::to_string(status / 100) + "xx"; }

std::string_view latency_class(std::chrono::milliseconds latency) {
  if (latency < std::chrono::seconds(1)) return "under 1 s";
  return latency < std::chrono::seconds(5) ? "1 to 5 s" : "5 s or more";
}

// What follows from an attempt lies as much behind its beginning as the answer took: two exact
// moments would tell that by subtraction.
Timestamp minute_of(Timestamp t) { return std::chrono::floor<minutes>(t); }
Timestamp next_minute(Timestamp t) { return std::chrono::ceil<minutes>(t); }

}  // namespace

Json delivery_to_json(const Delivery& delivery, Sight sight) {
  const bool is_open =
      delivery.state == DeliveryState::pending || delivery.state == DeliveryState::in_flight;
  auto next_at = delivery.next_at;
  auto ended_at = delivery.ended_at;
  if (sight == Sight::outcome) {
    next_at = next_minute(next_at);  // of one that was never tried, too: others may make it wait
    if (ended_at) ended_at = std::max(minute_of(*ended_at), delivery.created_at);
  }
  return {{"id", delivery.id},
          {"kind", to_string(delivery.kind)},
          {"target", delivery.target},
          {"topic", delivery.topic},
          {"post_id", delivery.subject.empty() ? Json() : Json(delivery.subject)},
          {"event", delivery.event_type.empty() ? Json() : Json(delivery.event_type)},
          {"revision", delivery.revision},
          {"state", to_string(delivery.state)},
          {"is_behind", delivery.is_behind},
          {"attempt_count", delivery.attempts},
          {"created_at", shown_time(delivery.created_at)},
          {"next_at", is_open ? Json(shown_time(next_at)) : Json()},
          {"ended_at", shown_time(ended_at)},
          {"confirmed_at", shown_time(delivery.confirmed_at)}};
}

Json attempt_to_json(const Attempt& attempt, Sight sight) {
  const auto failure = failure_of(attempt);
  const bool is_answered = (failure == Failure::none || failure == Failure::not_accepted) &&
                           attempt.status >= 100 && attempt.status <= 599;
  Json shown = {{"number", attempt.number},
                {"at", moment_to_json(attempt.at, sight)},
                {"failure", failure_to_json(failure)},
                {"status_class", is_answered ? Json(status_class(attempt.status)) : Json()},
                {"latency_class", is_answered ? Json(latency_class(attempt.latency)) : Json()}};
  if (sight == Sight::outcome) return shown;
  shown["latency_ms"] = attempt.latency.count();
  shown["status"] = attempt.status == 0 ? Json() : Json(attempt.status);
  shown["error"] = attempt.error_class.empty() ? Json() : Json(attempt.error_class);
  shown["detail"] = attempt.detail;
  shown["response"] = attempt.response_body;
  return shown;
}

Json disabled_why_to_json(const TargetState* state, Sight sight) {
  if (!state || !state->disabled_at) return nullptr;
  const std::string_view why = state->disabled_why;
  if (sight == Sight::details) return why;
  // What is stored may end with a class of error or quote an answer. A reason that is not known
  // here is told by the last words.
  static constexpr std::pair<std::string_view, std::string_view> told[] = {
      {"by the admin API", "by the admin API"},
      {"by the operator", "by the operator"},
      {"answered 410", "the endpoint is gone"},
      {"it has failed for ", "it has failed for too long without a success"},
      {"more than ", "too many deliveries were waiting for it"}};
  for (const auto& [begin, words] : told)
    if (why.starts_with(begin)) return words;
  return "it could not be told";
}

Json moment_to_json(const std::optional<Timestamp>& moment, Sight sight) {
  return shown_time(asked_moment(moment, sight));
}

std::optional<Timestamp> asked_moment(std::optional<Timestamp> moment, Sight sight) {
  if (moment && sight == Sight::outcome) return minute_of(*moment);
  return moment;
}

}  // namespace sosik::admin
