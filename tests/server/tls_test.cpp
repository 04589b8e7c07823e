// HTTPS: the same answers, and what only TLS brings.
#include <fstream>
#include <future>

#include "catch.hpp"
#include "served_site.hpp"
#include "sosik/net/tls_channel.hpp"
#include "temp_dir.hpp"
#include "test_certificate.hpp"
#include "tls_client.hpp"

using namespace sosik;
using std::chrono::milliseconds;

namespace {

struct Certificate {
  TempDir folder;
  std::string file = (folder.path() / "site.pem").string();
  Certificate() { write_certificate(file, "DNS:blog.example"); }
};

struct TlsSite : Certificate, ServedSite {
  static ServerOptions over_tls(const std::string& file, ServerOptions options) {
    options.listen[0].uses_tls = true;
    options.listen.push_back(ListenOn{});
    options.listen.back().port = 0;  // a plain one beside it
    options.tls_certificate_file = options.tls_key_file = file;
    return options;
  }
  explicit TlsSite(const ServerOptions& options = defaults())
      : Certificate(), ServedSite(over_tls(file, options)) {}
  RawClient plain() const { return RawClient(server->listening()[1].port); }
};

// Of the certificate that a new connection is shown; each certificate has a key of its own.
std::string key_shown(unsigned short port) {
  TlsClient client(port);
  std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(client.ssl()),
                                                    &X509_free);
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(shown.get()), &der);
  std::string key(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return key;
}

}  // namespace

TEST_CASE("Over TLS everything is answered as without it", "[server][tls]") {
  TlsSite site;
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  TlsClientOptions options;
  options.min_version = options.max_version = version;
  TlsClient client(site.server->port(), options);
  RawClient plain = site.plain();
  for (std::string request :
       {get("/rss.xml"), get("/rss.xml", "Accept-Encoding: gzip\r\n"), get("/nothing"),
        get("/rss.xml", "If-None-Match: *\r\n"), get("/%72ss.xml"), get("/large/rss.xml"),
        get("/rss.xml", "Content-Length: 5\r\n") + "hello"}) {
    const RawResponse got = client.ask(request), want = plain.ask(request);
    CHECK(got.head == want.head);
    CHECK(got.body == want.body);
  }
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += get(i % 2 ? "/atom.xml" : "/rss.xml");
  client.send(requests);
  for (int i = 0; i < 100; ++i)
    REQUIRE(client.read().body.substr(0, 5) == (i % 2 ? "<feed" : "<rss>"));
  client.send("BAD\r\n\r\n");
  CHECK(client.read().status == 400);
  CHECK(client.is_closed());
  CHECK(client.was_closed_properly());
}

TEST_CASE("A large answer arrives whole over TLS, however slowly it is taken", "[server][tls]") {
  TlsSite site;
  TlsClient client(site.server->port());
  client.shrink_receive_buffer();
  client.send(get("/large/rss.xml") + get("/large/rss.xml", "Accept-Encoding: gzip\r\n") +
              get("/rss.xml"));
  CHECK(client.read().body == std::string(3'000'000, 'L'));
  CHECK(client.read().body == std::string(1'000'000, 'g'));
  CHECK(client.read().body.substr(0, 5) == "<rss>");
}

TEST_CASE("Strict-Transport-Security is sent over TLS alone, and only when configured",
          "[server][tls][H-255]") {
  ServerOptions options = ServedSite::defaults();
  options.hsts_seconds = GENERATE(0, 86400);
  INFO(options.hsts_seconds);
  TlsSite site(options);
  TlsClient client(site.server->port());
  RawClient plain = site.plain();
  for (std::string request : {get("/rss.xml"), get("/rss.xml", "If-None-Match: *\r\n"),
                              get("/nothing"), get("/%72ss.xml")}) {
    CHECK(client.ask(request).field("strict-transport-security") ==
          (options.hsts_seconds == 0 ? "" : "max-age=86400"));
    CHECK(plain.ask(request).count("strict-transport-security") == 0);
  }
}

