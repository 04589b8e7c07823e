// A client that sends exactly the bytes it is told and reads answers strictly, for tests of
// servers. Every wait ends after twenty seconds with an exception.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sosik {

struct RawResponse {
  int status = 0;
  std::string head;                                         // all lines, with the empty one
  std::vector<std::pair<std::string, std::string>> fields;  // names lower case, in order
  std::string body;

  std::string field(std::string_view lower_case_name) const {
    for (const auto& [name, value] : fields)
      if (name == lower_case_name) return value;
    return {};
  }
  std::size_t count(std::string_view lower_case_name) const {
    return static_cast<std::size_t>(std::count_if(
        fields.begin(), fields.end(), [&](const auto& f) { return f.first == lower_case_name; }));
  }
};

class RawClient {
 public:
  explicit RawClient(unsigned short port) : RawClient(Family{AF_INET}) {
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(address);
  }
  static RawClient over_ipv6(unsigned short port) {
    RawClient client(Family{AF_INET6});
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_addr = in6addr_loopback;
    client.connect(address);
    return client;
  }
  static RawClient over_unix(const std::string& path) {
    RawClient client(Family{AF_UNIX});
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    client.connect(address);
    return client;
  }
  RawClient(RawClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}
  RawClient(const RawClient&) = delete;
  virtual ~RawClient() {
    if (socket_ >= 0) ::close(socket_);
  }

  // False when the peer has closed meanwhile.
  virtual bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void half_close() { ::shutdown(socket_, SHUT_WR); }
  // Closes with RST, as a crashed peer's system does.
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(socket_, -1));
  }
  void shrink_receive_buffer() {
    const int size = 128 * 1024;  // smaller ones make loopback crawl
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }

  // The next response. `has_body` is false for the answer to HEAD.
  RawResponse read(bool has_body = true) {
    std::size_t end;
    while ((end = received_.find("\r\n\r\n")) == received_.npos)
      if (!receive())
        throw std::runtime_error("RawClient: closed within a head: " + start_of(received_));
    RawResponse response = parse(received_.substr(0, end + 4));
    received_.erase(0, end + 4);
    const std::string length = response.field("content-length");
    if (!has_body || response.status == 304 || response.status < 200 || length.empty())
      return response;
    const std::size_t size = std::stoul(length);
    while (received_.size() < size)
      if (!receive()) throw std::runtime_error("RawClient: closed within a body");
    response.body = received_.substr(0, size);
    received_.erase(0, size);
    return response;
  }
  RawResponse ask(std::string_view request, bool has_body = true) {
    if (!send(request)) throw std::runtime_error("RawClient: cannot send");
    return read(has_body);
  }
  // True when the peer closes, having sent nothing more. A reset counts.
  bool is_closed() { return received_.empty() && !receive(); }
  // True when nothing has come, without waiting.
  bool is_silent() {
    char byte;
    return received_.empty() && ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
  }
  // Some of what has been sent, at least a byte.
  bool read_some() { return receive(); }
  std::string read_to_end() {
    while (receive()) {
    }
    return std::exchange(received_, {});
  }

 protected:
  // At most `size` bytes; 0 when the peer has closed, be it by a reset.
  virtual std::size_t receive_into(char* to, std::size_t size) {
    const ssize_t got = ::recv(socket_, to, size, 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      throw std::runtime_error("RawClient: nothing came");
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  int socket() const { return socket_; }

 private:
  struct Family {
    int number;
  };
  explicit RawClient(Family family) : socket_(::socket(family.number, SOCK_STREAM, 0)) {
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  template <class Address>
  void connect(const Address& address) {
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      return;
    ::close(std::exchange(socket_, -1));
    throw std::runtime_error("RawClient: cannot connect");
  }

  // Of what may be a large body.
  static std::string start_of(const std::string& bytes) { return bytes.substr(0, 200); }

  bool receive() {
    char bytes[16384];
    const std::size_t got = receive_into(bytes, sizeof bytes);
    received_.append(bytes, got);
    return got > 0;
  }

  static RawResponse parse(std::string head) {
    RawResponse response;
    if (head.compare(0, 9, "HTTP/1.1 ") != 0)
      throw std::runtime_error("RawClient: no status line: " + start_of(head));
    response.status = std::stoi(head.substr(9, 3));
    std::size_t line = head.find("\r\n") + 2;
    for (std::size_t end; (end = head.find("\r\n", line)) != line; line = end + 2) {
      const std::size_t colon = head.find(':', line);
      std::string name = head.substr(line, colon - line);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      response.fields.emplace_back(std::move(name), head.substr(colon + 2, end - colon - 2));
    }
    response.head = std::move(head);
    return response;
  }

  int socket_;
  std::string received_;
};

}  // namespace sosik
