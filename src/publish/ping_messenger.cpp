// weblogUpdates pings (N-090 to N-098): extendedPing, and the plain ping for endpoints that do not
// know it, remembered while the process lives.
#include <set>

#include "messenger.hpp"
#include "sosik/base/text.hpp"
#include "too_fast.hpp"
#include "xml_rpc.hpp"

namespace sosik {

namespace {

// weblogs.com's limits, in characters.
constexpr std::size_t longest_name = 1024, longest_url = 255;

class PingMessenger final : public Messenger {
 public:
  Result<OutboundRequest> request(std::span<const Delivery> together, const Target& target,
                                  const Site& site, Timestamp) override {
    auto name = clean_line(site.title);
    name.resize(prefix_of_graphemes(name, longest_name));
    const auto& site_url = together.front().topic;
    if (site_url.size() > longest_url) {
      return invalid("the site's URL has more than 255 characters: no ping service takes it");
    }
    const auto feed_url = site.public_url + "/rss.xml";
    bool is_extended = !plain_.contains(target.url) && feed_url.size() <= longest_url;
    OutboundRequest request;
    request.url = target.url;
    request.headers = {{"Content-Type", "text/xml"}};
    request.body = is_extended ? xml_rpc_call("weblogUpdates.extendedPing",
                                              {name, site_url, site_url, feed_url})
                               : xml_rpc_call("weblogUpdates.ping", {name, site_url});
    return request;
  }

  Verdict verdict(const Target& target, const OutboundRequest& request,
                  const OutboundResponse& response, Timestamp now) override {
    auto by_status = verdict_of_status(request, response, now, true);
    if (response.status != 200) return not_200(std::move(by_status), response.status);
    auto reply = parse_xml_rpc_reply(response.body);
    if (!reply) return {Verdict::Kind::later, "protocol", reply.error().detail};
    if (reply->fault && reply->fault->is_method_not_found() &&
        request.body.find("extendedPing") != std::string::npos) {
      plain_.insert(target.url);
      return {Verdict::Kind::again, "rejected", "does not know extendedPing"};
    }
    if (!reply->fault && !reply->is_error) return {};
    auto said = reply->message.empty() ? std::string("no reason given") : reply->message;
    if (is_too_fast(said)) return {Verdict::Kind::later, "rejected", said, too_fast_wait};
    auto detail = reply->fault ? "fault " + std::to_string(reply->fault->code) + ": " + said : said;
    return {Verdict::Kind::over, "rejected", detail};  // N-095: no retry storm
  }

 private:
  // Only 200 carries a reply. Retried is what may pass: 5xx, and "later" in so many words.
  static Verdict not_200(Verdict verdict, int status) {
    if (verdict.kind == Verdict::Kind::told) {
      return {Verdict::Kind::later, "protocol",
              "answered " + std::to_string(status) + " without a reply to the call"};
    }
    if (verdict.kind == Verdict::Kind::later && is_final_status(status))
      verdict.kind = Verdict::Kind::over;
    return verdict;
  }

  std::set<std::string> plain_;  // endpoints that know the plain ping only (N-098)
};

}  // namespace

std::unique_ptr<Messenger> make_ping_messenger() { return std::make_unique<PingMessenger>(); }

}  // namespace sosik