TEST_CASE("Only HTTP/1.1 is spoken: who offers but other protocols is told so", "[server][tls]") {
  TlsSite site;
  TlsClientOptions options;
  options.protocols = "\x02h2\x08http/1.1";
  CHECK(TlsClient(site.server->port(), options).protocol() == "http/1.1");
  options.protocols = "\x02h2";
  CHECK_THROWS(TlsClient(site.server->port(), options));
  CHECK(TlsClient(site.server->port()).protocol().empty());
}

TEST_CASE("Versions that are broken are refused", "[server][tls]") {
  TlsSite site;
  TlsClientOptions old;
  old.max_version = TLS1_1_VERSION;
  CHECK_THROWS(TlsClient(site.server->port(), old));
}

TEST_CASE("A client cannot have the keys negotiated anew", "[server][tls]") {
  TlsSite site;
  TlsClientOptions options;
  options.max_version = TLS1_2_VERSION;
  TlsClient client(site.server->port(), options);
  REQUIRE(client.ask(get("/rss.xml")).status == 200);
  SSL_renegotiate(client.ssl());
  CHECK(SSL_do_handshake(client.ssl()) != 1);
}

TEST_CASE("Plain HTTP on a TLS port ends the connection, and TLS on a plain port is 400",
          "[server][tls]") {
  TlsSite site;
  RawClient plain(site.server->port());
  plain.send(get("/rss.xml"));
  plain.read_to_end();
  CHECK(site.server->counters().requests == 0);
  CHECK_THROWS(TlsClient(site.server->listening()[1].port));
  CHECK(TlsClient(site.server->port()).ask(get("/rss.xml")).status == 200);
}

TEST_CASE(
    "A handshake that does not come to its end is closed in a request's time, not an idle "
    "connection's",
    "[server][tls]") {
  ServerOptions options = ServedSite::defaults();
  options.header_timeout = milliseconds(300);
  options.idle_timeout = std::chrono::hours(1);
  TlsSite site(options);
  SECTION("silence") {
    RawClient client(site.server->port());
    CHECK(client.is_closed());
  }
  SECTION("a part of it") {
    RawClient client(site.server->port());
    client.send(std::string("\x16\x03\x01\x02\x00\x01", 6));
    CHECK(client.is_closed());
  }
  SECTION("but after it a connection may be idle") {
    TlsClient idle(site.server->port());
    RawClient silent(site.server->port());  // later: when this is over, so is the other's time
    CHECK(silent.is_closed());
    RawClient again(site.server->port());
    CHECK(again.is_closed());
    CHECK(idle.ask(get("/rss.xml")).status == 200);
  }
}

TEST_CASE("A head that does not arrive in time is answered 408 over TLS", "[server][tls][H-031]") {
  ServerOptions options = ServedSite::defaults();
  options.header_timeout = milliseconds(500);  // for the handshake, too
  TlsSite site(options);
  TlsClient client(site.server->port());
  CHECK(client.ask("GET /rss.xml HTTP/1.1\r\n").status == 408);
  CHECK(client.is_closed());
  CHECK(client.was_closed_properly());
}

TEST_CASE("The end of a connection is said, so that nobody can cut an answer unnoticed",
          "[server][tls]") {
  SECTION("after Connection: close") {
    TlsSite site;
    TlsClient client(site.server->port());
    CHECK(client.ask(get("/rss.xml", "Connection: close\r\n")).status == 200);
    CHECK(client.is_closed());
    CHECK(client.was_closed_properly());
  }
  SECTION("of an idle one") {
    ServerOptions options = ServedSite::defaults();
    options.idle_timeout = milliseconds(500);  // on a busy machine the question may come late
    TlsSite site(options);
    TlsClient client(site.server->port());
    CHECK(client.ask(get("/rss.xml")).status == 200);
    CHECK(client.is_closed());
    CHECK(client.was_closed_properly());
  }
}

