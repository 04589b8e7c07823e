// What a reader gets: GET, HEAD, OPTIONS, conditions, codings, negotiation, errors.
#include "catch.hpp"
#include "served_site.hpp"

using namespace sosik;

namespace {

// Everything but Date, which may move on between two answers.
std::vector<std::pair<std::string, std::string>> lasting_fields(const RawResponse& response) {
  auto fields = response.fields;
  std::erase_if(fields, [](const auto& f) { return f.first == "date"; });
  return fields;
}

}  // namespace

TEST_CASE("A feed comes with validators, exact length and what it varies by",
          "[server][H-090][H-138]") {
  ServedSite site;
  RawClient client = site.connect();
  const RawResponse plain = client.ask(get("/rss.xml"));
  CHECK(plain.status == 200);
  CHECK(plain.body.size() == 3011);
  CHECK(plain.field("content-encoding").empty());
  CHECK(plain.field("vary") == "Accept-Encoding");  // H-170
  CHECK(plain.field("last-modified") == "Mon, 23 Nov 2026 02:13:20 GMT");
  CHECK(plain.field("date") == "Mon, 23 Nov 2026 09:05:09 GMT");
  CHECK(plain.count("content-location") == 0);
  const RawResponse gzip = client.ask(get("/rss.xml", "Accept-Encoding: gzip\r\n"));
  CHECK(gzip.field("content-encoding") == "gzip");
  CHECK(gzip.body == "not really gzip, but shorter");
  CHECK(gzip.field("etag") != plain.field("etag"));  // H-092
}

TEST_CASE("HEAD has the fields of GET and no body", "[server][H-050][H-051]") {
  const auto [target, fields] = GENERATE(table<std::string, std::string>({
      {"/rss.xml", ""},
      {"/rss.xml", "Accept-Encoding: gzip\r\n"},
      {"/rss.xml", "If-None-Match: *\r\n"},
      {"/rss.xml", "If-Modified-Since: Mon, 23 Nov 2037 02:13:20 GMT\r\n"},
      {"/rss.xml", "If-Match: \"x\"\r\n"},
      {"/rss.xml", "Accept-Encoding: identity;q=0, br\r\n"},
      {"/feed", "Accept: application/atom+xml\r\n"},
      {"/", ""},
      {"/posts/%EC%B2%AB-%EC%98%A8%EC%BD%9C", ""},
      {"/large/rss.xml", "Accept-Encoding: gzip\r\n"},
      {"/style.css", ""},
      {"/nothing", ""},
      {"/posts/nothing", "Accept: text/html\r\n"},
      {"/%72ss.xml", ""},
      {"/%00", ""},
  }));
  INFO(target << " " << fields);
  ServedSite site;
  RawClient client = site.connect();
  const std::string request = get(target, fields);
  const RawResponse got = client.ask(request);
  const RawResponse head = client.ask("HEAD" + request.substr(3), false);
  CHECK(head.status == got.status);
  CHECK(lasting_fields(head) == lasting_fields(got));
  if (got.status != 304) CHECK(head.field("content-length") == std::to_string(got.body.size()));
  CHECK(client.is_silent());
  CHECK(client.ask(get("/atom.xml")).status == 200);
}

TEST_CASE("A reader that has the current version gets 304 with the validators it needs",
          "[server][H-077][H-078][H-079][H-080]") {
  ServedSite site;
  RawClient client = site.connect();
  const RawResponse full = client.ask(get("/rss.xml", "Accept-Encoding: gzip\r\n"));
  const std::string fields =
      GENERATE_COPY("If-None-Match: " + full.field("etag") + "\r\n",
                    "If-None-Match: \"x\"\r\nIf-None-Match: W/" + full.field("etag") + "\r\n",
                    "If-Modified-Since: " + full.field("last-modified") + "\r\n",
                    "If-None-Match: " + full.field("etag") + "\r\nIf-Modified-Since: junk\r\n");
  INFO(fields);
  const RawResponse response = client.ask(get("/rss.xml", "Accept-Encoding: gzip\r\n" + fields));
  CHECK(response.status == 304);
  for (std::string name : {"etag", "last-modified", "vary", "cache-control", "link", "date",
                           "access-control-allow-origin"}) {
    INFO(name);
    CHECK(response.field(name) == full.field(name));
  }
  for (std::string name :
       {"content-type", "content-length", "content-encoding", "transfer-encoding"}) {
    INFO(name);
    CHECK(response.count(name) == 0);
  }
  CHECK(client.ask(get("/atom.xml")).status == 200);
}

