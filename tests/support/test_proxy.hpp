// A proxy on 127.0.0.1 that does as CONNECT asks: answers, connects and copies both ways. Records
// the heads it was sent. Blocking; a thread a connection.
#pragma once
#include <string>
#include <vector>

#include "test_receiver.hpp"

namespace sosik {

class TestProxy {
 public:
  // With `answer`, it says that and closes, and connects to nobody.
  explicit TestProxy(std::string answer = {}) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (listener_ < 0 || ::bind(listener_, generic, length) != 0 || ::listen(listener_, 128) != 0 ||
        ::getsockname(listener_, generic, &length) != 0) {
      throw std::runtime_error("the test proxy cannot listen");
    }
    port_ = ntohs(address.sin_port);
    accepter_ = std::thread([this] { accept_all(); });
  }

  ~TestProxy() {
    {
      std::lock_guard lock(mutex_);
      is_stopping_ = true;
      ::shutdown(listener_, SHUT_RDWR);
      for (int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    accepter_.join();
    for (auto& thread : threads_) thread.join();
    for (int fd : open_) ::close(fd);
    ::close(listener_);
  }
  TestProxy(const TestProxy&) = delete;
  TestProxy& operator=(const TestProxy&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<std::string> heads() const {
    std::lock_guard lock(mutex_);
    return heads_;
  }

 private:
  static sockaddr_in loopback(unsigned short port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  void accept_all() {
    for (;;) {
      int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      std::lock_guard lock(mutex_);
      if (is_stopping_ || fd < 0) {
        if (fd >= 0) ::close(fd);
        return;
      }
      open_.push_back(fd);
      threads_.emplace_back([this, fd] { serve(fd); });
    }
  }

  void serve(int client) {
    std::string head;
    for (char byte; head.find("\r\n\r\n") == head.npos && ::recv(client, &byte, 1, 0) == 1;)
      head += byte;
    int target = -1;
    {
      std::lock_guard lock(mutex_);
      heads_.push_back(head);
      if (answer_.empty()) {
        const auto colon = head.find(':');
        const auto to = loopback(static_cast<unsigned short>(std::stoul(head.substr(colon + 1))));
        target = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        open_.push_back(target);
        if (::connect(target, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
          throw std::runtime_error("the test proxy cannot connect");
      }
    }
    const std::string opened = "HTTP/1.1 200 Connection established\r\n\r\n";
    const auto& said = answer_.empty() ? opened : answer_;
    ::send(client, said.data(), said.size(), MSG_NOSIGNAL);
    if (target < 0) {
      ::shutdown(client, SHUT_RDWR);
      return;
    }
    std::thread back([=] { copy(target, client); });
    copy(client, target);
    back.join();
  }

  static void copy(int from, int to) {
    char bytes[4096];
    for (long n; (n = ::recv(from, bytes, sizeof bytes, 0)) > 0;)
      ::send(to, bytes, static_cast<std::size_t>(n), MSG_NOSIGNAL);
    ::shutdown(to, SHUT_WR);
  }

  const std::string answer_;
  int listener_ = -1;
  unsigned short port_ = 0;
  mutable std::mutex mutex_;
  bool is_stopping_ = false;
  std::vector<int> open_;
  std::vector<std::string> heads_;
  std::vector<std::thread> threads_;
  std::thread accepter_;
};

}  // namespace sosik
