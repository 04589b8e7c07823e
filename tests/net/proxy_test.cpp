// Through the operator's proxy (N-189), which connects where we have checked.
#include <cstdlib>

#include "catch.hpp"
#include "outbound_calls.hpp"
#include "temp_dir.hpp"
#include "test_certificate.hpp"
#include "test_proxy.hpp"

using namespace sosik;

TEST_CASE("A proxy is asked for the checked literal address, never the name [N-181][N-189]",
          "[net][proxy]") {
  TempDir dir;
  const auto pem = (dir / "receiver.pem").string();
  write_certificate(pem, "DNS:hook.example");
  const bool is_tls = GENERATE(false, true);
  INFO((is_tls ? "https" : "http"));
  TestReceiver receiver({Reply::status(204)}, is_tls ? pem : "");
  TestProxy proxy;
  auto options = options_for(receiver);
  options.proxy = proxy.url();
  options.user_agent = "Sosik/1 (+https://blog.example/)";
  options.ca_file = pem;
  options.resolve = [](const std::string&) { return answer({"127.0.0.1"}); };
  auto response = send(options, post(receiver.url("/", "hook.example")));
  REQUIRE(verdict_of(response) == "status 204");
  const auto target = "127.0.0.1:" + std::to_string(receiver.port());
  CHECK(proxy.heads() ==
        std::vector<std::string>{"CONNECT " + target + " HTTP/1.1\r\nHost: " + target +
                                 "\r\nUser-Agent: Sosik/1 (+https://blog.example/)\r\n\r\n"});
  // Inside the tunnel all is as without it.
  CHECK(receiver.requests().at(0).starts_with("POST / HTTP/1.1\r\nHost: hook.example:"));
}

TEST_CASE("A connection through a proxy is kept like others", "[net][proxy]") {
  TestReceiver receiver({Reply::kept(204)});
  TestProxy proxy;
  auto options = options_for(receiver);
  options.proxy = proxy.url();
  Caller caller(options);
  for (int i = 0; i < 3; ++i) CHECK(verdict_of(caller.send(post(receiver.url()))) == "status 204");
  CHECK(proxy.heads().size() == 1);
  CHECK(receiver.requests().size() == 3);
}

TEST_CASE("A proxy opens no way to a forbidden address [N-182]", "[net][proxy][ssrf]") {
  TestReceiver receiver({Reply::status(204)});
  TestProxy proxy;  // itself on loopback, which is the operator's own affair
  auto options = options_for(receiver);
  options.proxy = proxy.url();
  options.allowed_networks.clear();
  CHECK(verdict_of(send(options, post(receiver.url()))) == "refused-address");
  CHECK(proxy.heads().empty());
}

TEST_CASE("A proxy that refuses, or talks on, is a failure that names it", "[net][proxy]") {
  auto [said, error_class, detail] = GENERATE(table<std::string, std::string, std::string>({
      {"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", "connect", "it answers 403"},
      {"HTTP/1.1 502 Bad Gateway\r\n\r\n", "connect", "it answers 502"},
      {"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 204 Not Yours\r\n\r\n", "protocol", "behind its answer"},
      {"SSH-2.0-OpenSSH\r\n", "protocol", "not HTTP/1.x"},
  }));
  INFO(said);
  TestReceiver receiver({Reply::status(204)});
  TestProxy proxy(said);
  auto options = options_for(receiver);
  options.proxy = proxy.url();
  auto response = send(options, post(receiver.url()));
  REQUIRE_FALSE(response.has_value());
  CHECK(response.error().error_class == error_class);
  CHECK(response.error().detail.find("the proxy 127.0.0.1:") != std::string::npos);
  CHECK(response.error().detail.find(detail) != std::string::npos);
  CHECK(receiver.requests().empty());
}

TEST_CASE("Proxies of the environment are not used [N-189]", "[net][proxy]") {
  TestReceiver receiver({Reply::status(204)});
  TestProxy proxy;
  constexpr const char* names[] = {"http_proxy", "HTTP_PROXY",  "https_proxy",
                                   "all_proxy",  "HTTPS_PROXY", "ALL_PROXY"};
  for (auto* name : names) ::setenv(name, proxy.url().c_str(), 1);
  auto response = send(options_for(receiver), post(receiver.url()));
  for (auto* name : names) ::unsetenv(name);
  CHECK(verdict_of(response) == "status 204");
  CHECK(proxy.heads().empty());
}

TEST_CASE("A proxy that cannot be used is said at once", "[net][proxy]") {
  auto text = GENERATE(as<std::string>{}, "proxy.example:3128", "https://proxy.example/",
                       "http://user:word@proxy.example/", "http://proxy.example/path", "http://");
  INFO(text);
  CHECK_FALSE(check_proxy(text).has_value());
  CHECK(check_proxy("http://10.0.0.1:3128").has_value());
  OutboundOptions options;
  options.proxy = text;
  boost::asio::io_context context;
  CHECK_THROWS_WITH(make_http_client(context, options), Catch::Contains("proxy"));
}