TEST_CASE("A tag of a sibling coding gives 304 with that tag", "[server][H-094]") {
  ServedSite site;
  RawClient client = site.connect();
  const std::string identity = client.ask(get("/rss.xml")).field("etag");
  const std::string gzip = client.ask(get("/rss.xml", "Accept-Encoding: gzip\r\n")).field("etag");
  const RawResponse response =
      client.ask(get("/rss.xml", "Accept-Encoding: gzip\r\nIf-None-Match: " + identity + "\r\n"));
  CHECK(response.status == 304);
  CHECK(response.field("etag") == identity);
  CHECK(client.ask(get("/rss.xml", "If-None-Match: " + gzip + "\r\n")).field("etag") == gzip);
}

TEST_CASE("The negotiated address varies by Accept and says what it chose",
          "[server][H-155][H-157]") {
  ServedSite site;
  RawClient client = site.connect();
  struct Row {
    std::string accept, body, location, type;
  };
  const auto [accept, body, location, type] = GENERATE(values<Row>({
      {"*/*", "<rss>", "https://blog.example/rss.xml", "application/rss+xml; charset=utf-8"},
      {"application/atom+xml", "<feed", "https://blog.example/atom.xml",
       "application/atom+xml; charset=utf-8"},
      {"text/xml", "<rss>", "https://blog.example/rss.xml", "application/rss+xml; charset=utf-8"},
      {"application/xml, application/rss+xml;q=0", "<feed", "https://blog.example/atom.xml",
       "application/atom+xml; charset=utf-8"},
      {"text/html", "<!doc", "https://blog.example/", "text/html; charset=utf-8"},
  }));
  INFO(accept);
  const RawResponse full = client.ask(get("/feed", "Accept: " + accept + "\r\n"));
  CHECK(full.status == 200);
  CHECK(full.body.substr(0, 5) == body);
  CHECK(full.field("vary") == "Accept, Accept-Encoding");
  CHECK(full.field("content-location") == location);
  CHECK(full.field("content-type") == type);
  const RawResponse again = client.ask(
      get("/feed", "Accept: " + accept + "\r\nIf-None-Match: " + full.field("etag") + "\r\n"));
  CHECK(again.status == 304);
  CHECK(again.field("vary") == full.field("vary"));
  CHECK(again.field("content-location") == location);
}

TEST_CASE("A fixed address ignores Accept", "[server][H-150]") {
  ServedSite site;
  RawClient client = site.connect();
  const auto [target, body] = GENERATE(table<std::string, std::string>({
      {"/rss.xml", "<rss>"},
      {"/atom.xml", "<feed"},
      {"/tag/%ED%95%9C%EA%B8%80/rss.xml", "<rss>"},
      {"/feed/", "<rss>"},
      {"/", "<!doc"},
  }));
  for (std::string accept : {"image/png, */*;q=0", "text/html", "application/atom+xml",
                             "application/rss+xml;q=0, */*", "junk"}) {
    INFO(target << " " << accept);
    const RawResponse response = client.ask(get(target, "Accept: " + accept + "\r\n"));
    CHECK(response.status == 200);
    CHECK(response.body.substr(0, 5) == body);
    CHECK(response.field("vary") == "Accept-Encoding");
  }
}

