// Whom the server answers for.
#include "catch.hpp"
#include "host_name.hpp"
#include "served_site.hpp"

using namespace sosik;

namespace {

ServerOptions serving(std::vector<std::string> hosts) {
  ServerOptions options = ServedSite::defaults();
  options.hosts = std::move(hosts);
  return options;
}

}  // namespace

TEST_CASE("Port and the root's dot are no part of a host's name", "[server][H-274]") {
  const auto [host, want] = GENERATE(table<std::string, std::string>({
      {"blog.example", "blog.example"},
      {"blog.example:80", "blog.example"},
      {"blog.example.", "blog.example"},
      {"blog.example.:443", "blog.example"},
      {"[::1]:8080", "[::1]"},
      {"[::1]", "[::1]"},
      {"", ""},
  }));
  CHECK(host_name(host) == want);
}

TEST_CASE("Hosts that are not ours get 421 and are not repeated to them", "[server][H-274]") {
  ServedSite site(serving({"blog.example", "xn--bj0bj06e.example"}));  // 한글.example
  const auto [host, status] = GENERATE(table<std::string, int>({
      {"blog.example", 200},
      {"BLOG.Example:8080", 200},
      {"blog.example.", 200},
      {"xn--bj0bj06e.example", 200},
      {"XN--BJ0BJ06E.example", 200},
      {"evil.example", 421},
      {"blog.example.evil.example", 421},
      {"notblog.example", 421},
      {"blog.exampl", 421},
      {"127.0.0.1", 421},
      {"[::1]:80", 421},
      {"%EA%B8%80.example", 421},
  }));
  INFO(host);
  RawClient client = site.connect();
  const RawResponse response = client.ask("GET /rss.xml HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  CHECK(response.status == status);
  if (status == 200) return;
  CHECK(response.field("cache-control") == "no-store");
  CHECK((response.head + response.body).find(host) == std::string::npos);
  CHECK(client.ask(get("/atom.xml")).status == 200);  // the connection goes on
}

TEST_CASE("Whatever is asked of a host that is not ours is 421", "[server][H-274][H-060]") {
  ServedSite site(serving({"blog.example"}));
  RawClient client = site.connect();
  CHECK(client.ask(get("/rss.xml")).status == 200);
  const std::string request = GENERATE(as<std::string>{}, "GET /rss.xml", "GET /nothing",
                                       "GET /%72ss.xml", "OPTIONS *", "DELETE /rss.xml", "BREW /");
  INFO(request);
  const std::string fields = " HTTP/1.1\r\nHost: evil.example\r\nIf-None-Match: *\r\n\r\n";
  CHECK(client.ask(request + fields).status == 421);
}

TEST_CASE("The authority of an absolute target goes before Host", "[server][H-019][H-274]") {
  ServedSite site(serving({"blog.example"}));
  RawClient client = site.connect();
  CHECK(client.ask("GET http://blog.example:80/rss.xml HTTP/1.1\r\nHost: evil.example\r\n\r\n")
            .status == 200);
  CHECK(
      client.ask("GET http://evil.example/rss.xml HTTP/1.1\r\nHost: blog.example\r\n\r\n").status ==
      421);
}

TEST_CASE("HTTP/1.0 without Host means the only site there is", "[server][H-008]") {
  using Hosts = std::vector<std::string>;
  const auto [hosts, status] = GENERATE(values<std::pair<Hosts, int>>({
      {Hosts{}, 200},
      {Hosts{"blog.example"}, 200},
      {Hosts{"blog.example", "www.blog.example"}, 400},
  }));
  INFO(hosts.size());
  ServedSite site(serving(hosts));
  const RawResponse response = site.connect().ask("GET /rss.xml HTTP/1.0\r\n\r\n");
  CHECK(response.status == status);
  CHECK(response.field("connection") == "close");
}
