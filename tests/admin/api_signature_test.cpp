// Calls that a signature vouches for, instead of a token.
#include "api_server.hpp"

using namespace sosik;

TEST_CASE("A hook may be signed instead, within five minutes [N-151] [N-152]",
          "[admin][api][hook][threads]") {
  const std::string key(32, 'k');
  ApiServer site(key);
  const std::string body = R"({"id": 1, "title": "서명한 글"})";
  const auto sign = [&](std::int64_t seconds, const std::string& signed_body) {
    const auto stamp = std::to_string(seconds);
    return "webhook-id: msg_1\r\nwebhook-timestamp: " + stamp + "\r\nwebhook-signature: v1,x v1," +
           base64(hmac_sha256(key, "msg_1." + stamp + "." + signed_body)) + "\r\n";
  };
  const auto now = to_unix_seconds(site.clock.now());
  const std::string line = "POST /api/v1/hooks/generic";
  RawClient client = site.connect();
  CHECK(client.ask(with_body(line, "", body, sign(now, body))).status == 201);
  CHECK(client.ask(with_body(line, "", body, sign(now - 300, body))).status == 200);  // again
  CHECK(client.ask(with_body(line, "", body, sign(now, body + " "))).status == 401);
  for (const std::int64_t seconds :
       {now - 301, now + 301, std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
    INFO(seconds);
    RawClient other = site.connect();
    CHECK(other.ask(with_body(line, "", body, sign(seconds, body))).status == 401);
  }
  RawClient other = site.connect();
  CHECK(other.ask(with_body("POST " + posts, "", body, sign(now, body))).status == 401);
  RawClient third = site.connect();
  CHECK(third.ask(with_body(line, "", std::string(1024 * 1024 + 1, ' '), sign(now, ""))).status ==
        413);
  RawClient fourth = site.connect();
  CHECK(fourth.ask(with_body(line, "writer", body, sign(now, "other"))).status == 200);  // a token
}

TEST_CASE("A signed message that is sent again changes nothing, whoever sends it",
          "[admin][api][hook][threads]") {
  const std::string key(32, 'k');
  ApiServer site(key);
  RawClient client = site.connect();
  const auto send = [&](const std::string& id, const std::string& body) {
    const auto stamp = std::to_string(to_unix_seconds(site.clock.now()));
    const auto signed_text = id + "." + stamp + "." + body;
    return client.ask(with_body("POST /api/v1/hooks/generic", "", body,
                                "webhook-id: " + id + "\r\nwebhook-timestamp: " + stamp +
                                    "\r\nwebhook-signature: v1," +
                                    base64(hmac_sha256(key, signed_text)) + "\r\n"));
  };
  const auto title = [&] { return site.store->read_post(1, "hook:1").value().title; };
  const auto unchanged = nlohmann::json({{"post_id", "hook:1"}, {"outcome", "unchanged"}});
  const std::string first = R"({"id": 1, "title": "처음"})",
                    second = R"({"id": 1, "title": "고침"})";
  const std::string deletion = R"({"event": "post.deleted", "data": {"id": 1}})";
  CHECK(send("a", first).status == 201);
  CHECK(send("b", second).status == 200);
  const auto again = send("a", first);
  CHECK(again.status == 200);
  CHECK(nlohmann::json::parse(again.body) == unchanged);
  CHECK(title() == "고침");
  CHECK(send("c", deletion).status == 200);
  CHECK(send("b", second).status == 200);
  CHECK_FALSE(site.store->read_post(1, "hook:1").has_value());

  CHECK(send("d", R"({"id": 1})").status == 422);  // came to nothing: may be mended and sent again
  CHECK(send("d", first).status == 201);
  site.clock.advance(std::chrono::minutes(12));
  CHECK(send("a", second).status == 200);  // its first timestamp is no good any more
  CHECK(title() == "고침");
}

TEST_CASE("Without a secret for hooks no signature counts", "[admin][api][hook][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  const auto now = std::to_string(to_unix_seconds(site.clock.now()));
  const std::string fields = "webhook-id: m\r\nwebhook-timestamp: " + now +
                             "\r\nwebhook-signature: v1," +
                             base64(hmac_sha256("", "m." + now + ".{}")) + "\r\n";
  CHECK(client.ask(with_body("POST /api/v1/hooks/generic", "", "{}", fields)).status == 401);
}