TEST_CASE("What cannot be accepted is 406 with what there is", "[server][H-135][H-156]") {
  ServedSite site;
  RawClient client = site.connect();
  const RawResponse format = client.ask(get("/feed", "Accept: */*;q=0\r\n"));
  CHECK(format.status == 406);
  CHECK(format.field("vary") == "Accept, Accept-Encoding");
  CHECK(format.body.find("application/rss+xml") != std::string::npos);
  CHECK(client.ask(get("/rss.xml", "Accept-Encoding: identity;q=0\r\n")).status == 406);
}

TEST_CASE("A failed precondition is 412", "[server][H-081]") {
  ServedSite site;
  RawClient client = site.connect();
  CHECK(client.ask(get("/rss.xml", "If-Match: \"x\"\r\n")).status == 412);
  CHECK(client.ask(get("/rss.xml", "If-Unmodified-Since: Mon, 23 Nov 2026 02:13:19 GMT\r\n"))
            .status == 412);
}

TEST_CASE("A request that ends in an error ignores preconditions", "[server][H-060]") {
  ServedSite site;
  RawClient client = site.connect();
  CHECK(client.ask(get("/nothing", "If-None-Match: *\r\n")).status == 404);
  CHECK(client.ask(get("/posts/nothing", "If-None-Match: *\r\n")).status == 404);
  CHECK(client.ask(get("/%72ss.xml", "If-None-Match: *\r\n")).status == 301);
  CHECK(client.ask("POST /rss.xml HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n\r\n").status == 405);
}

TEST_CASE("OPTIONS tells the methods and lets scripts ask conditionally",
          "[server][H-053][H-251]") {
  ServedSite site;
  RawClient client = site.connect();
  const std::string target = GENERATE(as<std::string>{}, "/rss.xml", "*", "/posts/anything");
  const RawResponse response = client.ask(
      "OPTIONS " + target + " HTTP/1.1\r\nHost: a\r\nIf-Match: \"x\"\r\nIf-None-Match: *\r\n\r\n");
  CHECK(response.status == 204);
  CHECK(response.field("allow") == "GET, HEAD, OPTIONS");
  CHECK(response.count("content-length") == 0);  // H-033
  CHECK(response.field("access-control-allow-origin") == "*");
  CHECK(response.field("access-control-allow-methods") == "GET, HEAD, OPTIONS");
  CHECK(response.field("access-control-allow-headers") == "If-None-Match, If-Modified-Since, A-IM");
  CHECK(response.field("access-control-max-age") == "86400");
}

TEST_CASE("405 and 501 leave the connection usable", "[server][H-017][H-052]") {
  ServedSite site;
  RawClient client = site.connect();
  for (std::string method : {"DELETE", "POST", "PUT", "PATCH", "TRACE"})
    for (std::string target : {"/rss.xml", "/feed", "/", "/style.css", "/posts/anything"}) {
      INFO(method << " " << target);
      const RawResponse response = client.ask(method + get(target).substr(3));
      CHECK(response.status == 405);
      CHECK(response.field("allow") == "GET, HEAD, OPTIONS");
    }
  CHECK(client.ask("BREW / HTTP/1.1\r\nHost: a\r\n\r\n").status == 501);
  CHECK(client.ask(get("/rss.xml")).status == 200);
}

TEST_CASE("Another spelling is redirected to ours, at the configured origin",
          "[server][H-231][H-271]") {
  ServedSite site;
  RawClient client = site.connect();
  const RawResponse response =
      client.ask("GET /posts/%ec%b2%ab-%EC%98%A8%EC%BD%9C/?utm=1 HTTP/1.1\r\nHost: evil\r\n\r\n");
  CHECK(response.status == 301);
  CHECK(response.field("location") == "https://blog.example/posts/%EC%B2%AB-%EC%98%A8%EC%BD%9C");
}

