// Several sites by Host: each is found by its own, and nobody gets from one what is another's
// (docs/sites.md).
#include "catch.hpp"
#include "served_site.hpp"

using namespace sosik;

namespace {

std::shared_ptr<const OtherSites> others() {
  auto made = std::make_shared<OtherSites>();
  made->by_host["b.example"] = {2, "https://b.example", ""};
  made->by_host["c.example"] = {3, "https://c.example", "/blog"};
  made->by_host["broken.example"] = {};
  return made;
}

ServerOptions with_others(std::vector<std::string> hosts = {}) {
  auto options = ServedSite::defaults();
  options.others = others();
  options.hosts = std::move(hosts);
  options.indexnow_key = "main-key";
  return options;
}

struct Sites : ServedSite {
  explicit Sites(ServerOptions options = with_others()) : ServedSite(std::move(options)) {
    for (const SiteId site : {2, 3}) {
      MemoryDocument rss;
      rss.identity = "<rss>site " + std::to_string(site) + "</rss>";
      rss.location = "https://elsewhere/rss.xml";
      snapshots.put(site, "main", Format::rss, rss);
      if (site == 2) snapshots.put(site, "tag/한글", Format::rss, rss);
    }
    MemoryDocument only;
    only.identity = "<rss>only in site 2</rss>";
    snapshots.put(2, "secret", Format::rss, only);
  }
  RawResponse ask(const std::string& host, const std::string& path,
                  const std::string& fields = "") {
    return connect().ask("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n");
  }
};

}  // namespace

TEST_CASE("Host chooses the site, however it is written", "[server][sites]") {
  Sites sites;
  const auto [host, want] = GENERATE(table<std::string, std::string>({
      {"b.example", "site 2"},
      {"B.EXAMPLE", "site 2"},
      {"b.example:8080", "site 2"},
      {"b.example.", "site 2"},
      {"B.example.:443", "site 2"},
      {"blog.example", "aaaa"},
      {"anything.example", "aaaa"},
      {"xb.example", "aaaa"},
      {"b.example.evil.example", "aaaa"},
      {"%62.example", "aaaa"},
      {"[::1]:80", "aaaa"},
      {"127.0.0.1", "aaaa"},
  }));
  INFO(host);
  for (int i = 0; i < 2; ++i) {  // made, then known
    const auto response = sites.ask(host, "/rss.xml");
    CHECK(response.status == 200);
    CHECK(response.body.find(want) != std::string::npos);
  }
}

TEST_CASE("One connection may ask of one site after the other", "[server][sites]") {
  Sites sites;
  RawClient client = sites.connect();
  for (int i = 0; i < 3; ++i) {
    const auto at = [&](const std::string& host) {
      return client.ask("GET /rss.xml HTTP/1.1\r\nHost: " + host + "\r\n\r\n").body;
    };
    CHECK(at("b.example").find("site 2") != std::string::npos);
    CHECK(at("blog.example").find("site 2") == std::string::npos);
  }
}

