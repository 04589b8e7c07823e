// A listener on 127.0.0.1, or [::1], at a port that the system chooses, for parties that tests talk
// to: a thread for each connection, which runs `serve` and is joined at the end. Blocking; no Asio.
#pragma once
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace sosik {

inline sockaddr_in loopback_address(unsigned short port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

class LoopbackListener {
 public:
  // `serve` gets each connection; what it does not close() is closed at the end.
  explicit LoopbackListener(std::function<void(int fd)> serve, bool is_ipv6 = false)
      : serve_(std::move(serve)) {
    listener_ = ::socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto four = loopback_address(0);
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_addr = in6addr_loopback;
    auto* generic =
        is_ipv6 ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
    socklen_t length = is_ipv6 ? sizeof six : sizeof four;
    if (listener_ < 0 || ::bind(listener_, generic, length) != 0 || ::listen(listener_, 128) != 0 ||
        ::getsockname(listener_, generic, &length) != 0) {
      throw std::runtime_error("a test's listener cannot listen");
    }
    port_ = ntohs(is_ipv6 ? six.sin6_port : four.sin_port);
  }
  ~LoopbackListener() {
    stop();
    ::close(listener_);
  }
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;

  // When all that `serve` needs is there.
  void start() {
    accepter_ = std::thread([this] { accept_all(); });
  }
  // Ends every connection, and waits for those who serve them. To be called before what `serve`
  // needs is destroyed.
  void stop() {
    {
      std::lock_guard lock(mutex_);
      is_stopping_ = true;
      ::shutdown(listener_, SHUT_RDWR);
      for (int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    if (accepter_.joinable()) accepter_.join();
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
    for (int fd : open_) ::close(fd);
    open_.clear();
  }

  unsigned short port() const { return port_; }
  std::size_t connections() const {
    std::lock_guard lock(mutex_);
    return threads_.size();
  }
  // Another descriptor that stop() ends, such as the other side of a proxy's connection.
  void add(int fd) {
    std::lock_guard lock(mutex_);
    open_.insert(fd);
    if (is_stopping_) ::shutdown(fd, SHUT_RDWR);
  }
  void close(int fd) {
    std::lock_guard lock(mutex_);
    open_.erase(fd);
    ::close(fd);
  }
  // For each that is open.
  template <class Do>
  void each(Do act) const {
    std::lock_guard lock(mutex_);
    for (int fd : open_) act(fd);
  }

 private:
  void accept_all() {
    for (;;) {
      int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0 && errno == EMFILE) {  // a test's doing, which ends
        std::this_thread::yield();
        continue;
      }
      std::lock_guard lock(mutex_);
      if (is_stopping_ || fd < 0) {
        if (fd >= 0) ::close(fd);
        return;
      }
      open_.insert(fd);
      threads_.emplace_back([this, fd] { serve_(fd); });
    }
  }

  const std::function<void(int)> serve_;
  int listener_ = -1;
  unsigned short port_ = 0;
  mutable std::mutex mutex_;
  bool is_stopping_ = false;
  std::set<int> open_;
  std::vector<std::thread> threads_;
  std::thread accepter_;
};

}  // namespace sosik
