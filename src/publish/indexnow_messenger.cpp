// IndexNow (N-130 to N-136): search engines are told which URLs have new content, as many as 10,000
// of a host in one call.
#include <nlohmann/json.hpp>

#include "messenger.hpp"
#include "sosik/base/url.hpp"

namespace sosik {

namespace {

constexpr std::size_t most_urls = 10'000;  // N-131

// A key that is not at the root of its host speaks for the URLs below its folder alone (N-130).
bool is_below_key(std::string_view url, const std::string& key_location) {
  const auto folder = std::string_view(key_location).substr(0, key_location.rfind('/') + 1);
  return !key_location.empty() && url.starts_with(folder);
}

class IndexNowMessenger final : public Messenger {
 public:
  // One host, and one place of the key.
  std::optional<std::string> bundle(const Delivery& delivery, const Target& target) const override {
    const auto url = parse_http_url(delivery.topic);
    if (!url) return std::nullopt;
    return (is_below_key(delivery.topic, target.key_location) ? "located " : "root ") + url->host;
  }
  std::size_t most_together(const Target&) const override { return most_urls; }

  Result<OutboundRequest> request(std::span<const Delivery> together, const Target& target,
                                  const Site&, Timestamp) override {
    const auto& first = together.front().topic;
    const auto url = parse_http_url(first);
    if (!url) return invalid("the post's URL cannot be submitted: " + url.error().detail);
    if (target.secrets.empty()) return invalid("there is no publish.indexnow_key");
    nlohmann::ordered_json body;
    body["host"] = url->host;
    body["key"] = target.secrets.front();
    if (is_below_key(first, target.key_location)) body["keyLocation"] = target.key_location;
    auto& urls = body["urlList"] = nlohmann::ordered_json::array();
    for (const auto& delivery : together) urls.push_back(delivery.topic);
    OutboundRequest request;
    request.url = target.url;
    request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
    request.body = body.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
    return request;
  }

  Verdict verdict(const Target&, const OutboundRequest& request, const OutboundResponse& response,
                  Timestamp now) override {
    auto verdict = verdict_of_status(request, response, now, true);
    switch (response.status) {  // N-133
      case 400:
        verdict.kind = Verdict::Kind::over;
        verdict.detail += ": it cannot read the request";
        verdict.may_be_of_one = true;
        break;
      case 403:
        verdict.kind = Verdict::Kind::over;
        verdict.detail += ": it does not find the key on our host";
        verdict.ends_target =
            "answered 403: the key is not valid; see that /{key}.txt of the posts' host is what "
            "publish.indexnow_key says";
        break;
      case 422:
        verdict.kind = Verdict::Kind::over;
        verdict.detail += ": URLs, host and key do not belong together";
        verdict.may_be_of_one = true;
        break;
      default:
        break;
    }
    return verdict;
  }
};

}  // namespace

std::unique_ptr<Messenger> make_indexnow_messenger() {
  return std::make_unique<IndexNowMessenger>();
}

}  // namespace sosik
