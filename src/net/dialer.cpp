#include "dialer.hpp"

#include <algorithm>
#include <array>

#include "exchange.hpp"
#include "request_bytes.hpp"

namespace sosik {

namespace asio = boost::asio;
namespace ip = boost::asio::ip;

namespace {

using Until = OutboundConnection::Until;

OutboundFailure failure(std::string error_class, std::string detail) {
  return {std::move(error_class), std::move(detail)};
}

std::string text_of(const ip::tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" +
         std::to_string(endpoint.port());
}

}  // namespace

Dialer::Dialer(asio::io_context& context, const OutboundOptions& options, SocketEvents& events,
               std::function<void(OutboundConnection&)> adopt, std::function<void()> spare)
    : options_(options),
      rules_(options),
      proxy_(options.proxy.empty() ? std::nullopt
                                   : std::optional(parse_proxy(options.proxy).value())),
      events_(events),
      adopt_(std::move(adopt)),
      spare_(std::move(spare)),
      tls_(tls_client_context(options.ca_file)),
      lookup_(context, options.resolve) {}

Task<Dialer::Dialled> Dialer::dial(const HttpUrl& url, const std::string& peer,
                                   TimePoint deadline) {
  const auto found = co_await find(url.host, deadline);
  if (!found) co_return found.error();
  for (auto& address : *found) {  // N-182: one forbidden address refuses them all
    const ip::tcp::endpoint to(address, url.port);
    if (auto ok = rules_.check(to); !ok)
      co_return failure("refused-address", url.host + ": " + ok.error().detail);
  }
  OutboundFailure last = failure("timeout", "connect to " + peer + ": no time left");
  for (auto& address : *found) {
    if (std::chrono::steady_clock::now() >= deadline) break;
    const ip::tcp::endpoint to(address, url.port);
    auto reached = co_await reach(to, peer, deadline);
    if (!reached) {
      last = reached.error();
      continue;
    }
    Connection connection = std::move(*reached);
    if (url.is_https) {
      auto secured = co_await secure(*connection, url.host, peer);
      if (!secured) co_return secured.error();
    }
    co_return connection;
  }
  co_return last;
}

Task<Dialer::Found> Dialer::find(const std::string& host, TimePoint deadline) {
  auto found = co_await lookup_.find(host, deadline);
  if (found) co_return std::move(*found);
  co_return failure(found.error().code == Errc::timeout ? "timeout" : "dns", found.error().detail);
}

Task<Dialer::Dialled> Dialer::reach(ip::tcp::endpoint to, const std::string& peer,
                                    TimePoint deadline) {
  if (!proxy_) co_return co_await connect(to, peer, deadline);
  const auto name = "the proxy " + host_field(*proxy_);
  const auto found = co_await find(proxy_->host, deadline);
  if (!found) co_return found.error();
  OutboundFailure last;
  for (auto& address : *found) {
    const ip::tcp::endpoint proxy(address, proxy_->port);
    auto connected = co_await connect(proxy, name, deadline);
    if (!connected) {
      last = connected.error();
      continue;
    }
    Connection connection = std::move(*connected);
    auto open = co_await tunnel(*connection, to);
    if (!open) co_return open.error();
    co_return connection;
  }
  co_return last;
}

Task<Dialer::Dialled> Dialer::connect(ip::tcp::endpoint to, const std::string& peer,
                                      TimePoint deadline) {
  const auto attempted = "connect to " + peer + " at " + to.address().to_string();
  boost::system::error_code ec;
  auto connection = OutboundConnection::begin(events_, to, ec);
  if (ec == boost::system::errc::too_many_files_open ||
      ec == boost::system::errc::too_many_files_open_in_system) {
    spare_();
    ec.clear();
    connection = OutboundConnection::begin(events_, to, ec);
  }
  if (!connection) co_return failure("connect", attempted + ": " + ec.message());
  const auto now = std::chrono::steady_clock::now();
  connection->made_at = now;
  connection->set_deadline(std::min(deadline, now + options_.connect_timeout));
  adopt_(*connection);
  while (!connection->is_ready(Until::writable)) {
    if (connection->is_over()) co_return failure("timeout", attempted + ": no answer in time");
    co_await connection->wait(Until::writable);
  }
  if (ec = connection->connect_error(); ec)
    co_return failure(ec == boost::system::errc::timed_out ? "timeout" : "connect",
                      attempted + ": " + ec.message());
  connection->set_deadline(deadline);
  co_return connection;
}

// To the checked literal address: what the proxy would make of a name is not ours to check.
Task<Dialer::Step> Dialer::tunnel(OutboundConnection& connection, ip::tcp::endpoint to) {
  const auto target = text_of(to);
  const auto who = "the proxy " + host_field(*proxy_) + ", asked for " + target;
  std::string request = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target +
                        "\r\nUser-Agent: " + options_.user_agent + "\r\n\r\n";
  ResponseReader reader(options_.max_header, 0, false);
  std::array<char, 4096> scratch;
  auto failed = co_await exchange(connection, request, reader, scratch, who);
  if (failed) co_return *failed;
  const int status = reader.response().status;
  if (status < 200 || status > 299)
    co_return failure("connect", who + ": it answers " + std::to_string(status));
  if (!reader.ended_exactly()) co_return failure("protocol", who + ": bytes behind its answer");
  co_return Step();
}

Task<Dialer::Step> Dialer::secure(OutboundConnection& connection, const std::string& host,
                                  const std::string& peer) {
  const auto attempted = "TLS handshake with " + peer;
  auto session = TlsSession::make(*tls_, connection.socket(), host);
  if (!session) co_return failure("tls", session.error().detail);
  connection.secure(std::move(*session));
  for (;;) {
    const auto io = connection.shake_hands();
    if (io.state == Io::State::done) co_return Step();
    if (io.state == Io::State::failed || io.state == Io::State::closed)
      co_return failure("tls", attempted + ": " + connection.session()->handshake_failure());
    const auto until = io.state == Io::State::wants_read ? Until::readable : Until::writable;
    while (!connection.is_ready(until)) {
      if (connection.is_over()) co_return failure("timeout", attempted + ": no answer in time");
      co_await connection.wait(until);
    }
  }
}

}  // namespace sosik
