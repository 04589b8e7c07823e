// A TestReceiver is a party on the other end of an outgoing request: a real listening socket on
// 127.0.0.1, or [::1] (port chosen by the system), that records every request byte for byte and
// does what its script says: answers, closes, drips, hangs. With a certificate it speaks TLS. One
// thread a connection; blocking; no Asio. Destroying it ends everything.
#pragma once
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "loopback_listener.hpp"

namespace sosik {

struct Reply {
  enum class Kind {
    answer,   // `bytes`, then close
    keep,     // `bytes`, then say nothing more until the client closes
    drip,     // `bytes`, then one space after another until the client closes
    hang,     // nothing at all until the client closes
    close,    // close without a byte
    persist,  // `bytes`, then the next request on the same connection
    flood,    // `bytes`, then more and more until the client closes
    reset,    // `bytes`, then a reset, as when the peer's process dies
    trickle,  // `bytes`, each in a packet of its own, then close
    deaf,     // `bytes`, then neither says nor reads anything
  };
  Kind kind = Kind::answer;
  std::string bytes;

  static Reply status(int code, const std::string& headers = {}, const std::string& body = {}) {
    return {Kind::answer, "HTTP/1.1 " + std::to_string(code) + " Because\r\n" + headers +
                              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
  }
  // The same, and the connection stays open for the next request.
  static Reply kept(int code, const std::string& headers = {}, const std::string& body = {}) {
    return {Kind::persist, status(code, headers, body).bytes};
  }
  static Reply hang() { return {Kind::hang, {}}; }
  static Reply close() { return {Kind::close, {}}; }
};

class TestReceiver {
 public:
  // The reply to each request; called on threads of the receiver, one at a time.
  using Script = std::function<Reply(const std::string& request)>;

  // The replies in turn; the last one again and again.
  explicit TestReceiver(std::vector<Reply> replies, std::string pem_file = {})
      : TestReceiver(in_turn(std::move(replies)), std::move(pem_file)) {}

  // `pem_file` holds certificate and key: the receiver then speaks TLS, up to `max_tls` (0: what
  // OpenSSL has).
  explicit TestReceiver(Script script, std::string pem_file = {}, int max_tls = 0,
                        bool is_ipv6 = false)
      : script_(std::move(script)), listener_([this](int fd) { serve(fd); }, is_ipv6) {
    if (!pem_file.empty()) use_certificate(pem_file, max_tls);
    listener_.start();
  }

  ~TestReceiver() { listener_.stop(); }
  TestReceiver(const TestReceiver&) = delete;
  TestReceiver& operator=(const TestReceiver&) = delete;

  unsigned short port() const { return listener_.port(); }
  std::string url(const std::string& path = "/", const std::string& host = "127.0.0.1") const {
    return (tls_ ? "https://" : "http://") + host + ":" + std::to_string(port()) + path;
  }

