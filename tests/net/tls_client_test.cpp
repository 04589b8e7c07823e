// Whom the outbound client believes over TLS: against real handshakes.
#include <openssl/ssl.h>

#include "catch.hpp"
#include "outbound_calls.hpp"
#include "temp_dir.hpp"
#include "test_certificate.hpp"
#include "tls.hpp"

using namespace sosik;

TEST_CASE("Only a certificate that is trusted, in force and for this name is accepted",
          "[net][tls]") {
  struct Row {
    std::string what, subject, host;
    long lasts = 24 * 3600;
    bool is_trusted = true;
    int max_tls = 0;
    std::string verdict = "tls", detail;
  };
  auto row = GENERATE(values<Row>({
      {"right", "DNS:hook.example", "hook.example", 3600, true, 0, "status 204", ""},
      {"TLS 1.2", "DNS:hook.example", "hook.example", 3600, true, TLS1_2_VERSION, "status 204", ""},
      {"by address", "IP:127.0.0.1", "127.0.0.1", 3600, true, 0, "status 204", ""},
      {"wildcard", "DNS:*.example.net", "hook.example.net", 3600, true, 0, "status 204", ""},
      {"expired", "DNS:hook.example", "hook.example", -60, true, 0, "tls", "expired"},
      {"self-signed", "DNS:hook.example", "hook.example", 3600, false, 0, "tls", "self-signed"},
      {"other name", "DNS:other.example", "hook.example", 3600, true, 0, "tls", "mismatch"},
      {"other address", "IP:127.0.0.2", "127.0.0.1", 3600, true, 0, "tls", "mismatch"},
      {"name for address", "DNS:127.0.0.1", "127.0.0.1", 3600, true, 0, "tls", "mismatch"},
      {"partial wildcard", "DNS:h*.example", "hook.example", 3600, true, 0, "tls", "mismatch"},
      {"two labels", "DNS:*.example", "a.hook.example", 3600, true, 0, "tls", "mismatch"},
      {"TLS 1.1", "DNS:hook.example", "hook.example", 3600, true, TLS1_1_VERSION, "tls", ""},
      {"TLS 1.0", "DNS:hook.example", "hook.example", 3600, true, TLS1_VERSION, "tls", ""},
  }));
  INFO(row.what);
  TempDir dir;
  const auto pem = (dir / "receiver.pem").string();
  write_certificate(pem, row.subject, row.lasts);
  TestReceiver receiver([](const std::string&) { return Reply::status(204); }, pem, row.max_tls);
  auto options = options_for(receiver);
  options.resolve = [](const std::string&) { return answer({"127.0.0.1"}); };
  if (row.is_trusted) options.ca_file = pem;
  auto response = send(options, post(receiver.url("/", row.host)));
  CHECK(verdict_of(response) == row.verdict);
  if (!response) CHECK(response.error().detail.find(row.detail) != std::string::npos);
  CHECK(receiver.requests().empty() == (row.verdict == "tls"));
}

TEST_CASE("Clients share the system's authorities, and none those of a file", "[net][tls]") {
  CHECK(tls_client_context("") == tls_client_context(""));
  TempDir dir;
  const auto pem = (dir / "more.pem").string();
  write_certificate(pem, "DNS:hook.example");
  CHECK(tls_client_context(pem) != tls_client_context(""));
  CHECK(tls_client_context(pem) != tls_client_context(pem));  // the file may have changed
}

TEST_CASE("A TLS connection is kept, and a large request goes through it", "[net][tls]") {
  TempDir dir;
  const auto pem = (dir / "receiver.pem").string();
  write_certificate(pem, "DNS:hook.example");
  const int max_tls = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  TestReceiver receiver([](const std::string&) { return Reply::kept(202, "", "thanks"); }, pem,
                        max_tls);
  auto options = options_for(receiver);
  options.ca_file = pem;
  options.resolve = [](const std::string&) { return answer({"127.0.0.1"}); };
  Caller caller(options);
  const std::string body(8 * 1024 * 1024, 'x');  // more than sockets hold
  for (int i = 0; i < 3; ++i) {
    auto response = caller.send(post(receiver.url("/", "hook.example"), body));
    REQUIRE(verdict_of(response) == "status 202");
    CHECK(response->body == "thanks");
  }
  CHECK(receiver.connections() == 1);
  CHECK(body_of(receiver.requests().at(2)) == body);
}

TEST_CASE("A handshake that never ends is a timeout", "[net][tls][slow]") {
  OutboundOptions options;
  options.allowed_networks = {"127.0.0.0/8"};
  options.total_timeout = std::chrono::seconds(1);
  // A listener that nobody accepts from: the connection is made, and then there is silence.
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(listener, generic, size) == 0);
  REQUIRE(::listen(listener, 1) == 0);
  REQUIRE(::getsockname(listener, generic, &size) == 0);
  options.allowed_ports = {ntohs(address.sin_port)};
  auto response =
      send(options, post("https://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/"));
  ::close(listener);
  CHECK(verdict_of(response) == "timeout");
  CHECK(response.error().detail.find("TLS handshake") != std::string::npos);
}