TEST_CASE("A session is resumed whichever thread takes the connection", "[server][tls][threads]") {
  ServerOptions options = ServedSite::defaults();
  options.threads = 3;
  TlsSite site(options);
  TlsClientOptions again;
  again.max_version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  TlsClient first(site.server->port(), again);
  CHECK_FALSE(first.is_resumed());
  CHECK(first.ask(get("/rss.xml")).status == 200);  // tickets of 1.3 come with it
  const auto session = first.session();
  again.resumes = session.get();
  for (int i = 0; i < 20; ++i) {
    TlsClient client(site.server->port(), again);
    INFO(i << " " << client.version());
    REQUIRE(client.is_resumed());
    REQUIRE(client.ask(get("/rss.xml")).status == 200);
  }
}

TEST_CASE("A new certificate is shown after reopen(); a broken one changes nothing",
          "[server][tls][threads]") {
  ServerOptions options = ServedSite::defaults();
  options.threads = 2;
  TlsSite site(options);
  TlsClient open(site.server->port());
  const std::string old = key_shown(site.server->port());
  std::ofstream(site.file) << "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const auto broken = site.server->reopen();
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error().code == Errc::invalid);
  CHECK(broken.error().detail.find(site.file) != std::string::npos);
  CHECK(key_shown(site.server->port()) == old);
  write_certificate(site.file, "DNS:blog.example");
  REQUIRE(site.server->reopen().has_value());
  const std::string fresh = key_shown(site.server->port());
  CHECK(fresh != old);
  for (int i = 0; i < 5; ++i) CHECK(key_shown(site.server->port()) == fresh);
  CHECK(open.ask(get("/rss.xml")).status == 200);  // with the keys it began with
}

TEST_CASE("A certificate or key that cannot be used is named with the reason", "[server][tls]") {
  Certificate one, other;
  const auto reason = [](const std::string& certificate, const std::string& key) {
    const auto loaded = TlsServerContext::load(certificate, key);
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error().code == Errc::invalid);
    return loaded.error().detail;
  };
  const std::string missing = (one.folder.path() / "missing.pem").string();
  CHECK(reason(missing, one.file) ==
        "cannot use the certificate in " + missing + ": No such file or directory");
  CHECK(reason(one.file, missing) ==
        "cannot use the key in " + missing + ": No such file or directory");
  CHECK(reason(one.file, other.file) ==
        "the key in " + other.file + " is not that of the certificate in " + one.file);
  const std::string secret = (one.folder.path() / "secret.pem").string();
  {
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    std::unique_ptr<FILE, decltype(&std::fclose)> file(std::fopen(secret.c_str(), "w"),
                                                       &std::fclose);
    const unsigned char phrase[] = "phrase";
    PEM_write_PrivateKey(file.get(), key.get(), EVP_aes_128_cbc(), phrase, 6, nullptr, nullptr);
  }
  CHECK(reason(one.file, secret).starts_with("cannot use the key in " + secret));  // asks nobody
}

TEST_CASE("Peers that vanish in the middle of TLS harm nobody", "[server][tls]") {
  TlsSite site;
  for (int i = 0; i < 30; ++i) {
    TlsClient client(site.server->port());
    client.shrink_receive_buffer();
    client.send(get("/large/rss.xml") + get("/large/rss.xml"));
    if (i % 2) client.read_some();
    client.reset();
  }
  for (int i = 0; i < 10; ++i) RawClient(site.server->port()).send("\x16\x03");
  CHECK(TlsClient(site.server->port()).ask(get("/rss.xml")).status == 200);
}

TEST_CASE("Stopping ends TLS connections as it does plain ones", "[server][tls][drain][threads]") {
  ServerOptions options = ServedSite::defaults();
  options.drain_timeout = milliseconds(1000);  // time for `busy` on a busy machine
  TlsSite site(options);
  TlsClient idle(site.server->port());
  CHECK(idle.ask(get("/rss.xml")).status == 200);
  RawClient shaking(site.server->port());
  shaking.send("\x16\x03");
  TlsClient slow(site.server->port());
  slow.shrink_receive_buffer();
  slow.send(get("/large/rss.xml") + get("/large/rss.xml"));
  site.snapshots.hold();
  TlsClient busy(site.server->port());
  busy.send(get("/atom.xml"));
  site.snapshots.await_held();
  auto stopped = std::async(std::launch::async, [&] { site.server->stop(); });
  CHECK(idle.is_closed());
  CHECK(idle.was_closed_properly());
  CHECK(shaking.is_closed());
  site.snapshots.release();
  const RawResponse response = busy.read();
  CHECK(response.status == 200);
  CHECK(response.field("connection") == "close");
  stopped.get();
  CHECK(slow.read_to_end().size() < 6'000'000);
}

