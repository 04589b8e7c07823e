#include "sosik/net/tls_channel.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <climits>
#include <ctime>
#include <new>
#include <system_error>

namespace sosik {

namespace {

// Of what went wrong first: what follows are its consequences.
std::string openssl_reason() {
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason ? reason : "no reason given";
}

// OpenSSL would ask the terminal, and the start would wait for an answer.
int know_no_passphrase(char*, int, int, void*) { return -1; }

// Only HTTP/1.1 is spoken here; a client that offers only other protocols is told so (RFC 7301).
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  static constexpr unsigned char ours[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, out_size, ours, sizeof ours - 1, offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int as_int(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

TlsFailure failure_of(unsigned long code) {
  if (code == 0 || ERR_SYSTEM_ERROR(code)) return TlsFailure::closed;
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return TlsFailure::other;
  const int reason = ERR_GET_REASON(code);
  if (reason >= SSL_AD_REASON_OFFSET) return TlsFailure::refused;
  switch (reason) {
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_UNKNOWN_PROTOCOL:
      return TlsFailure::not_tls;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SHARED_GROUPS:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
    case SSL_R_NO_APPLICATION_PROTOCOL:
      return TlsFailure::no_agreement;
    default:
      return TlsFailure::other;
  }
}

Timestamp expiry_of(const SSL_CTX* context) {
  std::tm at{};
  const X509* certificate = SSL_CTX_get0_certificate(context);
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &at) != 1) return {};
  return from_unix_ms(std::int64_t{1000} * ::timegm(&at));
}

}  // namespace

TlsChannel::~TlsChannel() {
  shutdown();
  SSL_free(session_);
}

bool TlsChannel::has_shaken_hands() const { return SSL_is_init_finished(session_) == 1; }

std::optional<TlsFailure> TlsChannel::handshake_failure() const {
  // The peer's last word in it. Not has_shaken_hands(), which any failure takes back.
  char finished[1];
  if (SSL_get_peer_finished(session_, finished, sizeof finished) > 0) return std::nullopt;
  return failure_;
}

TlsChannel::Outcome TlsChannel::read(char* to, std::size_t size) {
  if (has_failed_) return {State::failed, 0};
  ERR_clear_error();
  std::size_t got = 0;
  const int result = SSL_read_ex(session_, to, static_cast<std::size_t>(as_int(size)), &got);
  return outcome(result, got);
}

TlsChannel::Outcome TlsChannel::write(std::string_view bytes) {
  if (has_failed_) return {State::failed, 0};
  ERR_clear_error();
  std::size_t went = 0;
  const int result =
      SSL_write_ex(session_, bytes.data(), static_cast<std::size_t>(as_int(bytes.size())), &went);
  return outcome(result, went);
}

TlsChannel::Outcome TlsChannel::outcome(int result, std::size_t size) {
  if (result == 1) return {State::done, size};
  switch (SSL_get_error(session_, result)) {
    case SSL_ERROR_WANT_READ:
      return {State::wants_read, 0};
    case SSL_ERROR_WANT_WRITE:
      return {State::wants_write, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {State::closed, 0};
    default:
      // OpenSSL forbids any further use of the session, shutting it down included.
      has_failed_ = true;
      failure_ = failure_of(ERR_peek_error());
      ERR_clear_error();
      return {State::failed, 0};
  }
}

void TlsChannel::shutdown() {
  const bool is_sent = (SSL_get_shutdown(session_) & SSL_SENT_SHUTDOWN) != 0;
  if (has_failed_ || is_sent || SSL_in_init(session_)) return;
  ERR_clear_error();
  SSL_shutdown(session_);
  ERR_clear_error();
}

Result<std::shared_ptr<TlsServerContext>> TlsServerContext::load(
    const std::string& certificate_file, const std::string& key_file) {
  ERR_clear_error();
  SSL_CTX* raw = SSL_CTX_new(TLS_server_method());
  if (!raw) throw std::bad_alloc();
  std::shared_ptr<TlsServerContext> context(new TlsServerContext(raw));
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // What the socket did not take is offered again from another place; an idle connection keeps no
  // buffers.
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  // Sessions resume by tickets, which clients keep: no cache here.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  static constexpr unsigned char session_context[] = "sosik";
  SSL_CTX_set_session_id_context(raw, session_context, sizeof session_context - 1);
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(raw, know_no_passphrase);

  if (SSL_CTX_use_certificate_chain_file(raw, certificate_file.c_str()) != 1)
    return invalid("cannot use the certificate in " + certificate_file + ": " + openssl_reason());
  if (SSL_CTX_use_PrivateKey_file(raw, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    if (ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH)
      return invalid("the key in " + key_file + " is not that of the certificate in " +
                     certificate_file);
    return invalid("cannot use the key in " + key_file + ": " + openssl_reason());
  }
  context->expires_at_ = expiry_of(raw);
  return context;
}

TlsServerContext::~TlsServerContext() { SSL_CTX_free(context_); }

std::unique_ptr<TlsChannel> TlsServerContext::channel(int socket) {
  SSL* session = SSL_new(context_);
  if (!session || SSL_set_fd(session, socket) != 1) {
    SSL_free(session);
    throw std::bad_alloc();
  }
  SSL_set_accept_state(session);
  return std::unique_ptr<TlsChannel>(new TlsChannel(session));
}

}  // namespace sosik
