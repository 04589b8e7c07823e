// The one way out: HTTP/1.1 requests to addresses that were checked (notify.md section 11). A name
// is resolved once, every address checked, and the connection made to a checked literal; Host, SNI
// and the certificate use the name. Forbidden: everything IANA lists as special-purpose, and this
// machine's own addresses, unless an allow-list names them. No redirect is followed, no proxy
// variable read, bodies and times are capped. One object serves one io_context thread.
#pragma once
#include <memory>

#include "sosik/net/outbound.hpp"
#include "sosik/net/task.hpp"

namespace sosik {

class HttpClient {
 public:
  virtual ~HttpClient() = default;  // waits for nothing, not even for a name server
  // Exactly one request on a connection of its own. Never throws for what the peer does; cancelling
  // it ends it early.
  virtual Task<OutboundResult> send(OutboundRequest) = 0;
};

// `context` must outlive the client. Throws when a network of the allow-list or the ca_file cannot
// be read.
std::unique_ptr<HttpClient> make_http_client(boost::asio::io_context& context, OutboundOptions);

}  // namespace sosik
