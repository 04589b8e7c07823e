// http.md sections 1 and 1b as raw bytes over a socket. Each vector is followed by a second, valid
// request on the same connection (H-047): after a refusal it must not be answered at all; after an
// answer, it must be the next thing answered.
#include "catch.hpp"
#include "served_site.hpp"

using namespace sosik;

namespace {

const std::string second = "GET /atom.xml HTTP/1.1\r\nHost: blog.example\r\n\r\n";
const std::string host = "Host: blog.example\r\n";

struct Vector {
  std::string name;
  std::string bytes;
  int status;
};

}  // namespace

TEST_CASE("Framing that another party could read differently is refused, and the connection ends",
          "[server][H-027][H-040][H-042][H-046][H-047]") {
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: blog.example\r\n\r\n";
  const std::string post = "POST /rss.xml HTTP/1.1\r\n" + host;
  const std::string line = "GET /rss.xml HTTP/1.1\r\n";
  const Vector vector = GENERATE_COPY(values<Vector>({
      {"H-001 length then chunked",
       post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, 400},
      {"H-001 chunked then length",
       post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + smuggled, 400},
      {"H-002 gzip", post + "Transfer-Encoding: gzip\r\n\r\n" + smuggled, 400},
      {"H-002 identity", post + "Transfer-Encoding: identity\r\n\r\n" + smuggled, 400},
      {"H-002 xchunked", post + "Transfer-Encoding: xchunked\r\n\r\n" + smuggled, 400},
      {"H-002 chunked, gzip", post + "Transfer-Encoding: chunked, gzip\r\n\r\n" + smuggled, 400},
      {"H-002 gzip, chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400},
      {"H-002 empty", post + "Transfer-Encoding: \r\n\r\n" + smuggled, 400},
      {"H-041 gzip, then a length",
       post + "Transfer-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", 400},
      {"H-041 gzip, then chunked",
       post + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"H-003 chunked in HTTP/1.0",
       "POST /rss.xml HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"H-004 chunked twice",
       post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"H-004 chunked, chunked", post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
       400},
      {"H-005 +5", post + "Content-Length: +5\r\n\r\nhello", 400},
      {"H-005 -1", post + "Content-Length: -1\r\n\r\n", 400},
      {"H-005 0x5", post + "Content-Length: 0x5\r\n\r\nhello", 400},
      {"H-005 empty", post + "Content-Length: \r\n\r\n", 400},
      {"H-005 5,6", post + "Content-Length: 5,6\r\n\r\nhello", 400},
      {"H-005 5, 5", post + "Content-Length: 5, 5\r\n\r\nhello", 400},
      {"H-005 two lines that differ", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
       400},
      {"H-005 two equal lines", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400},
      {"H-006 beyond 64 bits", post + "Content-Length: 99999999999999999999999\r\n\r\n", 400},
      {"H-006 beyond the limit", post + "Content-Length: 9223372036854775807\r\n\r\n", 413},
      {"H-007 no Host", line + "\r\n", 400},
      {"H-007 two Hosts", line + host + host + "\r\n", 400},
      {"H-007 Host with a space", line + "Host: a b\r\n\r\n", 400},
      {"H-007 Host with a path", line + "Host: a/b\r\n\r\n", 400},
      {"H-007 Host with userinfo", line + "Host: u@a\r\n\r\n", 400},
      {"H-007 empty Host", line + "Host:\r\n\r\n", 400},
      {"H-007 Host of empty labels", line + "Host: ..\r\n\r\n", 400},
      {"H-007 two hosts in one line", line + "Host: a,b\r\n\r\n", 400},
      {"H-007 Host with a bad port", line + "Host: a:8x\r\n\r\n", 400},
      {"H-006 one beyond 63 bits", post + "Content-Length: 9223372036854775808\r\n\r\n", 413},
      {"H-006 one beyond 64 bits", post + "Content-Length: 18446744073709551616\r\n\r\n", 400},
      {"H-007 an unclosed literal", line + "Host: [::1\r\n\r\n", 400},
      {"H-009 tab before the colon", line + "Host\t: blog.example\r\n\r\n", 400},
      {"H-009 no name", line + host + ": x\r\n\r\n", 400},
      {"H-009 no colon", line + host + "X\r\n\r\n", 400},
      {"H-012 DEL in a value",
       line + host +
           "X: a\x7F"
           "b\r\n\r\n",
       400},
      {"H-012 a bare CR ends the line", line + host + "X: y\r\r\n\r\n", 400},
      {"H-021 a control in the target", "GET /a\x01 HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-021 a caret in the target", "GET /a^b HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-003 TE in HTTP/1.0 beside a length",
       "GET /rss.xml HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", 400},
      {"H-002 chunked with a parameter", post + "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
       400},
      {"H-012 a control in a value", line + host + "X: a\x01z\r\n\r\n", 400},
      {"H-021 a space in the target", "GET /a b HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-021 angle brackets in the target", "GET /<a> HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-021 a backquote in the target", "GET /a`b HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-021 a bar in the target", "GET /a|b HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-025 Content-Length in a trailer",
       post + "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 45\r\n\r\n" + smuggled, 400},
      {"H-025 Transfer-Encoding in a trailer",
       post + "Transfer-Encoding: chunked\r\n\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"H-023 a negative chunk size",
       post + "Transfer-Encoding: chunked\r\n\r\n-1\r\nhello\r\n0\r\n\r\n", 400},
      {"H-025 a trailer with a bare LF",
       post + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\nZ: w\r\n\r\n", 400},
      {"H-009 space before the colon", line + "Host : blog.example\r\n\r\n", 400},
      {"H-010 white space before the first field", line + " X: y\r\n" + host + "\r\n", 400},
      {"H-011 obs-fold", line + host + "X: y\r\n folded\r\n\r\n", 400},
      {"H-011 obs-fold by tab", line + host + "X: y\r\n\tfolded\r\n\r\n", 400},
      {"H-012 NUL in a value", line + host + std::string("X: a\0b\r\n\r\n", 10), 400},
      {"H-012 bare CR in a value", line + host + "X: a\rb\r\n\r\n", 400},
      {"H-012 bare LF in a value", line + host + "X: a\nb\r\n\r\n", 400},
      {"H-012 NUL in the target", std::string("GET /a\0b HTTP/1.1\r\n", 19) + host + "\r\n", 400},
      {"H-013 bare LF lines", "GET /rss.xml HTTP/1.1\nHost: blog.example\n\n", 400},
      {"H-014 five empty lines", "\r\n\r\n\r\n\r\n\r\n" + line + host + "\r\n", 400},
      {"H-015 two spaces after the method", "GET  /rss.xml HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-015 two spaces before the version", "GET /rss.xml  HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-015 a leading space", " GET /rss.xml HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-015 a trailing space", "GET /rss.xml HTTP/1.1 \r\n" + host + "\r\n", 400},
      {"H-015 a tab", "GET\t/rss.xml\tHTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-015 no version", "GET /rss.xml\r\n" + host + "\r\n", 400},
      {"H-016 http/1.1", "GET /rss.xml http/1.1\r\n" + host + "\r\n", 400},
      {"H-016 HTTP/1.10", "GET /rss.xml HTTP/1.10\r\n" + host + "\r\n", 400},
      {"H-016 HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"H-016 HTTP/0.9", "GET /rss.xml HTTP/0.9\r\n" + host + "\r\n", 505},
      {"H-018 a long target", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n" + host + "\r\n",
       414},
      {"H-018 a long line without end", "GET /" + std::string(9000, 'a'), 414},
      {"H-018 a long field", line + host + "X: " + std::string(17000, 'a') + "\r\n\r\n", 431},
      {"H-018 fields without end", line + host + "X: " + std::string(17000, 'a'), 431},
      {"H-019 another scheme", "GET ftp://a/rss.xml HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-019 a bad authority", "GET http://a@b/rss.xml HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-019 no authority", "GET http:///rss.xml HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-020 GET *", "GET * HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-020 CONNECT", "CONNECT blog.example:443 HTTP/1.1\r\n" + host + "\r\n", 405},
      {"H-021 a quote in the target", "GET /\"rss.xml HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-021 a brace in the target", "GET /{x} HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-021 a backslash in the target", "GET /a\\b HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-021 raw octets that are not UTF-8", "GET /\xC7\xD1 HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-021 raw UTF-8 in the query", "GET /rss.xml?q=한글 HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-021 raw UTF-8 in another method", "POST /한글 HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-022 a fragment", "GET /rss.xml#top HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-044 no leading slash", "GET rss.xml HTTP/1.1\r\n" + host + "\r\n", 400},
      {"H-023 chunk size with 0x",
       post + "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", 400},
      {"H-023 chunk size with a sign",
       post + "Transfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n", 400},
      {"H-023 chunk size with a space",
       post + "Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n", 400},
      {"H-023 no chunk size", post + "Transfer-Encoding: chunked\r\n\r\n\r\nhello\r\n0\r\n\r\n",
       400},
      {"H-023 17 hex digits",
       post + "Transfer-Encoding: chunked\r\n\r\n10000000000000005\r\nhello\r\n0\r\n\r\n", 400},
      {"H-023 a chunk longer than it says",
       post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n", 400},
      {"H-023 a chunk that ends in LF",
       post + "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", 400},
      {"H-006 a chunk beyond the limit",
       post + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFF\r\nhello", 413},
      {"H-024 a chunk extension without end",
       post + "Transfer-Encoding: chunked\r\n\r\n5;" + std::string(100'000, 'x'), 413},
      {"H-030 an expectation that is not known", post + "Expect: 200-ok\r\n\r\n", 417},
  }));
  INFO(vector.name);
  ServedSite site;
  RawClient client = site.connect();
  client.send(vector.bytes + second);
  const RawResponse response = client.read();
  CHECK(response.status == vector.status);
  CHECK(response.field("connection") == "close");
  CHECK_FALSE(response.field("date").empty());  // H-119
  CHECK(client.is_closed());
}

TEST_CASE("A refusal after a HEAD has its body: nothing of the request before lives on",
          "[server][H-047]") {
  ServerOptions options = ServedSite::defaults();
  options.header_timeout = std::chrono::milliseconds(100);
  const auto [bytes, status] = GENERATE(table<std::string, int>({
      {"GET /rss.xml HTTP/1.1\nHost: a\n\n", 400},
      {"GET /rss.xml HTTP/1.1\r\nHost: a\r\n", 408},
      {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(17000, 'a') + "\r\n\r\n", 431},
  }));
  INFO(status);
  ServedSite site(options);
  RawClient client = site.connect();
  CHECK(client.ask("HEAD /nix HTTP/1.1\r\n" + host + "\r\n", false).status == 404);
  const RawResponse response = client.ask(bytes);
  CHECK(response.status == status);
  CHECK_FALSE(response.body.empty());
  CHECK(client.is_closed());
}

TEST_CASE("Framing that is merely unusual is read as it is meant, and the next request is the next",
          "[server][H-043][H-045][H-047]") {
  const std::string line = "GET /rss.xml HTTP/1.1\r\n";
  const std::string post = "POST /rss.xml HTTP/1.1\r\n" + host;
  const Vector vector = GENERATE_COPY(values<Vector>({
      {"plain", line + host + "\r\n", 200},
      {"H-014 four empty lines first", "\r\n\r\n\r\n\r\n" + line + host + "\r\n", 200},
      {"H-016 HTTP/1.2", "GET /rss.xml HTTP/1.2\r\n" + host + "\r\n", 200},
      {"H-016 HTTP/1.9", "GET /rss.xml HTTP/1.9\r\n" + host + "\r\n", 200},
      {"H-018 a target of 8,000 octets",
       "GET /rss.xml?" + std::string(7990, 'q') + " HTTP/1.1\r\n" + host + "\r\n", 200},
      {"H-018 15 KB of fields", line + host + "Cookie: " + std::string(15000, 'c') + "\r\n\r\n",
       200},
      {"H-019 absolute-form", "GET http://other.example:80/rss.xml HTTP/1.1\r\n" + host + "\r\n",
       200},
      {"H-019 absolute-form in capitals, without path",
       "GET HTTPS://OTHER HTTP/1.1\r\n" + host + "\r\n", 200},
      {"H-007 an IPv6 Host", line + "Host: [::1]:8080\r\n\r\n", 200},
      {"H-007 a Host with percent signs", line + "Host: %EA%B8%80.example\r\n\r\n", 200},
      {"H-020 OPTIONS *", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n", 204},
      {"H-017 a method nobody knows", "BREW /rss.xml HTTP/1.1\r\n" + host + "\r\n", 501},
      {"H-017 H-044 a method in small letters", "get /rss.xml HTTP/1.1\r\n" + host + "\r\n", 501},
      {"H-017 DELETE", "DELETE /rss.xml HTTP/1.1\r\n" + host + "\r\n", 405},
      {"H-054 TRACE", "TRACE /rss.xml HTTP/1.1\r\n" + host + "\r\n", 405},
      {"H-021 raw UTF-8", "GET /tag/한글/rss.xml HTTP/1.1\r\n" + host + "\r\n", 301},
      {"a query", "GET /rss.xml?utm_source=x&y[]=/?z HTTP/1.1\r\n" + host + "\r\n", 200},
      {"values in Latin-1", line + host + "X-Name: \xE9t\xE9\r\n\r\n", 200},
      {"a field without value", line + host + "X:\r\n\r\n", 200},
      {"an upgrade that we do not want",
       line + host + "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 200},
      // Bodies are read and dropped (H-026); nothing in them is a request.
      {"H-026 GET with a body of a request",
       line + host + "Content-Length: 41\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: example\r\n\r\n",
       200},
      {"H-026 POST with a body", post + "Content-Length: 5\r\n\r\nhello", 405},
      {"H-026 a body of 60 KB", post + "Content-Length: 60000\r\n\r\n" + std::string(60'000, 'b'),
       405},
      {"an empty body", post + "Content-Length: 0\r\n\r\n", 405},
      {"H-023 chunks",
       post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0A\r\n0123456789\r\n0\r\n\r\n", 405},
      {"H-023 chunks in capitals", line + host + "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n",
       200},
      {"H-024 a chunk extension",
       post + "Transfer-Encoding: chunked\r\n\r\n5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n", 405},
      {"H-025 trailers",
       line + host +
           "Transfer-Encoding: chunked\r\n\r\n0\r\nHost: evil\r\nIf-None-Match: *\r\nX: y\r\n\r\n",
       200},
  }));
  INFO(vector.name);
  ServedSite site;
  RawClient client = site.connect();
  client.send(vector.bytes + second);
  const RawResponse response = client.read();
  CHECK(response.status == vector.status);
  CHECK(response.count("connection") == 0);
  const RawResponse next = client.read();
  CHECK(next.status == 200);
  CHECK(next.body.substr(0, 6) == "<feed>");
  CHECK(client.is_silent());
}

TEST_CASE("A trailer names no host, sets no condition and ends no connection",
          "[server][H-025][H-043]") {
  ServerOptions options = ServedSite::defaults();
  options.hosts = {"blog.example"};
  ServedSite site(options);
  RawClient client = site.connect();
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  const RawResponse want = client.ask(get("/rss.xml"));
  const std::string trailer =
      GENERATE(as<std::string>{}, "Host: evil.example", "Host: a b", "Authorization: Bearer x",
               "Connection: close", "Expect: x", "If-None-Match: *", "If-Match: \"x\"",
               "If-Modified-Since: Mon, 23 Nov 2037 02:13:20 GMT", "Accept-Encoding: gzip");
  INFO(trailer);
  client.send(get("/rss.xml", chunked) + "0\r\n" + trailer + "\r\n\r\n" + second);
  const RawResponse got = client.read();
  CHECK(got.head == want.head);
  CHECK(got.body == want.body);
  CHECK(client.read().body.substr(0, 6) == "<feed>");
  CHECK(client.is_silent());
  // Nor does it mend what the head says.
  const std::string evil = "GET /rss.xml HTTP/1.1\r\nHost: evil.example\r\n";
  CHECK(client.ask(evil + chunked + "\r\n0\r\n" + host + "\r\n").status == 421);
}

TEST_CASE("The body of a HEAD is dropped too", "[server][H-026]") {
  ServedSite site;
  RawClient client = site.connect();
  client.send("HEAD /rss.xml HTTP/1.1\r\n" + host + "Content-Length: " +
              std::to_string(second.size()) + "\r\n\r\n" + second + get("/nothing"));
  CHECK(client.read(false).status == 200);
  CHECK(client.read().status == 404);
}

TEST_CASE("What has no body sends none, and no framing of one", "[server][H-033]") {
  const auto [request, status] = GENERATE(table<std::string, int>({
      {"HEAD" + get("/rss.xml").substr(3), 200},
      {"HEAD" + get("/rss.xml", "Accept-Encoding: gzip\r\n").substr(3), 200},
      {"HEAD" + get("/rss.xml", "If-None-Match: *\r\n").substr(3), 304},
      {"HEAD" + get("/%72ss.xml").substr(3), 301},
      {"HEAD" + get("/nothing").substr(3), 404},
      {"HEAD" + get("/rss.xml", "If-Match: \"x\"\r\n").substr(3), 412},
      {get("/rss.xml", "If-None-Match: *\r\n"), 304},
      {get("/style.css", "If-None-Match: *\r\n"), 304},
      {"OPTIONS" + get("/rss.xml").substr(3), 204},
      {"OPTIONS" + get("*").substr(3), 204},
  }));
  INFO(request);
  ServedSite site;
  RawClient client = site.connect();
  for (int time = 0; time < 2; ++time) {  // as it is made, and from what was made
    client.send(request + second);
    const RawResponse response = client.read(false);
    CHECK(response.status == status);
    CHECK(response.count("transfer-encoding") == 0);
    CHECK(response.count("content-length") == (status == 204 || status == 304 ? 0 : 1));
    CHECK(client.read().body.substr(0, 6) == "<feed>");  // where a body would be
  }
}

TEST_CASE("A body that comes in pieces is dropped to its end", "[server][H-026]") {
  ServedSite site;
  RawClient client = site.connect();
  const std::string body = "4\r\nab\r\n\r\n3;x=y\r\ncde\r\n0\r\nX-Trailer: 1\r\n\r\n";
  client.send("GET /rss.xml HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (char c : body) {
    CHECK(client.is_silent());
    client.send(std::string(1, c));
  }
  CHECK(client.read().status == 200);
  CHECK(client.ask(second).status == 200);
}

TEST_CASE("No part of a request is answered before the whole is there", "[server][H-032]") {
  const std::string request =
      "GET /rss.xml HTTP/1.1\r\nHost: blog.example\r\nIf-None-Match: \"x\"\r\n\r\n";
  ServedSite site;
  RawClient client = site.connect();
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    INFO("cut at " << cut);
    client.send(std::string_view(request).substr(0, cut));
    // Another connection's answer shows that the server has had its turn since.
    RawClient other = site.connect();
    CHECK(other.ask(second).status == 200);
    CHECK(client.is_silent());
    CHECK(client.ask(std::string_view(request).substr(cut)).status == 200);
  }
}

TEST_CASE("A request sent byte by byte is answered once", "[server][H-032]") {
  ServedSite site;
  RawClient client = site.connect();
  for (char c : second) client.send(std::string(1, c));
  CHECK(client.read().status == 200);
  CHECK(client.ask(get("/rss.xml")).body.substr(0, 5) == "<rss>");
}

TEST_CASE("Pipelined requests are answered in order, and a bad one ends the row",
          "[server][H-028]") {
  ServedSite site;
  RawClient client = site.connect();
  std::string requests;
  for (int i = 0; i < 300; ++i) requests += get(i % 2 ? "/atom.xml" : "/rss.xml");
  client.send(requests + "BAD\r\n\r\n" + second);
  for (int i = 0; i < 300; ++i) {
    INFO(i);
    REQUIRE(client.read().body.substr(0, 5) == (i % 2 ? "<feed" : "<rss>"));
  }
  CHECK(client.read().status == 400);
  CHECK(client.is_closed());
}

TEST_CASE("Expect: 100-continue is answered before the body, but not to HTTP/1.0",
          "[server][H-030][H-033]") {
  ServedSite site;
  RawClient client = site.connect();
  const std::string fields = "Host: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
  const RawResponse go_on = client.ask("POST /rss.xml HTTP/1.1\r\n" + fields);
  CHECK(go_on.status == 100);
  CHECK(go_on.count("transfer-encoding") == 0);
  CHECK(go_on.count("content-length") == 0);
  CHECK(client.ask("hello").status == 405);
  CHECK(client.ask(second).status == 200);
  RawClient old = site.connect();
  CHECK(old.ask("GET /rss.xml HTTP/1.0\r\n" + fields + "hello").status == 200);
}

TEST_CASE("Connections persist as version and Connection say", "[server][H-029]") {
  ServedSite site;
  SECTION("HTTP/1.1 with close") {
    RawClient client = site.connect();
    const RawResponse response = client.ask(get("/rss.xml", "Connection: Close\r\n") + second);
    CHECK(response.status == 200);
    CHECK(response.field("connection") == "close");
    CHECK(client.is_closed());
  }
  SECTION("HTTP/1.0 without Host") {
    RawClient client = site.connect();
    const RawResponse response = client.ask("GET /rss.xml HTTP/1.0\r\n\r\n");
    CHECK(response.status == 200);
    CHECK(response.field("connection") == "close");
    CHECK(client.is_closed());
  }
  SECTION("HTTP/1.0 with keep-alive") {
    RawClient client = site.connect();
    const std::string request = "GET /rss.xml HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    CHECK(client.ask(request).field("connection") == "keep-alive");
    CHECK(client.ask(request).status == 200);
    const std::string rest = " /rss.xml HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    CHECK(client.ask("OPTIONS" + rest).field("connection") == "keep-alive");
    CHECK(client.ask("HEAD" + rest, false).field("connection") == "keep-alive");
  }
}
