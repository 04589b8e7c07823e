// Standard Webhooks (N-150 to N-156): a signed JSON message. The body is made from the delivery
// alone, so it is the same bytes at every attempt; the timestamp and with it the signature are of
// the attempt.
#include <nlohmann/json.hpp>

#include "messenger.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/publish/webhook_secret.hpp"

namespace sosik {

namespace {

std::string body_of(const Delivery& delivery) {
  auto text = [](const std::string& s) {
    return nlohmann::json(s).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  return "{\"type\":" + text(delivery.event_type) +
         ",\"timestamp\":" + text(rfc3339_date(delivery.event_at, TimeZone::utc())) +
         ",\"data\":" + (delivery.event_data.empty() ? "{}" : delivery.event_data) + "}";
}

class WebhookMessenger final : public Messenger {
 public:
  Result<OutboundRequest> request(const Delivery& delivery, const Target& target, const Site&,
                                  Timestamp attempt_at) override {
    if (delivery.topic.find('.') != std::string::npos) {
      return invalid("the message id " + delivery.topic + " holds a '.', which ends it (N-152)");
    }
    OutboundRequest request;
    request.url = target.url;
    request.body = body_of(delivery);
    request.headers = {{"Content-Type", "application/json"},
                       {"webhook-id", delivery.topic},
                       {"webhook-timestamp", std::to_string(to_unix_seconds(attempt_at))},
                       {"webhook-signature", webhook_signature(target.secret, delivery.topic,
                                                               attempt_at, request.body)}};
    return request;
  }

  Verdict verdict(const Target&, const OutboundRequest& request, const OutboundResponse& response,
                  Timestamp now) override {
    auto verdict = verdict_of_status(request, response, now, false);
    if (response.status == 410) {
      verdict.kind = Verdict::Kind::over;
      verdict.detail = "answered 410: the endpoint is gone";
    }
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
