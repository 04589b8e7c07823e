// Discord's webhooks (N-172). The hook's URL is the secret. "wait=true" makes Discord answer only
// when the message is there.
#include <cmath>
#include <nlohmann/json.hpp>

#include "chat.hpp"
#include "messenger.hpp"
#include "sosik/base/text.hpp"
#include "sosik/publish/schedule.hpp"

namespace sosik {

namespace {

// Discord's limits are 256 and 4096, of 6000 in all; counted in the units of UTF-16, which are
// never fewer than its characters. A summary is meant to be short.
constexpr std::size_t longest_title = 256, longest_description = 1000;
constexpr int colour = 0x3B6EA5;

std::string without_markup(std::string_view text) {
  constexpr std::string_view marks = "\\*_~`|<>[]#";
  std::string out;
  for (char c : text) {
    if (marks.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// `text` as it stands, cut so that it fits with its backslashes.
std::string shown(const std::string& text, std::size_t most) {
  for (auto units = most;; units = units * 3 / 4) {
    auto out = without_markup(excerpt(text, units, Measure::utf16_units));
    if (prefix_of_utf16(out, most) == out.size()) return out;
  }
}

std::string with_wait(std::string url) {
  url.erase(std::min(url.find('#'), url.size()));
  return url + (url.find('?') == std::string::npos ? '?' : '&') + "wait=true";
}

// {"message": "You are being rate limited.", "retry_after": 0.65, "global": false}
struct DiscordRefusal {
  std::string message;
  std::optional<std::chrono::seconds> retry_after;
};

DiscordRefusal parse_refusal(const std::string& body) {
  DiscordRefusal refusal;
  const auto reply = nlohmann::json::parse(body, nullptr, false);
  if (!reply.is_object()) return refusal;
  if (auto said = reply.find("message"); said != reply.end() && said->is_string())
    refusal.message = said->get<std::string>();
  if (auto wait = reply.find("retry_after"); wait != reply.end() && wait->is_number()) {
    const double longest = std::chrono::duration<double>(longest_wait).count();
    const double seconds = std::clamp(wait->get<double>(), 0.0, longest);
    refusal.retry_after = std::chrono::seconds(static_cast<std::int64_t>(std::ceil(seconds)));
  }
  return refusal;
}

class DiscordMessenger final : public Messenger {
 public:
  Result<OutboundRequest> request(std::span<const Delivery> together, const Target& target,
                                  const Site&, Timestamp) override {
    const auto news = chat_news(together.front());
    if (!news) return news.error();
    nlohmann::ordered_json embed;
    embed["title"] = shown(news->title, longest_title);
    if (!news->url.empty()) embed["url"] = news->url;
    if (!news->summary.empty()) embed["description"] = shown(news->summary, longest_description);
    if (!news->published.empty()) embed["timestamp"] = news->published;
    embed["color"] = colour;
    nlohmann::ordered_json body;
    body["content"] = news->what;
    body["embeds"] = {embed};
    // Nobody is called by what an author writes, "@everyone" included.
    body["allowed_mentions"] = {{"parse", nlohmann::ordered_json::array()}};
    OutboundRequest request;
    request.url = with_wait(target.url);
    request.headers = {{"Content-Type", "application/json"}};
    request.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    return request;
  }

  Verdict verdict(const Target&, const OutboundRequest& request, const OutboundResponse& response,
                  Timestamp now) override {
    const bool is_refused = response.status >= 400;
    const auto refusal = is_refused ? parse_refusal(response.body) : DiscordRefusal();
    auto verdict = chat_verdict(request, response, now, refusal.message);
    if (response.status == 429 && refusal.retry_after) verdict.not_before = refusal.retry_after;
    return verdict;
  }
};

}  // namespace

std::unique_ptr<Messenger> make_discord_messenger() { return std::make_unique<DiscordMessenger>(); }

}  // namespace sosik
