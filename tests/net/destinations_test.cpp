// Server-side request forgery, tried on the whole client: every forbidden network, every spelling,
// every way by which a name may come to a forbidden address (N-180 to N-186, N-192).
#include <atomic>

#include "catch.hpp"
#include "outbound_calls.hpp"

using namespace sosik;

namespace {

std::string url_to(const std::string& literal, unsigned short port) {
  const bool is_v6 = literal.find(':') != std::string::npos;
  return "http://" + (is_v6 ? "[" + literal + "]" : literal) + ":" + std::to_string(port) + "/";
}

}  // namespace

TEST_CASE("No forbidden address is connected to, as a literal or behind a name [N-183][N-184]",
          "[net][ssrf]") {
  auto [address, rule] = GENERATE(table<std::string, std::string>({
      {"0.0.0.0", "0.0.0.0/8"},
      {"0.1.2.3", "0.0.0.0/8"},
      {"10.1.2.3", "10.0.0.0/8"},
      {"100.64.0.1", "100.64.0.0/10"},
      {"127.0.0.1", "127.0.0.0/8"},
      {"127.255.255.254", "127.0.0.0/8"},
      {"169.254.1.1", "169.254.0.0/16"},
      {"172.16.0.1", "172.16.0.0/12"},
      {"172.31.255.255", "172.16.0.0/12"},
      {"192.0.0.1", "192.0.0.0/24"},
      {"192.0.2.1", "192.0.2.0/24"},
      {"192.88.99.1", "192.88.99.0/24"},
      {"192.168.0.1", "192.168.0.0/16"},
      {"198.18.0.1", "198.18.0.0/15"},
      {"198.19.255.255", "198.18.0.0/15"},
      {"198.51.100.1", "198.51.100.0/24"},
      {"203.0.113.1", "203.0.113.0/24"},
      {"224.0.0.1", "224.0.0.0/4"},
      {"239.255.255.250", "224.0.0.0/4"},
      {"240.0.0.1", "240.0.0.0/4"},
      {"255.255.255.255", "240.0.0.0/4"},
      {"::", "::/96"},
      {"::1", "::/96"},
      {"::127.0.0.1", "::/96"},
      {"::ffff:127.0.0.1", "127.0.0.0/8"},
      {"::ffff:10.1.2.3", "10.0.0.0/8"},
      {"64:ff9b::127.0.0.1", "127.0.0.0/8"},
      {"64:ff9b::a9fe:a9fe", "169.254.0.0/16"},
      {"64:ff9b:1::1", "64:ff9b:1::/48"},
      {"100::1", "100::/64"},
      {"2001::1", "2001::/23"},
      {"2001:db8::1", "2001:db8::/32"},
      {"2002:7f00:1::1", "127.0.0.0/8"},
      {"2002:a01:203::1", "10.0.0.0/8"},
      {"3fff::1", "3fff::/20"},
      {"5f00::1", "5f00::/16"},
      {"fc00::1", "fc00::/7"},
      {"fd12:3456::1", "fc00::/7"},
      {"fe80::1", "fe80::/10"},
      {"fec0::1", "fec0::/10"},
      {"ff02::1", "ff00::/8"},
      // Where clouds tell their machines' secrets.
      {"169.254.169.254", "169.254.0.0/16"},
      {"169.254.170.2", "169.254.0.0/16"},
      {"100.100.100.200", "100.64.0.0/10"},
      {"192.0.0.192", "192.0.0.0/24"},
      {"fd00:ec2::254", "fc00::/7"},
  }));
  INFO(address);
  TestReceiver receiver({Reply::status(200)});
  auto options = options_for(receiver);
  options.allowed_networks.clear();
  options.resolve = [address = address](const std::string&) { return answer({address}); };
  for (auto& url : {url_to(address, receiver.port()), receiver.url("/", "hook.example")}) {
    auto response = send(options, post(url));
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().error_class == "refused-address");
    CHECK(response.error().detail.find("forbidden by rule " + rule) != std::string::npos);
  }
  CHECK(receiver.connections() == 0);
}

TEST_CASE("No spelling of a forbidden address leads to it [N-185]", "[net][ssrf]") {
  auto host = GENERATE(as<std::string>{}, "127.0.0.1", "127.1", "127.0.1", "0x7f.1", "0x7f000001",
                       "0177.0.0.1", "017700000001", "2130706433", "0x7F.0x0.0x0.0x1", "127.0.0.1.",
                       "[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:0001]",
                       "[::1]", "[::]", "①②⑦.⓪.⓪.①", "１２７.０.０.１", "127。0。0。1",
                       "%31%32%37.0.0.1", "0", "0.0.0.0", "localhost", "LOCALHOST", "localhost.");
  INFO(host);
  TestReceiver receiver({Reply::status(200)});
  auto options = options_for(receiver);
  options.allowed_networks.clear();
  auto response =
      send(options, post("http://" + host + ":" + std::to_string(receiver.port()) + "/"));
  REQUIRE_FALSE(response.has_value());
  // Either the URL is none, or what it means was found out and refused.
  CHECK(
      (response.error().error_class == "refused-address" || response.error().error_class == "url"));
  CHECK(receiver.connections() == 0);
}

