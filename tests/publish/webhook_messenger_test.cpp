#include "catch.hpp"
#include "messaging.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/publish/webhook_secret.hpp"

using namespace sosik;
using Kind = Verdict::Kind;

namespace {

Target signed_target() {
  auto to = target(TargetKind::webhook, "https://build.example/hook");
  to.secrets = {std::string(24, 'k')};
  return to;
}

}  // namespace

TEST_CASE("A webhook's body is the event, its signature of the attempt [N-150][N-151][N-152]",
          "[publish][webhook]") {
  auto messenger = make_webhook_messenger();
  auto to = target(TargetKind::webhook, "https://build.example/hook");
  to.secrets = {parse_webhook_secret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX").value()};
  auto d = delivery(TargetKind::webhook, "evt_0123456789abcdef01234567");
  d.event_type = "post.published";
  d.event_at = from_unix_ms(1'795'424'000'000);
  d.event_data = R"({"id":"x","title":"안녕","revision":1})";
  auto first = request_of(*messenger, d, to, site(), now);
  REQUIRE(first.has_value());
  CHECK(first->body == R"({"type":"post.published","timestamp":"2026-11-23T08:53:20Z",)"
                       R"("data":{"id":"x","title":"안녕","revision":1}})");
  CHECK(header(*first, "Content-Type") == "application/json");
  CHECK(header(*first, "webhook-id") == "evt_0123456789abcdef01234567");
  CHECK(header(*first, "webhook-timestamp") == "1795424709");
  CHECK(header(*first, "webhook-signature") ==
        "v1," + base64(hmac_sha256(to.secrets[0],
                                   "evt_0123456789abcdef01234567.1795424709." + first->body)));

  auto second = request_of(*messenger, d, to, site(), now + std::chrono::minutes(5));
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
  auto to = signed_target();
  auto d = delivery(TargetKind::webhook, "evt_1");
  auto request = request_of(*messenger, d, to, site(), now).value();
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
  auto to = signed_target();
  auto request =
      request_of(*messenger, delivery(TargetKind::webhook, "evt_1"), to, site(), now).value();
  auto answer = response(422);
  answer.headers.emplace_back("webhook-delivery", "abort-message");
  CHECK(messenger->verdict(to, request, answer, now).kind == Kind::over);
}

TEST_CASE("Every secret signs, the newest first [N-154]", "[publish][webhook]") {
  auto messenger = make_webhook_messenger();
  auto to = signed_target();
  to.secrets.push_back(std::string(24, 'o'));
  auto d = delivery(TargetKind::webhook, "evt_1");
  auto request = request_of(*messenger, d, to).value();
  CHECK(header(request, "webhook-signature") ==
        webhook_signature(to.secrets[0], "evt_1", now, request.body) + " " +
            webhook_signature(to.secrets[1], "evt_1", now, request.body));
  to.secrets.clear();
  CHECK_FALSE(request_of(*messenger, d, to).has_value());
}

TEST_CASE("A full payload has the post's content beside the usual members [N-150]",
          "[publish][webhook]") {
  auto messenger = make_webhook_messenger();
  auto [data, content, is_full, want] =
      GENERATE(table<std::string, std::string, bool, std::string>({
          {R"({"id":"x"})", R"({"content_html":"<p>글</p>"})", false, R"({"id":"x"})"},
          {R"({"id":"x"})", R"({"content_html":"<p>글</p>"})", true,
           R"({"id":"x","content_html":"<p>글</p>"})"},
          {R"({"id":"x"})", "", true, R"({"id":"x"})"},
          {R"({"id":"x"})", "{}", true, R"({"id":"x"})"},
          {"{}", R"({"a":1})", true, R"({"a":1})"},
          {"", "", false, "{}"},
      }));
  auto to = signed_target();
  to.is_full = is_full;
  auto d = delivery(TargetKind::webhook, "evt_1");
  d.event_data = data;
  d.event_content = content;
  INFO(data << content << is_full);
  CHECK(request_of(*messenger, d, to)->body.ends_with(",\"data\":" + want + "}"));
}

TEST_CASE("A webhook's own headers come after ours [N-161]", "[publish][webhook]") {
  auto messenger = make_webhook_messenger();
  auto to = signed_target();
  to.headers = {{"Authorization", "Bearer x"}};
  auto request = request_of(*messenger, delivery(TargetKind::webhook, "evt_1"), to).value();
  CHECK(header(request, "Authorization") == "Bearer x");
  CHECK(request.headers.size() == 5);
}

TEST_CASE("A message id with a '.' is never sent [N-152]", "[publish][webhook]") {
  auto messenger = make_webhook_messenger();
  CHECK_FALSE(request_of(*messenger, delivery(TargetKind::webhook, "evt_1.2"), signed_target())
                  .has_value());
}

TEST_CASE("410 ends the endpoint; 429, 502 and 504 leave it alone for a while [N-156]",
          "[publish][webhook]") {
  auto messenger = make_webhook_messenger();
  using std::chrono::seconds;
  auto [status, retry_after, wait] =
      GENERATE(table<int, std::string, std::optional<seconds>>({{410, "", std::nullopt},
                                                                {429, "", seconds(60)},
                                                                {502, "", seconds(60)},
                                                                {504, "", seconds(60)},
                                                                {504, "5", seconds(5)},
                                                                {500, "", std::nullopt},
                                                                {500, "9", seconds(9)}}));
  INFO(status << ' ' << retry_after);
  const auto to = signed_target();
  const auto request = request_of(*messenger, delivery(TargetKind::webhook, "evt_1"), to).value();
  auto verdict = messenger->verdict(to, request, response(status, "", retry_after), now);
  CHECK((verdict.not_before == wait));
  CHECK(verdict.ends_target.empty() == (status != 410));
}

TEST_CASE(
    "An endpoint's secret follows from the installation's key, and from nothing less "
    "[N-153][N-164]",
    "[publish][webhook]") {
  const auto secret = endpoint_secret("key", 1, "ep_0123456789abcdef", 1);
  CHECK(secret ==
        "whsec_" + base64(hmac_sha256("key", "sosik endpoint secret\n1\nep_0123456789abcdef\n1")));
  CHECK(parse_webhook_secret(secret).value().size() == 32);
  CHECK(secret != endpoint_secret("kex", 1, "ep_0123456789abcdef", 1));
  CHECK(secret != endpoint_secret("key", 2, "ep_0123456789abcdef", 1));
  CHECK(secret != endpoint_secret("key", 1, "ep_0123456789abcdee", 1));
  CHECK(secret != endpoint_secret("key", 1, "ep_0123456789abcdef", 2));
}
