// Slack's incoming webhooks (N-170, N-171), and chats that take the same form. The hook's URL is
// the secret.
#include <nlohmann/json.hpp>

#include "chat.hpp"
#include "messenger.hpp"
#include "sosik/base/text.hpp"

namespace sosik {

namespace {

constexpr std::size_t longest_title = 300, longest_summary = 1000;  // UTF-16 units
constexpr std::size_t longest_reason = 100;

// "&", "<" and ">" are all that Slack reads as markup of its own: links, "<!channel>", "<@name>".
std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

// <url|label>: a bar in the label would end the URL's part, so it becomes a full-width one; in a
// URL it is written %7C.
std::string link(const std::string& url, const std::string& label) {
  std::string target, text;
  for (char c : url) target += c == '|' ? "%7C" : std::string(1, c);
  for (char c : label) text += c == '|' ? "｜" : std::string(1, c);
  return '<' + escaped(target) + '|' + escaped(text) + '>';
}

std::string message(const ChatNews& news) {
  const auto title = excerpt(news.title, longest_title, Measure::utf16_units);
  std::string text = news.what + ": " + (news.url.empty() ? escaped(title) : link(news.url, title));
  if (!news.summary.empty())
    text += '\n' + escaped(excerpt(news.summary, longest_summary, Measure::utf16_units));
  return text;
}

class SlackMessenger final : public Messenger {
 public:
  Result<OutboundRequest> request(std::span<const Delivery> together, const Target& target,
                                  const Site&, Timestamp) override {
    const auto news = chat_news(together.front());
    if (!news) return news.error();
    nlohmann::ordered_json body;
    body["text"] = message(*news);
    // What a preview would show stands there already.
    body["unfurl_links"] = false;
    body["unfurl_media"] = false;
    OutboundRequest request;
    request.url = target.url;
    request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
    request.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    return request;
  }

  Verdict verdict(const Target&, const OutboundRequest& request, const OutboundResponse& response,
                  Timestamp now) override {
    const auto said = clean_line(response.body);
    auto verdict =
        chat_verdict(request, response, now, said.substr(0, prefix_of_bytes(said, longest_reason)));
    // A page that is shown to everybody who has no access answers 200 too.
    if (verdict.kind == Verdict::Kind::told && said != "ok")
      return {Verdict::Kind::later, "protocol",
              "answered " + std::to_string(response.status) + " without \"ok\""};
    return verdict;
  }
};

}  // namespace

std::unique_ptr<Messenger> make_slack_messenger() { return std::make_unique<SlackMessenger>(); }

}  // namespace sosik
