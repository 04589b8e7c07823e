#include "tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <new>
#include <stdexcept>

#include "socket_bio.hpp"

namespace sosik {

namespace asio = boost::asio;

Io Io::of_errno(State when_blocked) {
  const int error = errno;
  if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR) return {when_blocked};
  return {State::failed, 0, {error, boost::system::system_category()}};
}

namespace {

TlsClientContext make_context(const std::string& ca_file) {
  auto made = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  asio::ssl::context& context = *made;
  auto* raw = context.native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  // A peer that closes without saying so: what the framing needs more of is missed by the
  // ResponseReader.
  SSL_CTX_set_options(raw, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  // What the socket did not take is offered again from another place; an idle connection keeps no
  // buffers.
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  context.set_verify_mode(asio::ssl::verify_peer);
  boost::system::error_code ec;
  // No file of authorities on this system: then nothing is trusted, and every handshake says so.
  context.set_default_verify_paths(ec);
  if (!ca_file.empty()) {
    context.load_verify_file(ca_file, ec);
    if (ec)
      throw std::runtime_error("cannot read certificates from " + ca_file + ": " + ec.message());
  }
  return made;
}

}  // namespace

TlsClientContext tls_client_context(const std::string& ca_file) {
  if (!ca_file.empty()) return make_context(ca_file);
  static const TlsClientContext of_the_system = make_context("");
  return of_the_system;
}

Result<std::unique_ptr<TlsSession>> TlsSession::make(asio::ssl::context& context, int socket,
                                                     const std::string& host) {
  SSL* raw = SSL_new(context.native_handle());
  BIO* bio = raw ? make_socket_bio(socket) : nullptr;
  if (!bio) {
    SSL_free(raw);
    throw std::bad_alloc();
  }
  SSL_set_bio(raw, bio, bio);
  SSL_set_connect_state(raw);
  std::unique_ptr<TlsSession> session(new TlsSession(raw));

  auto* expected = SSL_get0_param(raw);
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  boost::system::error_code not_literal;
  auto literal = asio::ip::make_address(host, not_literal);
  bool ok = not_literal ? X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size()) == 1 &&
                              SSL_set_tlsext_host_name(raw, host.c_str()) == 1
                        : X509_VERIFY_PARAM_set1_ip_asc(expected, literal.to_string().c_str()) == 1;
  if (!ok) return invalid("\"" + host + "\" cannot be the name on a certificate");
  return session;
}

Io TlsSession::shake_hands() {
  if (has_failed_) return {};
  ERR_clear_error();
  return outcome(SSL_do_handshake(session_.get()), 0);
}

std::string TlsSession::handshake_failure() const {
  auto verdict = SSL_get_verify_result(session_.get());
  if (verdict == X509_V_OK) return reason_;
  return std::string("certificate not trusted: ") + X509_verify_cert_error_string(verdict);
}

Io TlsSession::read(char* to, std::size_t size) {
  if (has_failed_) return {};
  ERR_clear_error();
  std::size_t got = 0;
  const int result = SSL_read_ex(session_.get(), to, size, &got);
  return outcome(result, got);
}

Io TlsSession::write(std::string_view bytes) {
  if (has_failed_) return {};
  ERR_clear_error();
  std::size_t went = 0;
  const int result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &went);
  return outcome(result, went);
}

Io TlsSession::outcome(int result, std::size_t size) {
  if (result == 1) return {Io::State::done, size};
  const int system_error = errno;
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {Io::State::wants_read};
    case SSL_ERROR_WANT_WRITE:
      return {Io::State::wants_write};
    case SSL_ERROR_ZERO_RETURN:
      if (SSL_is_init_finished(session_.get())) return {Io::State::closed};
      reason_ = "the peer closed";
      has_failed_ = true;
      return {};
    default:
      break;
  }
  // OpenSSL forbids any further use of the session, shutting it down included.
  has_failed_ = true;
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  Io io;
  if (code == 0) {
    io.error = {system_error ? system_error : ECONNRESET, boost::system::system_category()};
    reason_ = io.error.message();
  } else {
    const char* text = ERR_reason_error_string(code);
    reason_ = text ? text : "no reason given";
    io.error = {EPROTO, boost::system::system_category()};
  }
  return io;
}

void TlsSession::shutdown() {
  if (has_failed_ || !SSL_is_init_finished(session_.get())) return;
  ERR_clear_error();
  SSL_shutdown(session_.get());
  ERR_clear_error();
}

}  // namespace sosik
