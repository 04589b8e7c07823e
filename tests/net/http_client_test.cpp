#include "sosik/net/http_client.hpp"

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "catch.hpp"
#include "outbound_calls.hpp"
#include "own_addresses.hpp"
#include "temp_dir.hpp"
#include "test_certificate.hpp"

using namespace sosik;
namespace asio = boost::asio;

namespace {

using Names = Result<std::vector<std::string>>;

}  // namespace

TEST_CASE("A request goes out byte for byte as expected [N-188][N-190]", "[net][http]") {
  TestReceiver receiver({Reply::status(202, "X-Took: 1\r\n", "thanks")});
  auto options = options_for(receiver);
  options.user_agent = "Sosik/1 (+https://blog.example/)";
  auto response = send(options, post(receiver.url("/hook?a=1"), "이름=소식"));
  REQUIRE(response.has_value());
  CHECK(response->status == 202);
  CHECK(response->header("x-took") == "1");
  CHECK(response->body == "thanks");
  CHECK(receiver.requests().at(0) ==
        "POST /hook?a=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(receiver.port()) +
            "\r\nUser-Agent: Sosik/1 (+https://blog.example/)\r\nAccept-Encoding: identity\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            "Content-Length: 13\r\n\r\n이름=소식");
}

TEST_CASE("A redirect is an answer like others and is not followed [N-187]", "[net][http]") {
  TestReceiver receiver({Reply::status(307, "Location: /elsewhere\r\n")});
  auto response = send(options_for(receiver), post(receiver.url()));
  REQUIRE(response.has_value());
  CHECK(response->status == 307);
  CHECK(response->header("location") == "/elsewhere");
  CHECK(receiver.requests().size() == 1);
}

TEST_CASE("A giant body is cut and its status counts", "[net][http]") {
  Reply giant{Reply::Kind::drip, "HTTP/1.1 200 OK\r\n\r\n" + std::string(200 * 1024, 'x')};
  TestReceiver receiver({giant});
  auto response = send(options_for(receiver), post(receiver.url()));
  REQUIRE(response.has_value());
  CHECK(response->status == 200);
  CHECK(response->body == std::string(64 * 1024, 'x'));
}

TEST_CASE("Whoever hangs or drips is left when the total time is over", "[net][http][slow]") {
  auto reply = GENERATE(Reply::hang(), Reply{Reply::Kind::drip, "HTTP/1.1 200 OK\r\n\r\n"},
                        Reply{Reply::Kind::keep, "HTTP/1.1 200 OK\r\nContent-Le"});
  TestReceiver receiver({reply});
  auto options = options_for(receiver);
  options.total_timeout = std::chrono::seconds(1);
  auto response = send(options, post(receiver.url()));
  REQUIRE_FALSE(response.has_value());
  CHECK(response.error().error_class == "timeout");
}

TEST_CASE("A connection closed without an answer, a broken answer and nobody at all differ",
          "[net][http]") {
  TestReceiver silent({Reply::close()});
  auto closed = send(options_for(silent), post(silent.url()));
  REQUIRE_FALSE(closed.has_value());
  CHECK(closed.error().error_class == "connect");

  TestReceiver broken({Reply{Reply::Kind::answer, "220 mail.example ESMTP\r\n"}});
  auto protocol = send(options_for(broken), post(broken.url()));
  REQUIRE_FALSE(protocol.has_value());
  CHECK(protocol.error().error_class == "protocol");
  CHECK(protocol.error().detail.find("not HTTP/1.x") != std::string::npos);

  std::string url;
  OutboundOptions options;
  {
    TestReceiver gone({Reply::close()});
    url = gone.url("/secret-token");
    options = options_for(gone);
  }
  auto nobody = send(options, post(url));
  REQUIRE_FALSE(nobody.has_value());
  CHECK(nobody.error().error_class == "connect");
  CHECK(nobody.error().detail.find("secret") == std::string::npos);  // [N-174]
}

TEST_CASE("Loopback is refused unless allowed, in every spelling [N-182][N-185]", "[net][ssrf]") {
  TestReceiver receiver({Reply::status(200)});
  auto port = std::to_string(receiver.port());
  auto host =
      GENERATE(as<std::string>{}, "127.0.0.1", "127.1", "0x7f.1", "0177.0.0.1", "2130706433",
               "[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "localhost", "①②⑦.⓪.⓪.①", "0.0.0.0");
  INFO(host);
  auto options = options_for(receiver);
  options.allowed_networks.clear();
  auto response = send(options, post("http://" + host + ":" + port + "/"));
  REQUIRE_FALSE(response.has_value());
  // What the URL parser already refuses never gets as far as an address.
  CHECK((response.error().error_class == "refused-address" ||
         response.error().error_class == "url" || response.error().error_class == "dns"));
  CHECK(receiver.requests().empty());
  if (host == "127.0.0.1" || host == "localhost") {
    CHECK(response.error().error_class == "refused-address");
    CHECK(response.error().detail.find("publish.allow_networks") != std::string::npos);
  }
}

TEST_CASE("One forbidden address among good ones refuses them all [N-182]", "[net][ssrf]") {
  TestReceiver receiver({Reply::status(200)});
  auto options = options_for(receiver);
  options.resolve = [](const std::string&) { return answer({"127.0.0.1", "10.0.0.7"}); };
  auto response = send(options, post(receiver.url("/", "hook.example")));
  REQUIRE_FALSE(response.has_value());
  CHECK(response.error().error_class == "refused-address");
  CHECK(response.error().detail.find("10.0.0.7") != std::string::npos);
  CHECK(receiver.requests().empty());
}

TEST_CASE("A name is asked once and the checked address is what is connected to [N-181]",
          "[net][ssrf]") {
  TestReceiver receiver({Reply::status(200)});
  std::atomic<int> asked = 0;
  auto options = options_for(receiver);
  // DNS rebinding: good at first, forbidden from the second question on.
  options.resolve = [&](const std::string&) {
    return answer({asked++ == 0 ? "127.0.0.1" : "169.254.169.254"});
  };
  asio::io_context context;
  auto client = make_http_client(context, options);
  auto first = run_task(context, client->send(post(receiver.url("/", "hook.example"))));
  REQUIRE(first.has_value());
  CHECK(asked == 1);
  CHECK(field_of(receiver.requests().at(0), "Host") ==
        "hook.example:" + std::to_string(receiver.port()));
  // The next attempt asks and checks anew [N-192].
  auto second = run_task(context, client->send(post(receiver.url("/", "hook.example"))));
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().error_class == "refused-address");
  CHECK(receiver.requests().size() == 1);
}

TEST_CASE("Addresses are tried in turn until one takes the call", "[net][http]") {
  TestReceiver receiver({Reply::status(200)});
  auto options = options_for(receiver);
  options.resolve = [](const std::string&) {  // nobody listens on the first one
    return answer({"127.0.0.77", "127.0.0.1"});
  };
  auto response = send(options, post(receiver.url("/", "hook.example")));
  REQUIRE(response.has_value());
  CHECK(response->status == 200);
}

TEST_CASE("A name without an address is a failure of DNS, a lookup that hangs a timeout",
          "[net][http][slow]") {
  TestReceiver receiver({Reply::status(200)});
  auto options = options_for(receiver);
  options.resolve = [](const std::string& host) -> Names {
    return not_found("cannot resolve " + host);
  };
  auto unknown = send(options, post(receiver.url("/", "nowhere.example")));
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().error_class == "dns");

  struct Gate {  // shared: the lookup outlives the client
    std::mutex mutex;
    std::condition_variable changed;
    bool is_open = false;
  };
  auto gate = std::make_shared<Gate>();
  options.total_timeout = std::chrono::seconds(1);
  options.resolve = [gate](const std::string&) {
    std::unique_lock lock(gate->mutex);
    gate->changed.wait(lock, [&] { return gate->is_open; });
    return answer({"127.0.0.1"});
  };
  auto slow = send(options, post(receiver.url("/", "slow.example")));  // and the client is gone
  REQUIRE_FALSE(slow.has_value());
  CHECK(slow.error().error_class == "timeout");
  std::lock_guard lock(gate->mutex);
  gate->is_open = true;
  gate->changed.notify_all();
}

