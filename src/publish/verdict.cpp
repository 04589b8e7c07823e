#include "verdict.hpp"

#include <algorithm>
#include <charconv>

#include "sosik/base/decode.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/base/url.hpp"
#include "sosik/publish/schedule.hpp"

namespace sosik {

using std::chrono::seconds;

namespace {

constexpr seconds throttling{10};                    // where the party does not say for how long
constexpr std::size_t longest_detail = 300;          // bytes
constexpr std::size_t longest_response_body = 1024;  // N-175

std::string one_line(std::string_view text) {
  auto line = clean_line(text);
  line.resize(prefix_of_bytes(line, longest_detail));
  return line;
}

// Whatever encoding the party answers in.
std::string readable(std::string_view bytes) {
  const auto decoded = decode_text(bytes, declared_charset(bytes));
  return clean_text(decoded ? std::string_view(decoded->text) : bytes);
}

bool is_https(std::string_view url) { return url.substr(0, 6) == "https:"; }

Verdict redirect(const OutboundRequest& request, const OutboundResponse& response) {
  auto where = resolve_url(request.url, response.header("location"));
  auto status = std::to_string(response.status);
  if (!where || response.header("location").empty()) {
    return {Verdict::Kind::later, "status", "redirected (" + status + ") to nowhere"};
  }
  if (is_https(request.url) && !is_https(*where)) {
    return {Verdict::Kind::later, "status",
            "redirected (" + status + ") from https to http: refused"};
  }
  return {Verdict::Kind::again, "status", "redirected (" + status + ")", std::nullopt, *where};
}

}  // namespace

Verdict verdict_of(const OutboundFailure& failure) {
  auto kind = failure.error_class == "url" ? Verdict::Kind::over : Verdict::Kind::later;
  return {kind, failure.error_class, one_line(failure.detail)};
}

Verdict verdict_of_status(const OutboundRequest& request, const OutboundResponse& response,
                          Timestamp now, bool may_redirect) {
  if (response.status >= 200 && response.status < 300) return {};
  if (may_redirect && (response.status == 307 || response.status == 308)) {
    return redirect(request, response);
  }
  Verdict verdict{Verdict::Kind::later, "status", "answered " + std::to_string(response.status),
                  retry_after(response, now)};
  verdict.throttles = response.status == 429 || response.status == 502 || response.status == 504;
  return verdict;
}

std::optional<seconds> retry_after(const OutboundResponse& response, Timestamp now) {
  auto text = response.header("retry-after");
  if (text.empty()) return std::nullopt;
  std::int64_t count = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc::result_out_of_range && text[0] != '-') return longest_wait;
  if (error == std::errc() && end == text.data() + text.size()) {
    if (count < 0) return std::nullopt;
    return std::min<seconds>(seconds(count), longest_wait);
  }
  auto date = parse_http_date(text, now);
  if (!date || *date <= now) return std::nullopt;
  return std::min<seconds>(std::chrono::ceil<seconds>(*date - now), longest_wait);
}

Attempt attempt_of(const Delivery& delivery, const Verdict& verdict,
                   const OutboundResponse* response, Timestamp began,
                   std::chrono::milliseconds latency) {
  Attempt attempt = attempt_of(delivery, verdict.error_class, verdict.detail, began);
  attempt.latency = latency;
  if (response) {
    attempt.status = response->status;
    attempt.response_body = readable(response->body.substr(0, 2 * longest_response_body));
    attempt.response_body.resize(prefix_of_bytes(attempt.response_body, longest_response_body));
  }
  return attempt;
}

Attempt attempt_of(const Delivery& delivery, std::string error_class, std::string detail,
                   Timestamp at) {
  Attempt attempt;
  attempt.delivery = delivery.id;
  attempt.number = delivery.attempts;
  attempt.at = at;
  attempt.error_class = std::move(error_class);
  attempt.detail = one_line(detail);
  return attempt;
}

AttemptOutcome outcome_of(const Delivery& delivery, const Verdict& verdict, Timestamp now) {
  switch (verdict.kind) {
    case Verdict::Kind::told:
      return {DeliveryState::delivered, now};
    case Verdict::Kind::over:
      return {DeliveryState::gave_up, now, std::nullopt, verdict.ends_target};
    case Verdict::Kind::later:
    case Verdict::Kind::again:
      break;
  }
  auto next = next_attempt(delivery, delivery.tries, now, verdict.not_before);
  AttemptOutcome outcome{next ? DeliveryState::pending : DeliveryState::gave_up,
                         next.value_or(now)};
  if (verdict.throttles)
    outcome.others_wait_until = now + std::max(verdict.not_before.value_or(seconds(0)), throttling);
  return outcome;
}

}  // namespace sosik
