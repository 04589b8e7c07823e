// Outgoing HTTP as plain values: what is asked, what came back, why it failed, and the rules every
// exchange keeps. No Asio in here, so that configuration and protocol code stay free of it; the
// machine is in http_client.hpp.
#pragma once
#include <boost/system/result.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sosik/base/result.hpp"
#include "sosik/base/url.hpp"

namespace sosik {

struct OutboundRequest {
  std::string method = "POST";
  std::string url;
  // Besides Host, User-Agent, Content-Length, Accept-Encoding, Connection and the like, which the
  // client writes.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct OutboundResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;         // names lower case
  std::string body;                                                 // cut at max_body
  std::string_view header(std::string_view lower_case_name) const;  // empty when absent
};

// Why an exchange failed, for the attempt's record. error_class is one of
// - url: the URL or the request breaks a rule of ours (scheme, user name, port); it always will
// - dns: the name has no address now
// - refused-address: the address is forbidden (N-181 to N-186); `detail` names the rule and
//   publish.allow_networks
// - connect: nobody listens, unreachable, the proxy refuses, or the connection broke before an
//   answer
// - tls: no handshake, or a certificate that is not trusted for this name
// - timeout: connect_timeout or total_timeout passed
// - protocol: what came back is not one exact HTTP response
//
// `detail` is one line for the operator; it names host and port, never the path (webhook URLs hold
// secrets, N-174).
struct OutboundFailure {
  std::string error_class;
  std::string detail;
};

using OutboundResult = boost::system::result<OutboundResponse, OutboundFailure>;

[[noreturn]] inline void throw_exception_from_error(const OutboundFailure& failure,
                                                    const boost::source_location&) {
  throw std::runtime_error(failure.error_class + ": " + failure.detail);
}

struct OutboundOptions {
  std::vector<std::string> allowed_networks;  // CIDR, e.g. "127.0.0.0/8": exceptions to the table
  std::vector<unsigned short> allowed_ports = {80, 443, 8080, 8443, 5337};
  std::chrono::seconds connect_timeout{5}, total_timeout{20};
  std::size_t max_header = 16 * 1024, max_body = 64 * 1024;
  // Product and URL (N-190), for receivers who wonder who calls: whoever knows the site's public
  // URL makes this "Sosik/" SOSIK_VERSION " (+https://blog.example/)".
  std::string user_agent = "Sosik/" SOSIK_VERSION;
  std::string ca_file;  // extra trust for tests and intranets; empty: the system's
  // "http://proxy.example:3128": every connection goes through this proxy, by CONNECT to the
  // checked literal address, for http as for https. Its own address may be any: it is the
  // operator's. Empty: none. Environment variables are never asked (N-189).
  std::string proxy;
  // Our own listeners, "127.0.0.1:8080", "0.0.0.0:80", "[::]:443": refused even inside an allowed
  // network (N-186).
  std::vector<std::string> own_listeners;
  // How long and how many connections wait for their next request; nothing: every request says
  // "Connection: close".
  struct KeepAlive {
    std::chrono::milliseconds idle = std::chrono::seconds(15), max_age = std::chrono::minutes(5);
    std::size_t most_per_host = 4, most = 512;
  };
  std::optional<KeepAlive> keep_alive = KeepAlive{};
  // Addresses of a name, as literals, instead of the system's resolver: for tests. Called on
  // threads that may outlive the client, so it owns what it uses.
  std::function<Result<std::vector<std::string>>(const std::string& host)> resolve = nullptr;
};

// One exchange on the calling thread, for a command that has nothing else to do; the rules are
// http_client.hpp's. Throws what make_http_client throws.
OutboundResult send_and_wait(OutboundRequest, const OutboundOptions&);

// May we send to this URL (N-180)? `allowed_ports` as in OutboundOptions. The refusal names host
// and port at most.
Result<HttpUrl> check_outbound_url(std::string_view url,
                                   const std::vector<unsigned short>& allowed_ports);
// Is this literal address one that we may connect to? The text of the refusal names the rule and
// the allow-list's key.
Result<void> check_address(std::string_view address,
                           const std::vector<std::string>& allowed_networks);
// "10.0.0.0/8", "fd00::/8": invalid otherwise. For check-config.
Result<void> check_network(std::string_view cidr);
// OutboundOptions::proxy and own_listeners, likewise.
Result<void> check_proxy(std::string_view url);
Result<void> check_listener(std::string_view address_and_port);

}  // namespace sosik
