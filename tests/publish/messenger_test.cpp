#include "messenger.hpp"

#include "catch.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/publish/webhook_secret.hpp"
#include "xml_rpc.hpp"

using namespace sosik;
using Kind = Verdict::Kind;

namespace {

const Timestamp now = from_unix_ms(1'795'424'709'000);  // 2026-11-23 09:05:09 UTC

Site site() {
  Site s;
  s.title = "소식 & <글>";
  s.public_url = "https://blog.example";
  s.home_url = "https://blog.example/";
  return s;
}

Delivery delivery(TargetKind kind, std::string topic) {
  Delivery d;
  d.id = 1;
  d.kind = kind;
  d.topic = std::move(topic);
  d.attempts = 1;
  d.created_at = now;
  return d;
}

Target target(TargetKind kind, std::string url) {
  Target t;
  t.kind = kind;
  t.name = "x";
  t.url = std::move(url);
  return t;
}

OutboundResponse response(int status, std::string body = {}, std::string retry_after = {}) {
  OutboundResponse r;
  r.status = status;
  r.body = std::move(body);
  if (!retry_after.empty()) r.headers.emplace_back("retry-after", retry_after);
  return r;
}

std::string header(const OutboundRequest& request, std::string_view name) {
  for (auto& [n, value] : request.headers) {
    if (n == name) return value;
  }
  return {};
}

std::string reply(const std::string& flerror, const std::string& message) {
  return "<?xml version=\"1.0\"?><methodResponse><params><param><value><struct>"
         "<member><name>flerror</name><value>" +
         flerror + "</value></member><member><name>message</name><value>" + message +
         "</value></member></struct></value></param></params></methodResponse>";
}

std::string fault(const std::string& code, const std::string& text) {
  return "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>" + code +
         "</int></value></member><member><name>faultString</name><value><string>" + text +
         "</string></value></member></struct></value></fault></methodResponse>";
}

Verdict judge(Messenger& messenger, const Target& to, const OutboundResponse& answer) {
  auto request = messenger.request(delivery(to.kind, "https://blog.example/"), to, site(), now);
  return messenger.verdict(to, request.value(), answer, now);
}

}  // namespace

TEST_CASE("A hub is told the topic by both names, encoded exactly once [N-006][K-067]",
          "[publish][websub]") {
  auto messenger = make_websub_messenger();
  auto hub = target(TargetKind::websub, "https://hub.example/");
  auto request = messenger->request(
      delivery(TargetKind::websub, "https://blog.example/category/%EA%B0%9C%EB%B0%9C/rss.xml"), hub,
      site(), now);
  REQUIRE(request.has_value());
  CHECK(request->method == "POST");
  CHECK(request->url == "https://hub.example/");
  CHECK(header(*request, "Content-Type") == "application/x-www-form-urlencoded");
  const std::string topic =
      "https%3A%2F%2Fblog.example%2Fcategory%2F%25EA%25B0%259C%25EB%25B0%259C%2Frss.xml";
  CHECK(request->body == "hub.mode=publish&hub.url=" + topic + "&hub.topic=" + topic);
}

TEST_CASE("Any 2xx of a hub is told, everything else is tried again [N-008]", "[publish][websub]") {
  auto messenger = make_websub_messenger();
  auto hub = target(TargetKind::websub, "https://hub.example/");
  auto [status, kind] = GENERATE(table<int, Kind>({{200, Kind::told},
                                                   {202, Kind::told},
                                                   {204, Kind::told},
                                                   {301, Kind::later},
                                                   {302, Kind::later},
                                                   {400, Kind::later},
                                                   {404, Kind::later},
                                                   {429, Kind::later},
                                                   {500, Kind::later},
                                                   {503, Kind::later}}));
  INFO(status);
  auto verdict = judge(*messenger, hub, response(status));
  CHECK(verdict.kind == kind);
  CHECK(verdict.error_class == (kind == Kind::told ? "" : "status"));
}

TEST_CASE("A publish follows 307 and 308, never from https to http [N-187]", "[publish][websub]") {
  auto messenger = make_websub_messenger();
  auto hub = target(TargetKind::websub, "https://hub.example/old");
  auto moved = response(308);
  moved.headers.emplace_back("location", "/new");
  auto verdict = judge(*messenger, hub, moved);
  CHECK(verdict.kind == Kind::again);
  CHECK(verdict.again_url == "https://hub.example/new");
  auto lowered = response(307);
  lowered.headers.emplace_back("location", "http://hub.example/new");
  CHECK(judge(*messenger, hub, lowered).kind == Kind::later);
  CHECK(judge(*messenger, hub, response(307)).kind == Kind::later);
}