TEST_CASE(
    "Ports, user names, schemes and headers that are not allowed never reach a socket [N-180]",
    "[net][ssrf]") {
  TestReceiver receiver({Reply::status(200)});
  auto port = std::to_string(receiver.port());
  auto refuse = [&](OutboundRequest request) {
    auto response = send(options_for(receiver), std::move(request));
    INFO(request.url);
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().error_class == "url");
    return response.error().detail;
  };
  CHECK(refuse(post("http://127.0.0.1:25/")).find("publish.allow_ports") != std::string::npos);
  refuse(post("http://user:word@127.0.0.1:" + port + "/"));
  refuse(post("ftp://127.0.0.1:" + port + "/"));
  refuse(post("http:///nowhere"));
  const auto long_url = "http://127.0.0.1:" + port + "/geheim" + std::string(2100, 'a');
  CHECK(refuse(post(long_url)).find("geheim") == std::string::npos);  // [N-174]
  auto injected = post(receiver.url());
  injected.headers.emplace_back("X-A", "b\r\nX-C: d");
  refuse(injected);
  auto named = post(receiver.url());
  named.headers.emplace_back("X A", "b");
  refuse(named);
  auto host = post(receiver.url());
  host.headers.emplace_back("HOST", "elsewhere.example");
  refuse(host);
  CHECK(receiver.requests().empty());
}