TEST_CASE("A spelling of nothing is not found, not redirected", "[server][H-271]") {
  ServedSite site;
  RawClient client = site.connect();
  std::string hangul;
  for (int i = 0; i < 2600; ++i) hangul += "한";
  const std::string path = GENERATE_COPY(as<std::string>{}, "/posts/%ec%97%86%EC%9D%8C",
                                         "/tag/없음/rss.xml", "/posts/hello/", "/posts/" + hangul);
  INFO(path.substr(0, 40));
  const RawResponse response = client.ask(get(path));
  CHECK(response.status == 404);
  CHECK(response.head.size() < 1000);
  CHECK(response.count("location") == 0);
}

TEST_CASE("What has gone is no longer redirected to", "[server][H-271]") {
  ServedSite site;
  RawClient client = site.connect();
  const std::string path = "/posts/%ec%b2%ab-%EC%98%A8%EC%BD%9C";
  CHECK(client.ask(get(path)).status == 301);
  site.snapshots.remove("posts/첫-온콜");
  CHECK(client.ask(get(path)).status == 404);
}

TEST_CASE("A derived feed written in another case is redirected to its own spelling",
          "[server][H-271]") {
  ServedSite site;
  MemoryDocument document;
  document.identity = "<rss>";
  for (const auto key : {"tag/AI", "tag/C/C++", "category/Dev/Web", "author/Kim"})
    for (Format format : {Format::rss, Format::html}) site.snapshots.put(key, format, document);
  site.snapshots.also("tag/ai", "tag/AI");
  site.snapshots.also("tag/c/c++", "tag/C/C++");
  site.snapshots.also("category/dev/web", "category/Dev/Web");
  site.snapshots.also("author/KIM", "author/Kim");
  const auto [asked, canonical] = GENERATE(
      table<std::string, std::string>({{"/tag/ai/rss.xml", "/tag/AI/rss.xml"},
                                       {"/tag/%61i/rss.xml?a=b", "/tag/AI/rss.xml"},  // at once
                                       {"/tag/ai/", "/tag/AI/"},
                                       {"/tag/ai/feed", "/tag/AI/feed"},
                                       {"/tag/ai/feed/rss/", "/tag/AI/feed/rss/"},
                                       {"/tag/c%2Fc%2B%2B/rss.xml", "/tag/C%2FC++/rss.xml"},
                                       {"/category/dev/web/rss.xml", "/category/Dev/Web/rss.xml"},
                                       {"/author/KIM/rss.xml", "/author/Kim/rss.xml"}}));
  const std::string fields =
      GENERATE(as<std::string>{}, "", "If-None-Match: *\r\n", "Accept-Encoding: gzip\r\n");
  INFO(asked << " " << fields);
  RawClient client = site.connect();
  if (GENERATE(true, false)) CHECK(client.ask(get(canonical)).status == 200);
  for (int i = 0; i < 2; ++i) {
    const RawResponse response = client.ask(get(asked, fields));
    CHECK(response.status == 301);
    CHECK(response.field("location") == "https://blog.example" + canonical);
  }
  CHECK(client.ask(get(canonical)).status == 200);
}

TEST_CASE("CP949 is redirected if it names something, else not found", "[server][H-272]") {
  ServedSite site;
  RawClient client = site.connect();
  const RawResponse known = client.ask(get("/posts/%C3%B9-%BF%C2%C4%DD"));  // 첫-온콜
  CHECK(known.status == 301);
  CHECK(known.field("location") == "https://blog.example/posts/%EC%B2%AB-%EC%98%A8%EC%BD%9C");
  CHECK(client.ask(get("/posts/%C7%D1%B1%DB")).status == 404);
}

TEST_CASE("What is not there is a short text, or a page for browsers", "[server][H-181][H-233]") {
  ServedSite site;
  RawClient client = site.connect();
  const std::string target = GENERATE(as<std::string>{}, "/nothing", "/robots.txt", "/favicon.ico",
                                      "/posts/nothing", "/tag/nothing/rss.xml");
  INFO(target);
  const RawResponse text = client.ask(get(target));
  CHECK(text.status == 404);
  CHECK(text.field("content-type") == "text/plain; charset=utf-8");
  CHECK(text.field("cache-control") == "public, max-age=60");
  const RawResponse page = client.ask(get(target, "Accept: text/html\r\n"));
  CHECK(page.status == 404);
  CHECK(page.field("content-type") == "text/html; charset=utf-8");
  CHECK(page.body.find("<html") != std::string::npos);
}