TEST_CASE("The authority of an absolute target chooses, not Host", "[server][sites][H-019]") {
  Sites sites;
  const auto ask = [&](const std::string& target, const std::string& host) {
    return sites.connect().ask("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  };
  CHECK(ask("http://b.example/rss.xml", "blog.example").body.find("site 2") != std::string::npos);
  CHECK(ask("http://blog.example/rss.xml", "b.example").body.find("aaa") != std::string::npos);
  CHECK(ask("http://B.Example.:9/rss.xml", "c.example").body.find("site 2") != std::string::npos);
  CHECK(ask("http://user@b.example/rss.xml", "b.example").status == 400);
}

TEST_CASE("Two hosts, and hosts that are none, are refused", "[server][sites][H-007]") {
  Sites sites;
  const std::string fields =
      GENERATE(as<std::string>{}, "Host: b.example\r\nHost: b.example\r\n",
               "Host: b.example\r\nHost: blog.example\r\n", "Host: b.example, blog.example\r\n",
               "Host: b..example\r\n", "Host: u@b.example\r\n", "Host: b.example/\r\n", "");
  INFO(fields);
  CHECK(sites.connect().ask("GET /rss.xml HTTP/1.1\r\n" + fields + "\r\n").status == 400);
}

TEST_CASE("What one site has is not there at another's host", "[server][sites]") {
  Sites sites;
  CHECK(sites.ask("b.example", "/secret/rss.xml").status == 200);
  CHECK(sites.ask("blog.example", "/secret/rss.xml").status == 404);
  CHECK(sites.ask("c.example", "/blog/secret/rss.xml").status == 404);
  CHECK(sites.ask("b.example", "/large/rss.xml").status == 404);
  CHECK(sites.ask("b.example", "/posts/%EC%B2%AB-%EC%98%A8%EC%BD%9C").status == 404);
  CHECK(sites.ask("b.example", "/main-key.txt").status == 404);
  CHECK(sites.ask("blog.example", "/main-key.txt").status == 200);
}

TEST_CASE("A tag of one site is no tag at another", "[server][sites]") {
  Sites sites;
  const auto etag = sites.ask("blog.example", "/rss.xml").field("etag");
  const std::string asks = "If-None-Match: " + etag + "\r\n";
  CHECK(sites.ask("blog.example", "/rss.xml", asks).status == 304);
  CHECK(sites.ask("b.example", "/rss.xml", asks).status == 200);
}

TEST_CASE("Base path and origin are the site's", "[server][sites]") {
  Sites sites;
  CHECK(sites.ask("c.example", "/blog/rss.xml").body.find("site 3") != std::string::npos);
  CHECK(sites.ask("c.example", "/rss.xml").status == 404);
  CHECK(sites.ask("b.example", "/blog/rss.xml").status == 404);
  CHECK(sites.ask("c.example", "/blog/%72ss.xml").field("location") ==
        "https://c.example/blog/rss.xml");
  CHECK(sites.ask("b.example", "/%72ss.xml").field("location") == "https://b.example/rss.xml");
  CHECK(sites.ask("blog.example", "/%72ss.xml").field("location") ==
        "https://blog.example/rss.xml");
}

TEST_CASE("A site that cannot be served is nobody else's", "[server][sites]") {
  Sites sites;
  const auto response = sites.ask("broken.example", "/rss.xml");
  CHECK(response.status == 503);
  CHECK(response.field("retry-after") == "300");
  CHECK(response.field("cache-control") == "no-store");
}

TEST_CASE("Hosts of rows count as named where hosts are", "[server][sites][H-274]") {
  Sites sites(with_others({"blog.example"}));
  CHECK(sites.ask("b.example", "/rss.xml").status == 200);
  CHECK(sites.ask("blog.example", "/rss.xml").status == 200);
  CHECK(sites.ask("anything.example", "/rss.xml").status == 421);
  CHECK(sites.connect().ask("GET /rss.xml HTTP/1.0\r\n\r\n").status == 400);  // H-008: a choice
}

TEST_CASE("Sites come, change and go while they are asked for", "[server][sites]") {
  Sites sites;
  RawClient client = sites.connect();
  const auto at = [&](const std::string& host) {
    return client.ask("GET /rss.xml HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  };
  CHECK(at("b.example").body.find("site 2") != std::string::npos);
  auto next = std::make_shared<OtherSites>();
  next->by_host["d.example"] = {2, "https://d.example", ""};  // renamed
  sites.server->adopt(std::shared_ptr<const OtherSites>(next));
  CHECK(at("d.example").body.find("site 2") != std::string::npos);
  CHECK(at("b.example").body.find("site 2") == std::string::npos);
  sites.server->adopt(std::shared_ptr<const OtherSites>());
  CHECK(at("d.example").body.find("site 2") == std::string::npos);
}

TEST_CASE("What was made for a host that has become another site's is not sent",
          "[server][sites][threads]") {
  Sites sites;
  sites.snapshots.after_making([&] {
    auto next = std::make_shared<OtherSites>();
    next->by_host["b.example"] = {3, "https://b.example", ""};
    sites.server->adopt(std::shared_ptr<const OtherSites>(next));
  });
  const auto response = sites.ask("b.example", "/rss.xml");
  CHECK(response.status == 503);
  CHECK(sites.ask("b.example", "/rss.xml").body.find("site 3") != std::string::npos);
}
