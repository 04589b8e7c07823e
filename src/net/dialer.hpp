// New connections: the name looked up, every address checked, one of them connected to, directly
// or through the operator's proxy, and TLS where the URL asks for it. Of the io_context's thread.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list.hpp>
#include <functional>
#include <memory>

#include "destination_rules.hpp"
#include "lookup.hpp"
#include "outbound_connection.hpp"
#include "tls.hpp"

namespace sosik {

class Dialer {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Connection = std::unique_ptr<OutboundConnection>;
  using Dialled = boost::system::result<Connection, OutboundFailure>;

  // `options` and `events` must outlive this. `adopt` takes note of every connection, before it is
  // waited for; `spare` is asked to close what can be spared when the descriptors are used up.
  Dialer(boost::asio::io_context& context, const OutboundOptions& options, SocketEvents& events,
         std::function<void(OutboundConnection&)> adopt, std::function<void()> spare);

  const DestinationRules& rules() const { return rules_; }

  // Ready for a request. `peer` is the URL's host_field, for failures.
  Task<Dialled> dial(const HttpUrl& url, const std::string& peer, TimePoint deadline);

 private:
  using Step = boost::system::result<void, OutboundFailure>;
  using Found = boost::system::result<Lookup::Addresses, OutboundFailure>;

  Task<Found> find(const std::string& host, TimePoint deadline);
  // To `to` itself, or through the proxy.
  Task<Dialled> reach(boost::asio::ip::tcp::endpoint to, const std::string& peer,
                      TimePoint deadline);
  Task<Dialled> connect(boost::asio::ip::tcp::endpoint to, const std::string& peer,
                        TimePoint deadline);
  Task<Step> tunnel(OutboundConnection& connection, boost::asio::ip::tcp::endpoint to);
  Task<Step> secure(OutboundConnection& connection, const std::string& host,
                    const std::string& peer);

  const OutboundOptions& options_;
  const DestinationRules rules_;
  const std::optional<HttpUrl> proxy_;
  SocketEvents& events_;
  const std::function<void(OutboundConnection&)> adopt_;
  const std::function<void()> spare_;
  const TlsClientContext tls_;
  Lookup lookup_;
};

}  // namespace sosik