TEST_CASE("The style sheet is served with a tag", "[server]") {
  ServedSite site;
  RawClient client = site.connect();
  const RawResponse response = client.ask(get("/style.css"));
  CHECK(response.status == 200);
  CHECK(response.field("content-type") == "text/css; charset=utf-8");
  CHECK(client.ask(get("/style.css", "If-None-Match: " + response.field("etag") + "\r\n")).status ==
        304);
}

TEST_CASE(
    "The key of IndexNow is served exactly, to GET and HEAD, and follows adopt() "
    "[N-130][N-136]",
    "[server]") {
  ServerOptions options = ServedSite::defaults();
  options.indexnow_key = "0123456789abcdef";
  ServedSite site(options);
  RawClient client = site.connect();
  const std::string path = "/0123456789abcdef.txt";
  const RawResponse response = client.ask(get(path));
  CHECK(response.status == 200);
  CHECK(response.body == "0123456789abcdef");
  CHECK(response.field("content-type") == "text/plain; charset=utf-8");
  const RawResponse head =
      client.ask("HEAD " + path + " HTTP/1.1\r\nHost: blog.example\r\n\r\n", false);
  CHECK(head.status == 200);
  CHECK(head.field("content-length") == "16");
  CHECK(head.body.empty());
  CHECK(client.ask(get(path, "If-None-Match: " + response.field("etag") + "\r\n")).status == 304);
  site.server->adopt({"https://blog.example", "", "another-key"});
  CHECK(client.ask(get("/another-key.txt")).body == "another-key");
  CHECK(client.ask(get(path)).status == 404);
  site.server->adopt({"https://blog.example", "", ""});
  CHECK(client.ask(get("/another-key.txt")).status == 404);
}

TEST_CASE("While our clock is behind a feed's change, it has no Last-Modified", "[server][H-115]") {
  ServedSite site;
  RawClient client = site.connect();
  const std::string date = client.ask(get("/rss.xml")).field("last-modified");
  site.clock.set(from_unix_ms(1'795'399'999'000));
  const RawResponse response = client.ask(get("/rss.xml", "If-Modified-Since: " + date + "\r\n"));
  CHECK(response.status == 200);
  CHECK(response.count("last-modified") == 0);
  CHECK(response.field("date") == "Mon, 23 Nov 2026 02:13:19 GMT");
  site.clock.set(from_unix_ms(1'795'400'000'000));
  CHECK(client.ask(get("/rss.xml", "If-Modified-Since: " + date + "\r\n")).status == 304);
}

TEST_CASE("A post's page knows no dates", "[server][H-075]") {
  ServedSite site;
  RawClient client = site.connect();
  const RawResponse page = client.ask(get("/posts/%EC%B2%AB-%EC%98%A8%EC%BD%9C"));
  CHECK(page.status == 200);
  CHECK(page.count("last-modified") == 0);
  CHECK(client
            .ask(get("/posts/%EC%B2%AB-%EC%98%A8%EC%BD%9C",
                     "If-Modified-Since: Mon, 23 Nov 2037 02:13:19 GMT\r\n"))
            .status == 200);
}

TEST_CASE("A change is served to the next request, on open connections too", "[server]") {
  ServedSite site;
  RawClient client = site.connect();
  const std::string tag = client.ask(get("/rss.xml")).field("etag");
  CHECK(client.ask(get("/rss.xml", "If-None-Match: " + tag + "\r\n")).status == 304);
  MemoryDocument changed;
  changed.identity = "<rss>new</rss>";
  site.snapshots.put("main", Format::rss, changed);
  const RawResponse response = client.ask(get("/rss.xml", "If-None-Match: " + tag + "\r\n"));
  CHECK(response.status == 200);
  CHECK(response.body == "<rss>new</rss>");
}