TEST_CASE("A ping is ASCII, with numeric references for Korean [N-090][N-091][N-092]",
          "[publish][ping]") {
  auto messenger = make_ping_messenger();
  auto to = target(TargetKind::ping, "https://rpc.example/");
  auto request =
      messenger->request(delivery(TargetKind::ping, "https://blog.example/"), to, site(), now);
  REQUIRE(request.has_value());
  CHECK(header(*request, "Content-Type") == "text/xml");
  CHECK(request->body ==
        "<?xml "
        "version=\"1.0\"?><methodCall><methodName>weblogUpdates.extendedPing</methodName><params>"
        "<param><value>&#49548;&#49885; &amp; &lt;&#44544;&gt;</value></param>"
        "<param><value>https://blog.example/</value></param>"
        "<param><value>https://blog.example/</value></param>"
        "<param><value>https://blog.example/rss.xml</value></param></params></methodCall>");
}

TEST_CASE("Characters outside the first plane are one reference each", "[publish][ping]") {
  auto messenger = make_ping_messenger();
  auto s = site();
  s.title = "é한😀";
  auto request = messenger->request(delivery(TargetKind::ping, "https://blog.example/"),
                                    target(TargetKind::ping, "https://rpc.example/"), s, now);
  CHECK(request->body.find("<value>&#233;&#54620;&#128512;</value>") != std::string::npos);
}

TEST_CASE("Names are cut and URLs that are too long never sent [N-091]", "[publish][ping]") {
  auto messenger = make_ping_messenger();
  auto to = target(TargetKind::ping, "https://rpc.example/");
  auto s = site();
  s.title = std::string(3000, 'a');
  auto cut = messenger->request(delivery(TargetKind::ping, "https://blog.example/"), to, s, now);
  CHECK(cut->body.find("<value>" + std::string(1024, 'a') + "</value>") != std::string::npos);
  auto site_url = "https://blog.example/" + std::string(235, 'a');
  CHECK_FALSE(messenger->request(delivery(TargetKind::ping, site_url), to, s, now).has_value());
  s.public_url = "https://blog.example/" + std::string(235, 'a');
  auto plain = messenger->request(delivery(TargetKind::ping, "https://blog.example/"), to, s, now);
  CHECK(plain->body.find("weblogUpdates.ping<") != std::string::npos);
}

TEST_CASE("A ping is told when, and only when, flerror is 0 with status 200 [N-093]",
          "[publish][ping]") {
  auto messenger = make_ping_messenger();
  auto to = target(TargetKind::ping, "https://rpc.example/");
  auto [body, kind, error_class] = GENERATE(table<std::string, Kind, std::string>({
      {reply("<boolean>0</boolean>", "Thanks for the ping."), Kind::told, ""},
      {reply("<boolean>false</boolean>", ""), Kind::told, ""},
      {reply("<int>0</int>", "<string>ok</string>"), Kind::told, ""},
      {reply("0", "ok"), Kind::told, ""},
      {reply(" <boolean> 0 </boolean> ", "ok"), Kind::told, ""},
      {reply("<boolean>1</boolean>", "no such weblog"), Kind::over, "rejected"},
      {reply("<boolean>true</boolean>", ""), Kind::over, "rejected"},
      {reply("<boolean>1</boolean>", "You are pinging too fast"), Kind::later, "rejected"},
      {reply("<boolean>1</boolean>", "Rate limit exceeded"), Kind::later, "rejected"},
      {fault("4", "bad site"), Kind::over, "rejected"},
      {"<methodResponse><params/></methodResponse>", Kind::later, "protocol"},
      {"<html>Welcome</html>", Kind::later, "protocol"},
      {"Thanks!", Kind::later, "protocol"},
      {"", Kind::later, "protocol"},
      {"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" + reply("0", "&x;"), Kind::later,
       "protocol"},
  }));
  INFO(body);
  auto verdict = judge(*messenger, to, response(200, body));
  CHECK(verdict.kind == kind);
  CHECK(verdict.error_class == error_class);
}

