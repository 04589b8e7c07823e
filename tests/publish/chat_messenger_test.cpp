// Slack and Discord: what is said, what an author cannot make them say, and what they answer.
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "messaging.hpp"
#include "sosik/base/text.hpp"

using namespace sosik;
using Kind = Verdict::Kind;
using nlohmann::json;

namespace {

const std::string secret = "T0SECRET";
const Target slack = target(TargetKind::slack, "https://hooks.slack.example/services/" + secret);
const Target discord =
    target(TargetKind::discord, "https://discord.example/api/webhooks/1/" + secret);

Delivery news(const std::string& type, const json& data) {
  auto d = delivery(TargetKind::slack, "evt_0123456789abcdef01234567");
  d.event_type = type;
  d.event_data = data.dump(-1, ' ', false, json::error_handler_t::replace);
  return d;
}

Delivery post(const std::string& title, const std::string& summary = "") {
  return news("post.published", {{"title", title},
                                 {"url", "https://blog.example/posts/a?x=1&y=2"},
                                 {"summary", summary},
                                 {"published", "2026-11-23T09:05:09Z"}});
}

json body_of(Messenger& messenger, const Delivery& d, const Target& to) {
  return json::parse(request_of(messenger, d, to).value().body);
}

std::string slack_text(const Delivery& d) {
  auto messenger = make_slack_messenger();
  return body_of(*messenger, d, slack)["text"];
}

json discord_embed(const Delivery& d) {
  auto messenger = make_discord_messenger();
  return body_of(*messenger, d, discord)["embeds"][0];
}

std::size_t utf16_units(const std::string& text) {
  std::size_t units = 0;
  while (prefix_of_utf16(text, units) < text.size()) ++units;
  return units;
}

}  // namespace

TEST_CASE("A chat is told in Korean what happened to a post [N-170][N-172]", "[publish][chat]") {
  auto [type, want] = GENERATE(table<std::string, std::string>({
      {"post.published", "새 글: <https://blog.example/a|첫 글>\n요약입니다"},
      {"post.updated", "고친 글: <https://blog.example/a|첫 글>\n요약입니다"},
      {"post.unpublished", "내린 글: 첫 글"},  // no way to a page that is gone
      {"post.deleted", "내린 글: 첫 글"},
  }));
  INFO(type);
  const auto d = news(
      type, {{"title", " 첫\n글 "}, {"url", "https://blog.example/a"}, {"summary", "요약입니다"}});
  CHECK(slack_text(d) == want);
  auto messenger = make_discord_messenger();
  const auto body = body_of(*messenger, d, discord);
  CHECK(body["content"] == want.substr(0, want.find(':')));
  CHECK(body["embeds"][0]["title"] == "첫 글");
  CHECK(body["embeds"][0].contains("url") == (type == "post.published" || type == "post.updated"));
}

TEST_CASE("A feed, and a post without a title, have something to be called by", "[publish][chat]") {
  CHECK(slack_text(
            news("feed.changed", {{"feed", "dev"}, {"rss", "https://blog.example/dev/rss.xml"}})) ==
        "바뀐 피드: <https://blog.example/dev/rss.xml|dev>");
  CHECK(
      slack_text(news("post.published",
                      {{"title", ""}, {"excerpt", "오늘은"}, {"url", "https://blog.example/a"}})) ==
      "새 글: <https://blog.example/a|오늘은>");
  CHECK(slack_text(news("post.published", {{"url", "https://blog.example/a"}})) ==
        "새 글: <https://blog.example/a|https://blog.example/a>");
  auto messenger = make_slack_messenger();
  CHECK_FALSE(request_of(*messenger, news("post.moved", json::object()), slack).has_value());
  CHECK_FALSE(request_of(*messenger, news("post.published", "text"), slack).has_value());
}

TEST_CASE(
    "Slack: only & < > are escaped, and no title ends the link or calls a channel "
    "[N-170][N-171]",
    "[publish][chat]") {
  CHECK(slack_text(post("A&B <!channel> | <@U1>|c > d", "a < b && *c*")) ==
        "새 글: <https://blog.example/posts/a?x=1&amp;y=2|A&amp;B &lt;!channel&gt; ｜ "
        "&lt;@U1&gt;｜c &gt; d>\na &lt; b &amp;&amp; *c*");
  CHECK(slack_text(news("post.published", {{"title", "x"}, {"url", "https://b.example/a|b>c"}})) ==
        "새 글: <https://b.example/a%7Cb&gt;c|x>");
  auto messenger = make_slack_messenger();
  const auto body = body_of(*messenger, post("x"), slack);
  CHECK(body["unfurl_links"] == false);
  CHECK(body["unfurl_media"] == false);
}

