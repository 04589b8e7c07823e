#include "catch.hpp"
#include "messaging.hpp"
#include "xml_rpc.hpp"

using namespace sosik;
using Kind = Verdict::Kind;

namespace {

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

}  // namespace

TEST_CASE("A ping is ASCII, with numeric references for Korean [N-090][N-091][N-092]",
          "[publish][ping]") {
  auto messenger = make_ping_messenger();
  auto to = target(TargetKind::ping, "https://rpc.example/");
  auto request =
      request_of(*messenger, delivery(TargetKind::ping, "https://blog.example/"), to, site(), now);
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
  auto request = request_of(*messenger, delivery(TargetKind::ping, "https://blog.example/"),
                            target(TargetKind::ping, "https://rpc.example/"), s, now);
  CHECK(request->body.find("<value>&#233;&#54620;&#128512;</value>") != std::string::npos);
}

TEST_CASE("Names are cut and URLs that are too long never sent [N-091]", "[publish][ping]") {
  auto messenger = make_ping_messenger();
  auto to = target(TargetKind::ping, "https://rpc.example/");
  auto s = site();
  s.title = std::string(3000, 'a');
  auto cut =
      request_of(*messenger, delivery(TargetKind::ping, "https://blog.example/"), to, s, now);
  CHECK(cut->body.find("<value>" + std::string(1024, 'a') + "</value>") != std::string::npos);
  auto site_url = "https://blog.example/" + std::string(235, 'a');
  CHECK_FALSE(request_of(*messenger, delivery(TargetKind::ping, site_url), to, s, now).has_value());
  s.public_url = "https://blog.example/" + std::string(235, 'a');
  auto plain =
      request_of(*messenger, delivery(TargetKind::ping, "https://blog.example/"), to, s, now);
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
  auto first = request_of(*messenger, d, to, site(), now);
  REQUIRE(first->body.find("extendedPing") != std::string::npos);
  auto verdict = messenger->verdict(to, *first, response(200, answer), now);
  CHECK(verdict.kind == Kind::again);
  CHECK(verdict.again_url.empty());
  auto second = request_of(*messenger, d, to, site(), now);
  CHECK(second->body ==
        "<?xml version=\"1.0\"?><methodCall><methodName>weblogUpdates.ping</methodName><params>"
        "<param><value>&#49548;&#49885; &amp; &lt;&#44544;&gt;</value></param>"
        "<param><value>https://blog.example/</value></param></params></methodCall>");
  // Not known either: the end, no circle.
  CHECK(messenger->verdict(to, *second, response(200, answer), now).kind == Kind::over);
  CHECK(request_of(*messenger, d, other, site(), now)->body.find("extendedPing") !=
        std::string::npos);
}
