// Fields that every answer has, and that none may have, whatever is asked.
#include "catch.hpp"
#include "served_site.hpp"

using namespace sosik;

TEST_CASE("Every answer is dated, framed and sealed", "[server][H-119][H-252][H-171][H-182]") {
  ServedSite site;
  MemoryDocument moved;
  moved.status = 301;
  moved.location = "https://new.example/rss.xml";
  site.snapshots.put("moved", Format::rss, moved);
  const auto [request, status] = GENERATE(table<std::string, int>({
      {get("/rss.xml"), 200},
      {get("/rss.xml", "Accept-Encoding: gzip\r\n"), 200},
      {get("/rss.xml", "If-None-Match: *\r\n"), 304},
      {get("/feed", "User-Agent: x\r\nCookie: a=b\r\nAuthorization: Basic eDp5\r\n"), 200},
      {get("/"), 200},
      {get("/style.css"), 200},
      {get("/style.css", "If-None-Match: *\r\n"), 304},
      {get("/%72ss.xml"), 301},
      {get("/%00"), 400},
      {get("/nothing"), 404},
      {get("/nothing", "Accept: text/html\r\n"), 404},
      {"DELETE" + get("/rss.xml").substr(3), 405},
      {get("/feed", "Accept: */*;q=0\r\n"), 406},
      {get("/rss.xml", "If-Match: \"x\"\r\n"), 412},
      {"OPTIONS" + get("/rss.xml").substr(3), 204},
      {"BREW" + get("/rss.xml").substr(3), 501},
      {"GET /rss.xml HTTP/1.1\r\n\r\n", 400},
      {get("/rss.xml", "Expect: x\r\n"), 417},
      {"GET /rss.xml HTTP/3.1\r\nHost: a\r\n\r\n", 505},
  }));
  INFO(request);
  const RawResponse response = site.connect().ask(request);
  CHECK(response.status == status);
  CHECK(response.count("date") == 1);
  CHECK(response.field("x-content-type-options") == "nosniff");
  CHECK(response.field("access-control-allow-origin") == "*");  // H-250
  CHECK(response.count("access-control-allow-credentials") == 0);
  for (std::string name : {"set-cookie", "server", "transfer-encoding", "expires", "age", "pragma"})
    CHECK(response.count(name) == 0);  // H-182, H-261, H-034, H-175
  for (std::string word : {"User-Agent", "Cookie", "*"})
    CHECK(response.field("vary").find(word) == std::string::npos);
  CHECK(response.count("vary") <= 1);
  CHECK(response.count("content-length") == (status == 204 || status == 304 ? 0 : 1));
  if (status == 200 || status == 304) {
    CHECK(response.field("cache-control").starts_with("public, max-age="));      // H-174
    CHECK(response.field("vary").find("Accept-Encoding") != std::string::npos);  // H-170
  }
  if (status >= 500) CHECK(response.field("cache-control") == "no-store");  // H-181
}

TEST_CASE("What is sent to HTTP/1.0 is framed by its length", "[server][H-034]") {
  ServedSite site;
  const std::string target = GENERATE(as<std::string>{}, "/rss.xml", "/large/rss.xml", "/nothing");
  RawClient client = site.connect();
  const RawResponse response = client.ask("GET " + target + " HTTP/1.0\r\n\r\n");
  CHECK(response.field("content-length") == std::to_string(response.body.size()));
  CHECK(response.count("transfer-encoding") == 0);
  CHECK(client.is_closed());
}

TEST_CASE("Neither query, Range nor who asks makes another answer",
          "[server][H-158][H-220][H-222][H-056]") {
  ServedSite site;
  RawClient client = site.connect();
  const RawResponse want = client.ask(get("/rss.xml"));
  const auto [target, fields] = GENERATE(table<std::string, std::string>({
      {"/rss.xml?format=json", ""},
      {"/rss.xml?", ""},
      {"/rss.xml?a=%ff&b=/../atom.xml", ""},
      {"/rss.xml", "Range: bytes=0-9\r\n"},
      {"/rss.xml", "Range: bytes=999999-\r\nIf-Range: \"x\"\r\n"},
      {"/rss.xml", "User-Agent: Mailchimp\r\n"},
      {"/rss.xml", "User-Agent: curl/7.88.1\r\n"},
      {"/rss.xml", "A-IM: feed\r\n"},
      {"/rss.xml", "X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: http\r\n"},
      {"/rss.xml", "Host-Override: evil.example\r\n"},
  }));
  INFO(target << " " << fields);
  const RawResponse got = client.ask(get(target, fields));
  CHECK(got.head == want.head);
  CHECK(got.body == want.body);
}

TEST_CASE("With Content-Encoding too, Range is no part of the question", "[server][H-222]") {
  ServedSite site;
  const RawResponse response =
      site.connect().ask(get("/rss.xml", "Accept-Encoding: gzip\r\nRange: bytes=0-3\r\n"));
  CHECK(response.status == 200);
  CHECK(response.body == "not really gzip, but shorter");
  CHECK(response.count("content-range") == 0);
}

TEST_CASE("A clock that jumps an hour either way tells its own time and no wrong 304",
          "[server][H-115][H-119]") {
  ServedSite site;
  RawClient client = site.connect();
  const RawResponse now = client.ask(get("/rss.xml"));
  const std::string tag = "If-None-Match: " + now.field("etag") + "\r\n";
  const std::string date = "If-Modified-Since: " + now.field("last-modified") + "\r\n";
  site.clock.advance(std::chrono::hours(1));
  CHECK(client.ask(get("/rss.xml")).field("date") == "Mon, 23 Nov 2026 10:05:09 GMT");
  CHECK(client.ask(get("/rss.xml", date)).status == 304);
  site.clock.advance(std::chrono::hours(-9));  // before the feed's change
  CHECK(client.ask(get("/rss.xml")).field("date") == "Mon, 23 Nov 2026 01:05:09 GMT");
  CHECK(client.ask(get("/rss.xml", date)).status == 200);
  const RawResponse unchanged = client.ask(get("/rss.xml", tag));
  CHECK(unchanged.status == 304);
  CHECK(unchanged.count("last-modified") == 0);
}

TEST_CASE("Preconditions that only other methods have are refused with the method",
          "[server][H-067][H-075][H-082]") {
  ServedSite site;
  RawClient client = site.connect();
  const auto [method, status] = GENERATE(table<std::string, int>(
      {{"POST", 405}, {"PUT", 405}, {"DELETE", 405}, {"TRACE", 405}, {"OPTIONS", 204}}));
  INFO(method);
  for (std::string field :
       {"If-None-Match: *", "If-Match: \"x\"", "If-Modified-Since: Mon, 23 Nov 2037 02:13:20 GMT",
        "If-Unmodified-Since: Mon, 23 Nov 2009 02:13:20 GMT"})
    CHECK(client.ask(method + get("/rss.xml", field + "\r\n").substr(3)).status == status);
}