TEST_CASE("A ping's reply in EUC-KR is read [K-040]", "[publish][ping]") {
  const auto reply = parse_xml_rpc_reply(
      "<?xml version='1.0' encoding='euc-kr'?><methodResponse><params><param><value><struct>"
      "<member><name>flerror</name><value><boolean>1</boolean></value></member>"
      "<member><name>message</name><value>\xC7\xD1\xB1\xDB \x8C\x63\xB0</value></member>"
      "</struct></value></param></params></methodResponse>");
  REQUIRE(reply.has_value());
  CHECK(reply->is_error);
  CHECK(reply->message == "한글 똠");
  CHECK_FALSE(parse_xml_rpc_reply("<?xml version='1.0' encoding='iso-2022-kr'?><methodResponse/>")
                  .has_value());
}

TEST_CASE("flError is read in any case", "[publish][ping]") {
  auto messenger = make_ping_messenger();
  auto body = reply("<boolean>1</boolean>", "no");
  body.replace(body.find("flerror"), 7, "flError");
  auto verdict =
      judge(*messenger, target(TargetKind::ping, "https://rpc.example/"), response(200, body));
  CHECK(verdict.kind == Kind::over);
  CHECK(verdict.detail == "no");
}

TEST_CASE("Too fast means later, not at once [N-095]", "[publish][ping]") {
  auto messenger = make_ping_messenger();
  auto verdict = judge(*messenger, target(TargetKind::ping, "https://rpc.example/"),
                       response(200, reply("<boolean>1</boolean>", "pinging too often")));
  CHECK(verdict.not_before == std::chrono::minutes(5));
}

TEST_CASE("A ping answered with another status is retried only if that may pass",
          "[publish][ping]") {
  auto messenger = make_ping_messenger();
  auto [status, kind] = GENERATE(table<int, Kind>({{500, Kind::later},
                                                   {503, Kind::later},
                                                   {429, Kind::later},
                                                   {408, Kind::later},
                                                   {403, Kind::over},
                                                   {404, Kind::over},
                                                   {302, Kind::later},
                                                   {204, Kind::later}}));
  INFO(status);
  auto verdict =
      judge(*messenger, target(TargetKind::ping, "https://rpc.example/"), response(status));
  CHECK(verdict.kind == kind);
}

TEST_CASE("An endpoint that does not know extendedPing gets ping, and is remembered [N-098]",
          "[publish][ping]") {
  auto messenger = make_ping_messenger();
  auto to = target(TargetKind::ping, "https://rpc.example/");
  auto other = target(TargetKind::ping, "https://rpc.other.example/");
  auto answer = GENERATE(fault("-32601", "server error"),
                         fault("0", "Unknown method weblogUpdates.extendedPing"),
                         fault("1", "requested method does not exist"));
  auto d = delivery(TargetKind::ping, "https://blog.example/");
  auto first = messenger->request(d, to, site(), now);
  REQUIRE(first->body.find("extendedPing") != std::string::npos);
  auto verdict = messenger->verdict(to, *first, response(200, answer), now);
  CHECK(verdict.kind == Kind::again);
  CHECK(verdict.again_url.empty());
  auto second = messenger->request(d, to, site(), now);
  CHECK(second->body ==
        "<?xml version=\"1.0\"?><methodCall><methodName>weblogUpdates.ping</methodName><params>"
        "<param><value>&#49548;&#49885; &amp; &lt;&#44544;&gt;</value></param>"
        "<param><value>https://blog.example/</value></param></params></methodCall>");
  // Not known either: the end, no circle.
  CHECK(messenger->verdict(to, *second, response(200, answer), now).kind == Kind::over);
  CHECK(messenger->request(d, other, site(), now)->body.find("extendedPing") != std::string::npos);
}

TEST_CASE("A webhook's body is the event, its signature of the attempt [N-150][N-151][N-152]",
          "[publish][webhook]") {
  auto messenger = make_webhook_messenger();
  auto to = target(TargetKind::webhook, "https://build.example/hook");
  to.secret = parse_webhook_secret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX").value();
  auto d = delivery(TargetKind::webhook, "evt_0123456789abcdef01234567");
  d.event_type = "post.published";
  d.event_at = from_unix_ms(1'795'424'000'000);
  d.event_data = R"({"id":"x","title":"안녕","revision":1})";
  auto first = messenger->request(d, to, site(), now);
  REQUIRE(first.has_value());
  CHECK(first->body == R"({"type":"post.published","timestamp":"2026-11-23T08:53:20Z",)"
                       R"("data":{"id":"x","title":"안녕","revision":1}})");
  CHECK(header(*first, "Content-Type") == "application/json");
  CHECK(header(*first, "webhook-id") == "evt_0123456789abcdef01234567");
  CHECK(header(*first, "webhook-timestamp") == "1795424709");
  CHECK(header(*first, "webhook-signature") ==
        "v1," + base64(hmac_sha256(to.secret,
                                   "evt_0123456789abcdef01234567.1795424709." + first->body)));

  auto second = messenger->request(d, to, site(), now + std::chrono::minutes(5));
  CHECK(second->body == first->body);
  CHECK(header(*second, "webhook-id") == header(*first, "webhook-id"));
  CHECK(header(*second, "webhook-timestamp") == "1795425009");
  CHECK(header(*second, "webhook-signature") != header(*first, "webhook-signature"));
}

