// The one way out: HTTP/1.1 requests to addresses that were checked (notify.md section 11). A name
// is resolved once, every address checked, and the connection made to a checked literal; Host, SNI
// and the certificate use the name. Forbidden: everything IANA lists as special-purpose, and this
// machine's own addresses, unless an allow-list names them. No redirect is followed, no proxy
// variable read, bodies and times are capped. One object serves one io_context thread.
//
// Connections are kept for further requests to the same scheme, host and port: what was checked
// when one was made, address and certificate, holds for as long as it lives, which is minutes at
// most. Kept connections do not keep io_context::run from returning.
#pragma once
#include <memory>

#include "sosik/net/outbound.hpp"
#include "sosik/net/task.hpp"

namespace sosik {

class HttpClient {
 public:
  // Waits for nothing, not even for a name server. What is still being sent is cancelled.
  virtual ~HttpClient() = default;
  // The request reaches the peer at most once, with one exception: when a kept connection breaks
  // before a byte of the answer, as one does that the peer was about to close, it is sent once more
  // on a fresh one. Never throws for what the peer does. Cancelled, it throws operation_aborted.
  virtual Task<OutboundResult> send(OutboundRequest) = 0;
};

// `context` must outlive the client. Throws when a network of the allow-list, the proxy, a listener
// or the ca_file cannot be read.
std::unique_ptr<HttpClient> make_http_client(boost::asio::io_context& context, OutboundOptions);

}  // namespace sosik
