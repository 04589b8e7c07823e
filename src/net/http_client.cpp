#include "sosik/net/http_client.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "address_rules.hpp"
#include "lookup.hpp"
#include "own_addresses.hpp"
#include "request_bytes.hpp"
#include "response_reader.hpp"
#include "tls.hpp"

namespace sosik {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

using TimePoint = std::chrono::steady_clock::time_point;

// nothing, or why not
using Step = boost::system::result<void, OutboundFailure>;

OutboundFailure failure(std::string error_class, std::string detail) {
  return {std::move(error_class), std::move(detail)};
}

// What a socket's error means for the record.
OutboundFailure socket_failure(const boost::system::error_code& ec, const std::string& attempted) {
  if (ec == beast::error::timeout) return failure("timeout", attempted + ": no answer in time");
  return failure("connect", attempted + ": " + ec.message());
}

bool is_end_of_stream(const boost::system::error_code& ec) {
  // A peer that closes without saying so in TLS: what the framing needs more of is missed by the
  // ResponseReader.
  return ec == asio::error::eof || ec == asio::ssl::error::stream_truncated;
}

// The request out, the response in, on a stream that is ready for both. Deadlines are the socket's.
template <class Stream>
Task<OutboundResult> exchange(Stream& stream, const std::string& request, ResponseReader reader,
                              std::string peer) {
  auto [write_error, written] =
      co_await asio::async_write(stream, asio::buffer(request), as_result);
  if (write_error == beast::error::timeout)
    co_return socket_failure(write_error, "write to " + peer);
  // Otherwise read all the same: a peer may answer early and close before it read everything.
  std::array<char, 8192> bytes;
  auto state = ResponseReader::State::wants_more;
  while (state == ResponseReader::State::wants_more) {
    auto [ec, count] = co_await stream.async_read_some(asio::buffer(bytes), as_result);
    if (ec && !is_end_of_stream(ec)) co_return socket_failure(ec, "read from " + peer);
    state = ec ? reader.close() : reader.feed(std::string_view(bytes.data(), count));
  }
  if (state == ResponseReader::State::failed) {
    co_return failure(reader.has_begun() ? "protocol" : "connect", peer + ": " + reader.why());
  }
  co_return std::move(reader.response());
}

class SocketHttpClient final : public HttpClient {
 public:
  SocketHttpClient(asio::io_context& context, OutboundOptions options)
      : context_(context),
        options_(std::move(options)),
        tls_(make_tls_context(options_.ca_file)),
        lookup_(context, options_.resolve) {
    for (auto& network : options_.allowed_networks) {
      allowed_.push_back(parse_network(network).value());
    }
  }

  Task<OutboundResult> send(OutboundRequest request) override {
    const TimePoint deadline = std::chrono::steady_clock::now() + options_.total_timeout;
    auto url = check_url(request.url);
    if (!url) co_return failure("url", url.error().detail);
    auto bytes = request_bytes(request, *url, options_.user_agent);
    if (!bytes) co_return failure("url", bytes.error().detail);

    auto found = co_await lookup_.find(url->host, deadline);
    if (!found) {
      co_return failure(found.error().code == Errc::timeout ? "timeout" : "dns",
                        found.error().detail);
    }
    for (auto& address : *found) {  // N-182: one forbidden address refuses them all
      if (auto ok = check(address); !ok) {
        co_return failure("refused-address", url->host + ": " + ok.error().detail);
      }
    }
    beast::tcp_stream socket(context_);
    auto connected = co_await connect(socket, *url, std::move(*found), deadline);
    if (!connected) co_return connected.error();
    socket.expires_at(deadline);
    auto peer = host_field(*url);
    ResponseReader reader(options_.max_header, options_.max_body);
    if (!url->is_https) {
      co_return co_await exchange(socket, *bytes, std::move(reader), std::move(peer));
    }
    asio::ssl::stream<beast::tcp_stream&> secured(socket, tls_);
    auto expected = expect_peer(secured.native_handle(), url->host);
    if (!expected) co_return failure("tls", expected.error().detail);
    auto [ec] = co_await secured.async_handshake(asio::ssl::stream_base::client, as_result);
    if (ec == beast::error::timeout) co_return socket_failure(ec, "TLS handshake with " + peer);
    if (ec) {
      co_return failure("tls", "TLS handshake with " + peer + ": " +
                                   handshake_failure(secured.native_handle(), ec.message()));
    }
    co_return co_await exchange(secured, *bytes, std::move(reader), std::move(peer));
  }

 private:
  // N-180.
  Result<HttpUrl> check_url(const std::string& text) const {
    auto url = parse_http_url(text);
    if (!url) return url.error();
    if (url->has_userinfo) return invalid("URLs with a user name or password are not sent to");
    auto& ports = options_.allowed_ports;
    if (std::find(ports.begin(), ports.end(), url->port) == ports.end()) {
      return invalid("port " + std::to_string(url->port) + " of " + url->host +
                     " is not in publish.allow_ports");
    }
    return url;
  }

  Result<void> check(const asio::ip::address& address) const {
    if (is_inside(address, allowed_)) return {};
    auto ok = check_address(address, allowed_);
    if (ok && is_own_address(address)) return refusal(address, "own, an address of this machine");
    return ok;
  }

  // To the first of the checked addresses that takes the call.
  Task<Step> connect(beast::tcp_stream& socket, const HttpUrl& url, Lookup::Addresses addresses,
                     TimePoint deadline) {
    OutboundFailure last;
    for (auto& address : addresses) {
      const TimePoint now = std::chrono::steady_clock::now();
      if (now >= deadline) break;
      socket.expires_at(std::min(deadline, now + options_.connect_timeout));
      asio::ip::tcp::endpoint endpoint(address, url.port);
      auto [ec] = co_await socket.async_connect(endpoint, as_result);
      if (!ec) co_return Step();
      last = socket_failure(ec, "connect to " + host_field(url) + " at " + address.to_string());
      boost::system::error_code ignored;
      socket.socket().close(ignored);
    }
    co_return last;
  }

  asio::io_context& context_;
  const OutboundOptions options_;
  asio::ssl::context tls_;
  std::vector<Network> allowed_;
  Lookup lookup_;
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client(asio::io_context& context, OutboundOptions options) {
  return std::make_unique<SocketHttpClient>(context, std::move(options));
}

}  // namespace sosik
