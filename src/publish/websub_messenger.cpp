// WebSub, the publisher's side (N-006 to N-008): a form that tells a hub which topic has changed.
#include "messenger.hpp"
#include "sosik/base/url.hpp"

namespace sosik {

namespace {

class WebSubMessenger final : public Messenger {
 public:
  Result<OutboundRequest> request(std::span<const Delivery> together, const Target& target,
                                  const Site&, Timestamp) override {
    // hub.url is what Google's and Superfeedr's hubs read, hub.topic what others do; the topic is
    // an ASCII URL already, so its own %XX are encoded once more, as a form wants it, and nothing
    // else is (K-067).
    auto topic = encode_form(together.front().topic);
    OutboundRequest request;
    request.url = target.url;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = "hub.mode=publish&hub.url=" + topic + "&hub.topic=" + topic;
    return request;
  }

  Verdict verdict(const Target&, const OutboundRequest& request, const OutboundResponse& response,
                  Timestamp now) override {
    return verdict_of_status(request, response, now, true);
  }
};

}  // namespace

std::unique_ptr<Messenger> make_websub_messenger() { return std::make_unique<WebSubMessenger>(); }

}  // namespace sosik
