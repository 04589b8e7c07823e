// The one way out: HTTP/1.1 requests to addresses that were checked (notify.md section 11). A name is resolved once,
// every address checked, and the connection made to a checked literal; Host, SNI and the certificate use the name.
// Forbidden: everything IANA lists as special-purpose, unless an allow-list names it. No redirect is followed, no
// proxy variable read, bodies and times are capped. One object serves one io_context thread.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sosik/base/result.hpp"
#include "sosik/base/url.hpp"
#include "sosik/net/task.hpp"

namespace sosik {

struct OutboundRequest {
  std::string method = "POST";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // besides Host, User-Agent, Content-Length, Accept-Encoding
  std::string body;
};

struct OutboundResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names lower case
  std::string body;  // cut at max_body
  std::string_view header(std::string_view lower_case_name) const;  // empty when absent
};

// Why an exchange failed, for the attempt's record: error_class is "url", "dns", "refused-address", "connect", "tls",
// "timeout", "protocol".
struct OutboundFailure {
  std::string error_class;
  std::string detail;
};

struct OutboundOptions {
  std::vector<std::string> allowed_networks;  // CIDR, e.g. "127.0.0.0/8": exceptions to the table
  std::vector<unsigned short> allowed_ports = {80, 443, 8080, 8443, 5337};
  std::chrono::seconds connect_timeout{5}, total_timeout{20};
  std::size_t max_header = 16 * 1024, max_body = 64 * 1024;
  std::string user_agent = "Sosik/" SOSIK_VERSION;
  std::string ca_file;  // extra trust for tests and intranets; empty: the system's
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Exactly one request on a connection of its own. Never throws for what the peer does.
  virtual Task<boost::system::result<OutboundResponse, OutboundFailure>> send(OutboundRequest) = 0;
};

// `context` must outlive the client.
std::unique_ptr<HttpClient> make_http_client(boost::asio::io_context& context, OutboundOptions);

// Is this literal address one that we may connect to? The text of the refusal names the rule and the allow-list's key.
Result<void> check_address(std::string_view address, const std::vector<std::string>& allowed_networks);
// "10.0.0.0/8", "fd00::/8": invalid otherwise. For check-config.
Result<void> check_network(std::string_view cidr);

}  // namespace sosik