TEST_CASE("The published vector of Standard Webhooks [N-155]", "[publish][webhook]") {
  auto key = parse_webhook_secret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX");
  REQUIRE(key.has_value());
  CHECK(webhook_signature(*key, "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", from_unix_ms(1'674'087'231'999),
                          R"({"type":"post.published","data":{"title":"안녕"}})") ==
        "v1,KYCMDFvyaNUPp5FEc9/7JxApJOlrjLW0pyxo0EJnP+8=");
}

TEST_CASE("Secrets are whsec_ and base64 of 24 to 64 bytes, and never shown [N-153][N-164]",
          "[publish][webhook]") {
  auto [text, is_good] = GENERATE(table<std::string, bool>({
      {"whsec_" + base64(std::string(24, 'a')), true},
      {"whsec_" + base64(std::string(32, '\xff')), true},
      {"whsec_" + base64(std::string(64, 'a')), true},
      {"whsec_" + base64(std::string(23, 'a')), false},
      {"whsec_" + base64(std::string(65, 'a')), false},
      {base64(std::string(24, 'a')), false},
      {"whsec_", false},
      {"", false},
      {"WHSEC_" + base64(std::string(24, 'a')), false},
      {"whsec_not base64 at all, really!!!", false},
  }));
  INFO(text);
  auto key = parse_webhook_secret(text);
  CHECK(key.has_value() == is_good);
  if (!key && text.size() > 10) CHECK(key.error().detail.find(text.substr(6)) == std::string::npos);
  CHECK(parse_webhook_secret(make_webhook_secret()).value().size() == 32);
}

TEST_CASE("Only 2xx is told to a webhook; 410 ends it; redirects are not followed [N-156]",
          "[publish][webhook]") {
  auto messenger = make_webhook_messenger();
  auto to = target(TargetKind::webhook, "https://build.example/hook");
  auto d = delivery(TargetKind::webhook, "evt_1");
  auto request = messenger->request(d, to, site(), now).value();
  auto [status, kind] = GENERATE(table<int, Kind>({{200, Kind::told},
                                                   {204, Kind::told},
                                                   {299, Kind::told},
                                                   {301, Kind::later},
                                                   {307, Kind::later},
                                                   {308, Kind::later},
                                                   {400, Kind::later},
                                                   {404, Kind::later},
                                                   {410, Kind::over},
                                                   {429, Kind::later},
                                                   {500, Kind::later}}));
  INFO(status);
  auto answer = response(status);
  answer.headers.emplace_back("location", "https://build.example/elsewhere");
  CHECK(messenger->verdict(to, request, answer, now).kind == kind);
}

TEST_CASE("A receiver may ask that a message is not sent again [N-160]", "[publish][webhook]") {
  auto messenger = make_webhook_messenger();
  auto to = target(TargetKind::webhook, "https://build.example/hook");
  auto request =
      messenger->request(delivery(TargetKind::webhook, "evt_1"), to, site(), now).value();
  auto answer = response(422);
  answer.headers.emplace_back("webhook-delivery", "abort-message");
  CHECK(messenger->verdict(to, request, answer, now).kind == Kind::over);
}

TEST_CASE("Retry-After is read as seconds or date, and capped [N-156]", "[publish]") {
  using std::chrono::seconds;
  auto [text, want] = GENERATE(table<std::string, std::optional<seconds>>({
      {"120", seconds(120)},
      {"0", seconds(0)},
      {"86401", seconds(86400)},
      {"99999999999999999999", seconds(86400)},
      {"-5", std::nullopt},
      {"soon", std::nullopt},
      {"12 monkeys", std::nullopt},
      {"Mon, 23 Nov 2026 09:06:09 GMT", seconds(60)},
      {"Mon, 23 Nov 2026 09:05:09 GMT", std::nullopt},
      {"Sun, 22 Nov 2026 09:05:09 GMT", std::nullopt},
      {"Wed, 23 Dec 2026 09:05:09 GMT", seconds(86400)},
  }));
  INFO(text);
  CHECK((retry_after(response(503, "", text), now) == want));
}
