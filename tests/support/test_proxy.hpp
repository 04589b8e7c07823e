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
  explicit TestProxy(std::string answer = {}) : answer_(std::move(answer)) { listener_.start(); }
  ~TestProxy() { listener_.stop(); }
  TestProxy(const TestProxy&) = delete;
  TestProxy& operator=(const TestProxy&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_.port()); }
  std::vector<std::string> heads() const {
    std::lock_guard lock(mutex_);
    return heads_;
  }

 private:
  void serve(int client) {
    std::string head;
    for (char byte; head.find("\r\n\r\n") == head.npos && ::recv(client, &byte, 1, 0) == 1;)
      head += byte;
    {
      std::lock_guard lock(mutex_);
      heads_.push_back(head);
    }
    int target = -1;
    if (answer_.empty()) {
      const auto colon = head.find(':');
      const auto port = static_cast<unsigned short>(std::stoul(head.substr(colon + 1)));
      const auto to = loopback_address(port);
      target = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (::connect(target, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        throw std::runtime_error("the test proxy cannot connect");
      listener_.add(target);
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
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
  LoopbackListener listener_{[this](int client) { serve(client); }};
};

}  // namespace sosik
