// Standard Webhooks (N-150 to N-156): a signed JSON message. The body is made from the delivery
// alone, so it is the same bytes at every attempt; the timestamp and with it the signature are of
// the attempt.
#include <nlohmann/json.hpp>

#include "messenger.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/publish/webhook_secret.hpp"

namespace sosik {

namespace {

// A receiver that is overloaded is left alone so long when it names no time (N-156).
constexpr std::chrono::minutes throttled_wait{1};

// Both are JSON objects without white space around them, and share no member. "" is {}.
std::string merged(const std::string& object, const std::string& more) {
  if (more.size() <= 2) return object.size() <= 2 ? "{}" : object;
  if (object.size() <= 2) return more;
  return object.substr(0, object.size() - 1) + ',' + more.substr(1);
}

std::string body_of(const Delivery& delivery, bool is_full) {
  auto text = [](const std::string& s) {
    return nlohmann::json(s).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  return "{\"type\":" + text(delivery.event_type) +
         ",\"timestamp\":" + text(rfc3339_date(delivery.event_at, TimeZone::utc())) +
         ",\"data\":" + merged(delivery.event_data, is_full ? delivery.event_content : "") + "}";
}

// One of each secret, so that a receiver that knows only the old or only the new one can verify it
// (N-154).
std::string signatures(const Target& target, const Delivery& delivery, Timestamp attempt_at,
                       std::string_view body) {
  std::string all;
  for (const auto& key : target.secrets) {
    if (!all.empty()) all += ' ';
    all += webhook_signature(key, delivery.topic, attempt_at, body);
  }
  return all;
}

class WebhookMessenger final : public Messenger {
 public:
  Result<OutboundRequest> request(std::span<const Delivery> together, const Target& target,
                                  const Site&, Timestamp attempt_at) override {
    const auto& delivery = together.front();
    if (delivery.topic.find('.') != std::string::npos) {
      return invalid("the message id " + delivery.topic + " holds a '.', which ends it (N-152)");
    }
    if (target.secrets.empty()) return invalid("there is no secret to sign with");
    OutboundRequest request;
    request.url = target.url;
    request.body = body_of(delivery, target.is_full);
    request.headers = {
        {"Content-Type", "application/json"},
        {"webhook-id", delivery.topic},
        {"webhook-timestamp", std::to_string(to_unix_seconds(attempt_at))},
        {"webhook-signature", signatures(target, delivery, attempt_at, request.body)}};
    request.headers.insert(request.headers.end(), target.headers.begin(), target.headers.end());
    return request;
  }

  Verdict verdict(const Target&, const OutboundRequest& request, const OutboundResponse& response,
                  Timestamp now) override {
    auto verdict = verdict_of_status(request, response, now, false);
    if (response.status == 410) {
      verdict.kind = Verdict::Kind::over;
      verdict.ends_target = verdict.detail = "answered 410: the endpoint is gone";
    }
    const bool is_throttled =
        response.status == 429 || response.status == 502 || response.status == 504;
    if (is_throttled && !verdict.not_before) verdict.not_before = throttled_wait;
    // N-160: a receiver's way to say that it will never want this message.
    if (verdict.kind == Verdict::Kind::later &&
        response.header("webhook-delivery") == "abort-message") {
      verdict.kind = Verdict::Kind::over;
      verdict.detail += " and asked to stop";
    }
    return verdict;
  }
};

}  // namespace

std::unique_ptr<Messenger> make_webhook_messenger() { return std::make_unique<WebhookMessenger>(); }

}  // namespace sosik