TEST_CASE("TLS: a trusted certificate for the name is accepted, everything else refused",
          "[net][tls]") {
  TempDir dir;
  auto pem = (dir / "receiver.pem").string();
  write_certificate(pem, "DNS:hook.example,IP:127.0.0.1");
  TestReceiver receiver({Reply::status(204)}, pem);
  auto options = options_for(receiver);
  options.resolve = [](const std::string&) { return answer({"127.0.0.1"}); };
  SECTION("trusted by ca_file") {
    options.ca_file = pem;
    auto response = send(options, post(receiver.url("/", "hook.example")));
    REQUIRE(response.has_value());
    CHECK(response->status == 204);
  }
  SECTION("trusted, by literal address") {
    options.ca_file = pem;
    auto response = send(options, post(receiver.url("/")));
    REQUIRE(response.has_value());
  }
  SECTION("not trusted") {
    auto response = send(options, post(receiver.url("/", "hook.example")));
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().error_class == "tls");
    CHECK(response.error().detail.find("certificate not trusted: self-signed certificate") !=
          std::string::npos);
    CHECK(receiver.requests().empty());
  }
  SECTION("trusted, for another name") {
    options.ca_file = pem;
    auto response = send(options, post(receiver.url("/", "other.example")));
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().error_class == "tls");
    CHECK(response.error().detail.find("hostname mismatch") != std::string::npos);
    CHECK(receiver.requests().empty());
  }
}

TEST_CASE("TLS with somebody who does not speak it fails as tls", "[net][tls]") {
  TestReceiver receiver({Reply::status(200)});
  auto url = "https://127.0.0.1:" + std::to_string(receiver.port()) + "/";
  auto response = send(options_for(receiver), post(url));
  REQUIRE_FALSE(response.has_value());
  CHECK(response.error().error_class == "tls");
}

TEST_CASE("This machine's own addresses are known as such [N-186]", "[net][ssrf]") {
  CHECK(is_own_address(asio::ip::make_address("127.0.0.1")));
  CHECK(is_own_address(asio::ip::make_address("::ffff:127.0.0.1")));
  CHECK_FALSE(is_own_address(asio::ip::make_address("8.8.8.8")));
  CHECK_FALSE(is_own_address(asio::ip::make_address("2606:4700::1111")));
}

TEST_CASE("A certificate file or a network that cannot be read is said at once", "[net]") {
  asio::io_context context;
  OutboundOptions options;
  options.ca_file = "/nonexistent/ca.pem";
  CHECK_THROWS_WITH(make_http_client(context, options), Catch::Contains("/nonexistent/ca.pem"));
  options.ca_file.clear();
  options.allowed_networks = {"10.0.0.0/99"};
  CHECK_THROWS_WITH(make_http_client(context, options), Catch::Contains("10.0.0.0/99"));
}