TEST_CASE("Handshakes that come to nothing are counted by reason", "[server][tls]") {
  ServerOptions options = ServedSite::defaults();
  options.header_timeout = milliseconds(800);  // or they end for want of time
  TlsSite site(options);
  const auto count = [&](TlsFailure reason) {
    return site.server->counters().handshake_failures[static_cast<std::size_t>(reason)];
  };
  const auto port = site.server->port();
  TlsFailure reason{};
  SECTION("plain HTTP") {
    reason = TlsFailure::not_tls;
    RawClient client(port);
    client.send(get("/rss.xml"));
    client.read_to_end();
  }
  SECTION("nothing at all") {
    reason = TlsFailure::closed;
    CHECK(RawClient(port).is_closed());
  }
  SECTION("the peer goes") {
    reason = TlsFailure::closed;
    RawClient client(port);
    client.send("\x16\x03");
    client.half_close();
    client.read_to_end();
  }
  SECTION("old versions") {
    reason = TlsFailure::no_agreement;
    TlsClientOptions old;
    old.max_version = TLS1_1_VERSION;
    CHECK_THROWS(TlsClient(port, old));
  }
  SECTION("other protocols") {
    reason = TlsFailure::no_agreement;
    TlsClientOptions other;
    other.protocols = "\x02h2";
    CHECK_THROWS(TlsClient(port, other));
  }
  SECTION("a client that does not trust the certificate") {
    reason = TlsFailure::refused;
    TlsClientOptions distrustful;
    distrustful.verifies = true;
    distrustful.max_version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    CHECK_THROWS(TlsClient(port, distrustful));
  }
  SECTION("nonsense within") {
    reason = TlsFailure::other;
    RawClient client(port);
    client.send(std::string("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", 10));
    client.read_to_end();
  }
  while (site.server->open_connections() > 0) std::this_thread::yield();
  for (std::size_t i = 0; i < tls_failure_count; ++i)
    CHECK(count(static_cast<TlsFailure>(i)) == (static_cast<TlsFailure>(i) == reason ? 1 : 0));
}

TEST_CASE("What fails after the handshake is no failed handshake", "[server][tls]") {
  TlsSite site;
  {
    TlsClient silent(site.server->port());
    TlsClient polite(site.server->port());
    CHECK(polite.ask(get("/rss.xml")).status == 200);
    TlsClient garbled(site.server->port());
    const std::string record("\x17\x03\x03\x00\x20" + std::string(32, 'x'));
    CHECK(garbled.RawClient::send(record));
    CHECK(garbled.is_closed());
  }
  while (site.server->open_connections() > 0) std::this_thread::yield();
  for (const std::uint64_t count : site.server->counters().handshake_failures) CHECK(count == 0);
}

TEST_CASE("The certificate's end is known, and follows the file", "[server][tls]") {
  TlsSite site;
  const auto in_a_day = std::chrono::system_clock::now() + std::chrono::hours(24);
  const auto first = site.server->certificate_expires_at().value();
  CHECK(std::chrono::abs(first.time_since_epoch() - in_a_day.time_since_epoch()) <
        std::chrono::minutes(1));
  write_certificate(site.file, "DNS:blog.example", 48 * 3600);
  CHECK(site.server->reopen().has_value());
  CHECK(site.server->certificate_expires_at().value() - first > std::chrono::hours(23));
  CHECK_FALSE(ServedSite().server->certificate_expires_at().has_value());
}
