// A RawClient over TLS, which trusts anybody, for tests of servers.
#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "raw_client.hpp"

namespace sosik {

struct TlsClientOptions {
  int max_version = 0;  // TLS1_2_VERSION ...; 0: what OpenSSL has
  int min_version = 0;
  std::string protocols;  // for ALPN, each with its length before it: "\2h2\10http/1.1"
  SSL_SESSION* resumes = nullptr;
  bool verifies = false;  // trusts nobody instead
};

class TlsClient final : public RawClient {
 public:
  using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
  using Session = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;

  explicit TlsClient(unsigned short port, const TlsClientOptions& options = {})
      : RawClient(port), context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free) {
    SSL_CTX_set_security_level(context_.get(), 0);  // to be able to ask for what is too old
    if (options.max_version) SSL_CTX_set_max_proto_version(context_.get(), options.max_version);
    SSL_CTX_set_min_proto_version(context_.get(), options.min_version);
    if (options.verifies) SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket());
    const auto* protocols = reinterpret_cast<const unsigned char*>(options.protocols.data());
    if (!options.protocols.empty())
      SSL_set_alpn_protos(ssl_.get(), protocols, static_cast<unsigned>(options.protocols.size()));
    if (options.resumes) SSL_set_session(ssl_.get(), options.resumes);
    if (SSL_connect(ssl_.get()) != 1) throw std::runtime_error("TlsClient: no handshake");
  }

  // An end without a word would forbid to resume the session.
  ~TlsClient() override { SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN); }

  bool send(std::string_view bytes) override {
    std::size_t sent = 0;
    return SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent) == 1;
  }
  // Did the peer say that it ends here, rather than just close?
  bool was_closed_properly() const {
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }
  bool is_resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  Session session() const { return Session(SSL_get1_session(ssl_.get()), &SSL_SESSION_free); }
  std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return std::string(reinterpret_cast<const char*>(name), size);
  }
  std::string version() const { return SSL_get_version(ssl_.get()); }
  SSL* ssl() { return ssl_.get(); }

 protected:
  std::size_t receive_into(char* to, std::size_t size) override {
    std::size_t got = 0;
    return SSL_read_ex(ssl_.get(), to, size, &got) == 1 ? got : 0;
  }

 private:
  Context context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, &SSL_free};
};

}  // namespace sosik
