// rssCloud, the publisher's side (N-117): a form that tells a cloud which RSS feed has changed. The
// cloud answers in XML or JSON whether it took the ping; it fetches the feed first and compares.
#include <nlohmann/json.hpp>
#include <optional>
#include <pugixml.hpp>
#include <string>

#include "messenger.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "too_fast.hpp"

namespace sosik {

namespace {

struct CloudReply {
  bool is_success = false;
  std::string message;  // one clean line
};

// <result success="true" msg="Thanks for the ping."/>
std::optional<CloudReply> parse_xml(std::string_view body) {
  pugi::xml_document document;
  // Neither document types nor their entities are read (N-094).
  if (!document.load_buffer(body.data(), body.size())) return std::nullopt;
  const auto result = document.child("result");
  const auto success = result.attribute("success");
  if (!success) return std::nullopt;
  return CloudReply{success.as_bool(), clean_line(result.attribute("msg").as_string())};
}

// {"success": true, "msg": "..."}
std::optional<CloudReply> parse_json(std::string_view body) {
  const auto reply = nlohmann::json::parse(body, nullptr, false);
  if (!reply.is_object()) return std::nullopt;
  const auto success = reply.find("success");
  if (success == reply.end() || !success->is_boolean()) return std::nullopt;
  const auto message = reply.find("msg");
  const bool has_message = message != reply.end() && message->is_string();
  return CloudReply{success->get<bool>(),
                    has_message ? clean_line(message->get_ref<const std::string&>()) : ""};
}

class RssCloudMessenger final : public Messenger {
 public:
  Result<OutboundRequest> request(std::span<const Delivery> together, const Target& target,
                                  const Site&, Timestamp) override {
    OutboundRequest request;
    request.url = target.url;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                       {"Accept", "text/xml, application/xml, application/json;q=0.5"}};
    request.body = "url=" + encode_form(together.front().topic);
    return request;
  }

  Verdict verdict(const Target&, const OutboundRequest& request, const OutboundResponse& response,
                  Timestamp now) override {
    auto by_status = verdict_of_status(request, response, now, true);
    if (by_status.kind == Verdict::Kind::again || response.status >= 500) return by_status;
    auto reply = parse_xml(response.body);
    if (!reply) reply = parse_json(response.body);
    if (reply && !reply->is_success) return refusal(reply->message);
    if (by_status.kind != Verdict::Kind::told) {
      if (is_final_status(response.status)) by_status.kind = Verdict::Kind::over;
      return by_status;
    }
    if (!reply)
      return {Verdict::Kind::later, "protocol",
              "answered " + std::to_string(response.status) + " without a result"};
    return {};
  }

 private:
  static Verdict refusal(const std::string& message) {
    const auto said = message.empty() ? std::string("no reason given") : message;
    if (is_too_fast(said)) return {Verdict::Kind::later, "rejected", said, too_fast_wait};
    // The cloud could not fetch the feed just now.
    if (said.find("failed when reading") != std::string::npos)
      return {Verdict::Kind::later, "rejected", said};
    return {Verdict::Kind::over, "rejected", said};
  }
};

}  // namespace

std::unique_ptr<Messenger> make_rsscloud_messenger() {
  return std::make_unique<RssCloudMessenger>();
}

}  // namespace sosik
