// TLS as a server, over a socket that never blocks: 1.2 and 1.3, HTTP/1.1 only (ALPN), no client
// certificates. Knows nothing of event loops: each call does what can be done now and says what to
// wait for.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace sosik {

// Why a handshake came to nothing, coarsely.
enum class TlsFailure {
  closed,        // the peer went, or said nothing
  not_tls,       // what it said is no TLS, plain HTTP most likely
  no_agreement,  // on version, cipher or protocol
  refused,       // by the peer's alert: it does not trust the certificate, most likely
  other,
};
constexpr std::size_t tls_failure_count = 5;
constexpr std::string_view to_string(TlsFailure failure) {
  constexpr std::string_view names[] = {"closed", "not_tls", "no_agreement", "refused", "other"};
  return names[static_cast<std::size_t>(failure)];
}

// One connection; belongs to one thread at a time. The handshake happens inside the first read.
// Writing to a peer that has gone raises SIGPIPE, which the process has to ignore.
class TlsChannel {
 public:
  enum class State {
    done,         // `size` bytes went
    wants_read,   // again when the socket is readable
    wants_write,  // again when it is writable
    closed,       // the peer ended it properly
    failed,       // no TLS any more; the socket is of no further use
  };
  struct Outcome {
    State state = State::failed;
    std::size_t size = 0;
  };

  ~TlsChannel();
  bool has_shaken_hands() const;
  // Of a connection that ends. Nothing when there was a handshake.
  std::optional<TlsFailure> handshake_failure() const;
  // `size` at least 1.
  Outcome read(char* to, std::size_t size);
  // Perhaps less than all. After wants_read or wants_write the next call must offer the same bytes,
  // wherever they lie by then. `bytes` is not empty.
  Outcome write(std::string_view bytes);
  // Tells the peer that nothing more comes (close_notify), if the socket takes it now.
  void shutdown();
  // The socket is about to be closed: it is not touched again.
  void abandon() { has_failed_ = true; }

 private:
  friend class TlsServerContext;
  explicit TlsChannel(ssl_st* session) : session_(session) {}
  Outcome outcome(int result, std::size_t size);

  ssl_st* session_;
  bool has_failed_ = false;
  TlsFailure failure_ = TlsFailure::closed;
};

// Certificate and key. Immutable; any thread. Channels keep what they need of it.
class TlsServerContext {
 public:
  // PEM; the certificate's file holds its chain too. Fails with invalid, naming the file and
  // OpenSSL's reason.
  static Result<std::shared_ptr<TlsServerContext>> load(const std::string& certificate_file,
                                                        const std::string& key_file);
  ~TlsServerContext();
  TlsServerContext(const TlsServerContext&) = delete;
  TlsServerContext& operator=(const TlsServerContext&) = delete;

  Timestamp expires_at() const { return expires_at_; }  // the certificate, not its chain
  // `socket` stays the caller's, who closes it after the channel.
  std::unique_ptr<TlsChannel> channel(int socket);

 private:
  explicit TlsServerContext(ssl_ctx_st* context) : context_(context) {}
  ssl_ctx_st* context_;
  Timestamp expires_at_;
};

}  // namespace sosik