TEST_CASE("One forbidden address refuses all of a name's, wherever it stands [N-182]",
          "[net][ssrf]") {
  auto addresses = GENERATE(values<std::vector<std::string>>({
      {"127.0.0.1", "10.0.0.7"},
      {"10.0.0.7", "127.0.0.1"},
      {"127.0.0.1", "127.0.0.2", "fe80::1"},
      {"127.0.0.1", "::ffff:169.254.169.254"},
      {"127.0.0.1", "64:ff9b::10.0.0.1"},
  }));
  TestReceiver receiver({Reply::status(200)});
  auto options = options_for(receiver);
  options.resolve = [addresses](const std::string&) { return answer(addresses); };
  CHECK(verdict_of(send(options, post(receiver.url("/", "hook.example")))) == "refused-address");
  CHECK(receiver.connections() == 0);
}

TEST_CASE("A name whose answer changes is never followed to a forbidden address [N-181][N-192]",
          "[net][ssrf]") {
  TestReceiver receiver({Reply::kept(200)});
  // Shared: the resolver's threads may outlive the client.
  auto asked = std::make_shared<std::atomic<int>>(0);
  auto options = options_for(receiver);
  options.resolve = [asked](const std::string&) {
    return answer({(*asked)++ == 0 ? "127.0.0.1" : "169.254.169.254"});
  };
  const auto url = receiver.url("/", "hook.example");
  SECTION("between the check and the connection: it is asked once") {
    CHECK(verdict_of(send(options, post(url))) == "status 200");
    CHECK(*asked == 1);
  }
  SECTION("between two attempts: the second one's answer is checked") {
    options.keep_alive.reset();
    Caller caller(options);
    CHECK(verdict_of(caller.send(post(url))) == "status 200");
    CHECK(verdict_of(caller.send(post(url))) == "refused-address");
    CHECK(*asked == 2);
  }
  SECTION("while a connection is kept: that one leads to where it was checked to lead") {
    Caller caller(options);
    CHECK(verdict_of(caller.send(post(url))) == "status 200");
    CHECK(verdict_of(caller.send(post(url))) == "status 200");
    CHECK(*asked == 1);
    CHECK(receiver.connections() == 1);
  }
}

TEST_CASE("What is kept for one host serves no other, though it has the same address",
          "[net][ssrf]") {
  TestReceiver receiver({Reply::kept(200)});
  auto options = options_for(receiver);
  options.resolve = [](const std::string& host) {
    return answer({host == "evil.example" ? "10.0.0.1" : "127.0.0.1"});
  };
  Caller caller(options);
  CHECK(verdict_of(caller.send(post(receiver.url("/", "hook.example")))) == "status 200");
  CHECK(verdict_of(caller.send(post(receiver.url("/", "evil.example")))) == "refused-address");
  CHECK(verdict_of(caller.send(post(receiver.url("/", "other.example")))) == "status 200");
  CHECK(receiver.connections() == 2);
}

TEST_CASE("A listener of our own is refused, even in an allowed network [N-186]", "[net][ssrf]") {
  auto [listener, host] = GENERATE(table<std::string, std::string>({
      {"127.0.0.1", "127.0.0.1"},
      {"127.0.0.1", "[::ffff:127.0.0.1]"},
      {"127.0.0.1", "0.0.0.0"},
      {"0.0.0.0", "127.0.0.1"},
      {"[::]", "127.0.0.1"},
      {"[::]", "127.0.0.77"},
      {"[::ffff:127.0.0.1]", "127.0.0.1"},
  }));
  TestReceiver ours({Reply::status(200)}), other({Reply::status(200)});
  INFO(listener << " " << host);
  auto options = options_for(ours);
  options.allowed_ports.push_back(other.port());
  options.own_listeners = {"192.0.2.1:80", listener + ":" + std::to_string(ours.port())};
  auto response = send(options, post(ours.url("/", host)));
  REQUIRE(verdict_of(response) == "refused-address");
  CHECK(response.error().detail.find("listens there itself") != std::string::npos);
  CHECK(ours.connections() == 0);
  CHECK(verdict_of(send(options, post(other.url()))) == "status 200");
}

TEST_CASE("A listener that cannot be read is said at once", "[net]") {
  auto text = GENERATE(as<std::string>{}, "", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0",
                       "127.0.0.1:99999", "localhost:80", "127.0.0.1:80x", "::1");
  INFO(text);
  CHECK_FALSE(check_listener(text).has_value());
}

TEST_CASE("An allowed network opens itself and nothing beside it [N-186]", "[net][ssrf]") {
  auto [network, verdict] = GENERATE(table<std::string, std::string>({
      {"127.0.0.0/8", "status 200"},
      {"127.0.0.1", "status 200"},
      {"127.0.0.1/32", "status 200"},
      {"127.0.0.2/32", "refused-address"},
      {"10.0.0.0/8", "refused-address"},
      {"::1/128", "refused-address"},
      {"0.0.0.0/0", "status 200"},
      {"::/0", "status 200"},
  }));
  INFO(network);
  TestReceiver receiver({Reply::status(200)});
  auto options = options_for(receiver);
  options.allowed_networks = {network};
  CHECK(verdict_of(send(options, post(receiver.url()))) == verdict);
}

TEST_CASE("A literal address is not looked up", "[net][ssrf]") {
  TestReceiver receiver({Reply::status(200)});
  auto options = options_for(receiver);
  options.resolve = [](const std::string&) -> Result<std::vector<std::string>> {
    return not_found("asked");
  };
  CHECK(verdict_of(send(options, post(receiver.url("/", "127.0.0.1")))) == "status 200");
  CHECK(verdict_of(send(options, post(receiver.url("/", "0x7f.1")))) == "status 200");
}