TEST_CASE("Discord: nobody is mentioned and markup is text, whatever a title says [N-172]",
          "[publish][chat]") {
  auto messenger = make_discord_messenger();
  const auto d = post("@everyone **굵게** [나쁜](https://evil.example) <@1>", "__init__ `x`");
  const auto request = request_of(*messenger, d, discord).value();
  CHECK(request.url == discord.url + "?wait=true");
  const auto body = json::parse(request.body);
  CHECK(body["allowed_mentions"] == json::parse(R"({"parse":[]})"));
  const auto& embed = body["embeds"][0];
  CHECK(embed["title"] == R"(@everyone \*\*굵게\*\* \[나쁜\](https://evil.example) \<@1\>)");
  CHECK(embed["description"] == R"(\_\_init\_\_ \`x\`)");
  CHECK(embed["url"] == "https://blog.example/posts/a?x=1&y=2");
  CHECK(embed["timestamp"] == "2026-11-23T09:05:09Z");
  CHECK(embed["color"].is_number_integer());
  CHECK(body["content"].get<std::string>().find('@') == std::string::npos);
}

TEST_CASE("Discord's wait=true joins a query that is there", "[publish][chat]") {
  auto messenger = make_discord_messenger();
  auto threaded = discord;
  threaded.url += "?thread_id=7";
  CHECK(request_of(*messenger, post("x"), threaded)->url == threaded.url + "&wait=true");
}

TEST_CASE("No message is longer than a chat takes, and characters stay whole [N-172][K-033]",
          "[publish][chat]") {
  auto piece = GENERATE(as<std::string>{}, "가", "😀", "*", "👨‍👩‍👧", "a ");
  std::string text;
  while (text.size() < 20'000) text += piece;
  const auto embed = discord_embed(post(text, "요약 " + text));
  const std::string title = embed["title"], description = embed["description"];
  INFO(piece);
  CHECK(utf16_units(title) <= 256);
  CHECK(utf16_units(title) > 128);
  CHECK(utf16_units(description) <= 4096);
  CHECK(is_valid_utf8(title));
  CHECK(title.ends_with("…"));
  CHECK(slack_text(post(text, "요약 " + text)).size() < 40'000);
}

TEST_CASE("Slack's answers: only 200 with ok is told [N-170]", "[publish][chat]") {
  auto messenger = make_slack_messenger();
  const auto request = request_of(*messenger, post("x"), slack).value();
  auto [status, body, kind, ends] = GENERATE(table<int, std::string, Kind, bool>({
      {200, "ok", Kind::told, false},
      {200, "ok\n", Kind::told, false},
      {200, "<html>sign in</html>", Kind::later, false},
      {400, "invalid_payload", Kind::over, false},
      {403, "action_prohibited", Kind::over, false},
      {404, "no_service", Kind::over, true},
      {410, "channel_is_archived", Kind::over, true},
      {429, "rate_limited", Kind::later, false},
      {500, "rollup_error", Kind::later, false},
      {302, "", Kind::later, false},
      {307, "", Kind::later, false},
  }));
  INFO(status << ' ' << body);
  auto answer = response(status, body, "30");
  answer.headers.emplace_back("location", "https://elsewhere.example/");
  auto verdict = messenger->verdict(slack, request, answer, now);
  CHECK(verdict.kind == kind);
  CHECK(verdict.ends_target.empty() != ends);
  if (status == 429) CHECK(verdict.not_before == std::chrono::seconds(30));
  if (status == 400) CHECK(verdict.detail == "answered 400: invalid_payload");
  CHECK((verdict.detail + verdict.ends_target).find(secret) == std::string::npos);
}

TEST_CASE("Discord's answers: an unknown webhook ends it, 429 says how long in its body [N-172]",
          "[publish][chat]") {
  auto messenger = make_discord_messenger();
  const auto request = request_of(*messenger, post("x"), discord).value();
  using seconds = std::chrono::seconds;
  auto [status, body, kind, ends, wait] =
      GENERATE(table<int, std::string, Kind, bool, std::optional<seconds>>({
          {200, R"({"id":"1"})", Kind::told, false, std::nullopt},
          {204, "", Kind::told, false, std::nullopt},
          {400, R"({"message":"Cannot send an empty message"})", Kind::over, false, seconds(7)},
          {401, "", Kind::over, false, seconds(7)},
          {404, R"({"message":"Unknown Webhook","code":10015})", Kind::over, true, seconds(7)},
          {410, "", Kind::over, true, seconds(7)},
          {429, R"({"message":"You are being rate limited.","retry_after":64.57})", Kind::later,
           false, seconds(65)},
          {429, R"({"retry_after":1e300})", Kind::later, false, seconds(86400)},
          {429, R"({"retry_after":-1})", Kind::later, false, seconds(0)},
          {429, R"({"retry_after":"x"})", Kind::later, false, seconds(7)},
          {429, "<html>", Kind::later, false, seconds(7)},
          {502, "", Kind::later, false, seconds(7)},
      }));
  INFO(status << ' ' << body);
  auto verdict = messenger->verdict(discord, request, response(status, body, "7"), now);
  CHECK(verdict.kind == kind);
  CHECK(verdict.ends_target.empty() != ends);
  CHECK((verdict.not_before == wait));
  CHECK((verdict.detail + verdict.ends_target).find(secret) == std::string::npos);
}
