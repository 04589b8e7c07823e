#include "tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <stdexcept>

namespace sosik {

namespace asio = boost::asio;

asio::ssl::context make_tls_context(const std::string& ca_file) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context.native_handle(), SSL_SESS_CACHE_OFF);
  context.set_verify_mode(asio::ssl::verify_peer);
  boost::system::error_code ec;
  // No file of authorities on this system: then nothing is trusted, and every handshake says so.
  context.set_default_verify_paths(ec);
  if (!ca_file.empty()) {
    context.load_verify_file(ca_file, ec);
    if (ec)
      throw std::runtime_error("cannot read certificates from " + ca_file + ": " + ec.message());
  }
  return context;
}

Result<void> expect_peer(SSL* session, const std::string& host) {
  auto* expected = SSL_get0_param(session);
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  boost::system::error_code not_literal;
  auto literal = asio::ip::make_address(host, not_literal);
  bool ok = not_literal ? X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size()) == 1 &&
                              SSL_set_tlsext_host_name(session, host.c_str()) == 1
                        : X509_VERIFY_PARAM_set1_ip_asc(expected, literal.to_string().c_str()) == 1;
  if (!ok) return invalid("\"" + host + "\" cannot be the name on a certificate");
  return {};
}

std::string handshake_failure(SSL* session, const std::string& otherwise) {
  auto verdict = SSL_get_verify_result(session);
  if (verdict == X509_V_OK) return otherwise;
  return std::string("certificate not trusted: ") + X509_verify_cert_error_string(verdict);
}

}  // namespace sosik