  // Every request so far, head and body as they came.
  std::vector<std::string> requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
  }
  std::size_t connections() const { return listener_.connections(); }
  // Blocks until `count` connections have ended; throws when that takes longer than a minute.
  void await_ended(std::size_t count) const {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::minutes(1), [&] { return ended_ >= count; }))
      throw std::runtime_error("the test receiver still has open connections");
  }
  // Unasked, on every open connection, which must be plain.
  void say(const std::string& bytes) {
    listener_.each([&](int fd) { ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL); });
  }
  // Says on every open connection that nothing more will be said.
  void hang_up() {
    listener_.each([](int fd) { ::shutdown(fd, SHUT_WR); });
  }
  // From now on the reply is given when the head of a request has been read.
  void answer_heads() { answers_heads_ = true; }
  // From now on connections are reset before a byte of them is read.
  void reset_at_accept() { resets_at_accept_ = true; }

  // Blocks until `count` requests were read; throws when that takes longer than a minute.
  std::vector<std::string> await_requests(std::size_t count) const {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::minutes(1),
                           [&] { return requests_.size() >= count; })) {
      throw std::runtime_error("the test receiver still waits for request " +
                               std::to_string(count));
    }
    return requests_;
  }

 private:
  static Script in_turn(std::vector<Reply> replies) {
    auto next = std::make_shared<std::size_t>(0);
    return [replies = std::move(replies), next](const std::string&) {
      auto reply = replies[std::min(*next, replies.size() - 1)];
      ++*next;
      return reply;
    };
  }

  void use_certificate(const std::string& pem_file, int max_tls) {
    tls_.reset(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    if (max_tls) {
      SSL_CTX_set_security_level(tls_.get(), 0);  // to be able to speak what is too old
      SSL_CTX_set_min_proto_version(tls_.get(), 0);
      SSL_CTX_set_max_proto_version(tls_.get(), max_tls);
    }
    if (SSL_CTX_use_certificate_file(tls_.get(), pem_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls_.get(), pem_file.c_str(), SSL_FILETYPE_PEM) != 1) {
      throw std::runtime_error("the test receiver cannot read " + pem_file);
    }
  }

  // One connection, plain or TLS.
  struct Line {
    int fd;
    SSL* session;
    long read(char* into, std::size_t size) {
      return session ? SSL_read(session, into, static_cast<int>(size)) : ::recv(fd, into, size, 0);
    }
    bool write(const std::string& bytes) {
      for (std::size_t at = 0; at < bytes.size();) {
        long n = session
                     ? SSL_write(session, bytes.data() + at, static_cast<int>(bytes.size() - at))
                     : ::send(fd, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
        if (n <= 0) return false;
        at += static_cast<std::size_t>(n);
      }
      return true;
    }
    void wait_for_close() {
      char bytes[4096];
      while (::recv(fd, bytes, sizeof bytes, 0) > 0) {
      }
    }
    void await_hang_up() {
      pollfd one{fd, POLLRDHUP, 0};
      ::poll(&one, 1, -1);
    }
    bool is_closed_after_a_moment() {
      pollfd one{fd, POLLIN, 0};
      return ::poll(&one, 1, 2) > 0;
    }
  };

  void serve(int fd) {
    sigset_t pipe;  // OpenSSL writes to clients that have gone
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    std::unique_ptr<SSL, decltype(&SSL_free)> session(tls_ ? SSL_new(tls_.get()) : nullptr,
                                                      &SSL_free);
    bool ok = !resets_at_accept_;
    if (!ok) reset_when_closed(fd);
    if (session && ok) {
      SSL_set_fd(session.get(), fd);
      ok = SSL_accept(session.get()) == 1;
    }
    Line line{fd, session.get()};
    while (ok && talk(line)) {
    }
    if (session && ok) SSL_shutdown(session.get());
    listener_.close(fd);
    std::lock_guard lock(mutex_);
    ++ended_;
    changed_.notify_all();
  }

  static void reset_when_closed(int fd) {
    const linger at_once{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

  // One request and its reply; true when another may follow.
  bool talk(Line& line) {
    std::string request;
    if (!read_request(line, request)) return false;
    Reply reply;
    {
      std::lock_guard lock(mutex_);
      reply = script_(request);
      requests_.push_back(request);
      changed_.notify_all();
    }
    if (reply.kind == Reply::Kind::trickle) {
      const int on = 1;
      ::setsockopt(line.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      for (char byte : reply.bytes) line.write(std::string(1, byte));
      return false;
    }
    if (!line.write(reply.bytes)) return false;
    if (reply.kind == Reply::Kind::deaf) line.await_hang_up();
    if (reply.kind == Reply::Kind::persist) return true;
    if (reply.kind == Reply::Kind::reset) reset_when_closed(line.fd);
    if (reply.kind == Reply::Kind::flood) {
      const std::string block(64 * 1024, 'x');
      while (line.write(block)) {
      }
    }
    if (reply.kind == Reply::Kind::hang || reply.kind == Reply::Kind::keep) line.wait_for_close();
    if (reply.kind == Reply::Kind::drip) {
      while (!line.is_closed_after_a_moment() && line.write(" ")) {
      }
    }
    // Half-close first: closing with unread bytes would reset what the client has not read yet.
    if (reply.kind == Reply::Kind::answer && !line.session) {
      ::shutdown(line.fd, SHUT_WR);
      line.wait_for_close();
    }
    return false;
  }

  bool read_request(Line& line, std::string& request) const {
    char bytes[4096];
    std::size_t whole = 0;
    while (whole == 0 || request.size() < whole) {
      auto n = line.read(bytes, sizeof bytes);
      if (n <= 0 || (!line.session && request.empty() && bytes[0] == 0x16))
        return false;  // 0x16: TLS
      request.append(bytes, static_cast<std::size_t>(n));
      auto end = request.find("\r\n\r\n");
      if (whole != 0 || end == request.npos) continue;
      auto at = request.find("\r\nContent-Length: ");
      whole = end + 4 + (at < end ? std::stoul(request.substr(at + 18)) : 0);
      if (answers_heads_) return true;
    }
    return true;
  }

  const Script script_;
  std::shared_ptr<SSL_CTX> tls_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::size_t ended_ = 0;
  std::atomic<bool> resets_at_accept_ = false, answers_heads_ = false;
  std::vector<std::string> requests_;
  LoopbackListener listener_;
};

// The body of a recorded request, and one of its header fields (name as sent; empty when absent).
inline std::string body_of(const std::string& request) {
  auto end = request.find("\r\n\r\n");
  return end == request.npos ? std::string() : request.substr(end + 4);
}
inline std::string field_of(const std::string& request, const std::string& name) {
  auto head = request.substr(0, request.find("\r\n\r\n") + 2);
  auto at = head.find("\r\n" + name + ": ");
  if (at == head.npos) return {};
  at += name.size() + 4;
  return head.substr(at, head.find("\r\n", at) - at);
}

}  // namespace sosik
