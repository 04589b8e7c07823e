// TLS as a client: 1.2 or newer, the peer's certificate verified against the system's authorities
// (and one extra file) and against the name that was asked for. The only file, with tls.cpp, that
// speaks OpenSSL's own language to the outside.
#pragma once
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "sosik/base/result.hpp"

namespace sosik {

// What came of a read or write that does not block.
struct Io {
  enum class State {
    done,         // `size` bytes went
    wants_read,   // again when the socket is readable
    wants_write,  // again when it is writable
    closed,       // the peer sends nothing more
    failed,       // `error` says why
  };
  State state = State::failed;
  std::size_t size = 0;
  boost::system::error_code error = {};

  // Of a system call that failed just now; `when_blocked` when it would have blocked.
  static Io of_errno(State when_blocked);
};

// Whom we trust. Any number of sessions, on any thread.
using TlsClientContext = std::shared_ptr<boost::asio::ssl::context>;
// The system's authorities are parsed at the first call, which takes some 50 ms, and shared from
// then on; with a `ca_file`, which is read anew, each call makes its own. Throws when that cannot
// be read.
TlsClientContext tls_client_context(const std::string& ca_file);

// One connection's TLS, on a socket that stays the caller's.
class TlsSession {
 public:
  // `host` is whom we expect: a name, or a literal address, for which there is no SNI (RFC 6066
  // section 3). Invalid when no certificate can bear it.
  static Result<std::unique_ptr<TlsSession>> make(boost::asio::ssl::context& context, int socket,
                                                  const std::string& host);

  Io shake_hands();  // until `done`, before anything else
  // Why it failed: OpenSSL's word on the certificate if that was it.
  std::string handshake_failure() const;

  Io read(char* to, std::size_t size);
  Io write(std::string_view bytes);  // after `wants_...` the next one offers the same bytes
  void shutdown();                   // says goodbye, if the socket takes it now

 private:
  explicit TlsSession(SSL* session) : session_(session, &SSL_free) {}
  Io outcome(int result, std::size_t size);

  std::unique_ptr<SSL, decltype(&SSL_free)> session_;
  bool has_failed_ = false;
  std::string reason_;
};

}  // namespace sosik