TEST_CASE("What changes in the moment it was made is answered and counted all the same",
          "[server]") {
  ServedSite site;
  MemoryDocument changed;
  changed.identity = "<rss>new</rss>";
  site.snapshots.after_making([&] { site.snapshots.put("main", Format::rss, changed); });
  RawClient client = site.connect();
  CHECK(client.ask(get("/rss.xml")).body.size() == 3011);  // nobody else keeps it any longer
  CHECK(client.ask(get("/rss.xml")).body == changed.identity);
  const ServerCounters counters = site.server->counters();
  CHECK(counters.by_format[static_cast<int>(Format::rss)][static_cast<int>(Coding::identity)] == 2);
}

TEST_CASE("A feed that has gone is not found, whatever was cached", "[server][H-060]") {
  ServedSite site;
  RawClient client = site.connect();
  const std::string path = "/posts/%EC%B2%AB-%EC%98%A8%EC%BD%9C";
  const std::string tag = client.ask(get(path)).field("etag");
  site.snapshots.remove("posts/첫-온콜");
  CHECK(client.ask(get(path, "If-None-Match: " + tag + "\r\n")).status == 404);
}

TEST_CASE("What cannot be made is 503, to be tried again, and logged once",
          "[server][H-181][H-234]") {
  ServedSite site;
  site.snapshots.fail_with(unavailable("the store is locked"));
  RawClient client = site.connect();
  const RawResponse response = client.ask(get("/rss.xml"));
  CHECK(response.status == 503);
  CHECK_FALSE(response.field("retry-after").empty());
  CHECK(response.field("cache-control") == "no-store");
  CHECK(response.body.find("locked") == std::string::npos);
  CHECK(site.log.lines().size() == 1);
}

TEST_CASE("Under a base path only what is below it is served", "[server]") {
  ServerOptions options = ServedSite::defaults();
  options.base_path = "/blog";
  ServedSite site(options);
  RawClient client = site.connect();
  CHECK(client.ask(get("/blog/rss.xml")).status == 200);
  CHECK(client.ask(get("/rss.xml")).status == 404);
  CHECK(client.ask(get("/blog")).field("location") == "https://blog.example/blog/");
}

TEST_CASE("A new public address holds for every request after adopt()", "[server][threads]") {
  ServerOptions options = ServedSite::defaults();
  options.threads = 2;
  ServedSite site(options);
  std::vector<RawClient> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(site.connect());
    REQUIRE(clients.back().ask(get("/%72ss.xml")).field("location") ==
            "https://blog.example/rss.xml");
    REQUIRE(clients.back().ask(get("/rss.xml")).status == 200);
  }
  site.server->adopt({"https://new.example", "/blog"});
  for (RawClient& client : clients) {
    REQUIRE(client.ask(get("/rss.xml")).status == 404);
    REQUIRE(client.ask(get("/blog/%72ss.xml")).field("location") ==
            "https://new.example/blog/rss.xml");
    REQUIRE(client.ask(get("/blog/rss.xml")).status == 200);
  }
}

TEST_CASE("What was being made for an address of before adopt() is not served for it",
          "[server][threads]") {
  ServerOptions options = ServedSite::defaults();
  options.base_path = "/dev";
  ServedSite site(options);
  MemoryDocument dev;
  dev.identity = "<dev>";
  site.snapshots.put("dev", Format::rss, dev);
  site.snapshots.hold();
  RawClient client = site.connect();
  client.send(get("/dev/rss.xml"));  // the main feed's
  site.snapshots.await_held();
  site.server->adopt({"https://blog.example", ""});
  site.snapshots.release();
  CHECK(client.read().status == 503);
  CHECK(client.ask(get("/dev/rss.xml")).body == "<dev>");
}
