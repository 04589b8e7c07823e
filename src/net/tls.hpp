// TLS as a client: 1.2 or newer, the peer's certificate verified against the system's authorities
// (and one extra file) and against the name that was asked for. The only file, with tls.cpp, that
// speaks OpenSSL's own language.
#pragma once
#include <boost/asio/ssl/context.hpp>
#include <string>

#include "sosik/base/result.hpp"

namespace sosik {

// Throws when `ca_file` is not empty and cannot be read.
boost::asio::ssl::context make_tls_context(const std::string& ca_file);

// Before the handshake: whom we expect. SNI for names, none for literal addresses (RFC 6066 section
// 3).
Result<void> expect_peer(SSL* session, const std::string& host);

// Why the handshake failed: OpenSSL's word on the certificate if that was it, else `otherwise`.
std::string handshake_failure(SSL* session, const std::string& otherwise);

}  // namespace sosik
