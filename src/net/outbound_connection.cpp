#include "outbound_connection.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>

namespace sosik {

namespace asio = boost::asio;

template <class Handler>
struct OutboundConnection::WaiterOf final : Waiter {
  explicit WaiterOf(Handler h) : handler(std::move(h)) {}
  void post(const boost::system::error_code& ec) override {
    asio::post(asio::append(std::move(handler), ec));
  }
  Handler handler;
};

std::unique_ptr<OutboundConnection> OutboundConnection::begin(SocketEvents& events,
                                                              const asio::ip::tcp::endpoint& to,
                                                              boost::system::error_code& ec) {
  auto failed = [&ec] {
    ec.assign(errno, boost::system::system_category());
    return nullptr;
  };
  const int socket =
      ::socket(to.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (socket < 0) return failed();
  std::unique_ptr<OutboundConnection> connection(new OutboundConnection(socket));
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket, to.data(), static_cast<socklen_t>(to.size())) != 0 && errno != EINPROGRESS)
    return failed();
  if (!events.add(socket, *connection)) return failed();
  return connection;
}

OutboundConnection::~OutboundConnection() {
  if (session_) session_->shutdown();
  ::close(socket_);
}

boost::system::error_code OutboundConnection::connect_error() const {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  return {error, boost::system::system_category()};
}

Io OutboundConnection::read(char* to, std::size_t size) {
  if (session_) return noted(session_->read(to, size));
  const auto got = ::recv(socket_, to, size, 0);
  if (got < 0) return noted(Io::of_errno(Io::State::wants_read));
  if (got == 0) return {Io::State::closed};
  // A read that is not filled has emptied the socket: what comes later is a new event.
  if (static_cast<std::size_t>(got) < size && !has_ended_) is_readable_ = false;
  return {Io::State::done, static_cast<std::size_t>(got)};
}

Io OutboundConnection::write(std::string_view bytes) {
  if (session_) return noted(session_->write(bytes));
  const auto went = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (went < 0) return noted(Io::of_errno(Io::State::wants_write));
  return {Io::State::done, static_cast<std::size_t>(went)};
}

Io OutboundConnection::shake_hands() { return noted(session_->shake_hands()); }

Io OutboundConnection::noted(Io io) {
  if (io.state == Io::State::wants_read) is_readable_ = false;
  if (io.state == Io::State::wants_write) is_writable_ = false;
  return io;
}

bool OutboundConnection::is_quiet() {
  char byte;
  // TLS: new tickets and keys are taken in passing, and are nothing said.
  if (session_) return noted(session_->read(&byte, 1)).state == Io::State::wants_read;
  if (::recv(socket_, &byte, 1, MSG_PEEK) >= 0) return false;
  return noted(Io::of_errno(Io::State::wants_read)).state == Io::State::wants_read;
}

void OutboundConnection::on_events(std::uint32_t events) {
  constexpr std::uint32_t ends = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if (events & ends) has_ended_ = true;
  if (events & (ends | EPOLLIN)) is_readable_ = true;
  if (events & (EPOLLHUP | EPOLLERR | EPOLLOUT)) is_writable_ = true;
  if (idle_owner) {
    if (is_readable_) idle_owner->drop(*this);
    return;
  }
  if (is_ready(until_)) wake();
}

void OutboundConnection::check_deadline(TimePoint now) {
  if (now < deadline_) return;
  is_over_ = true;
  wake();
}

void OutboundConnection::abort() {
  is_aborted_ = true;
  wake();
}

// Posted, never resumed from here: what resumes may destroy connections whose events are next.
void OutboundConnection::wake() {
  boost::system::error_code ec;
  if (is_aborted_) ec = asio::error::operation_aborted;
  if (auto waiter = std::move(waiter_)) waiter->post(ec);
}

// No coroutine of its own: one frame less for each request.
Task<> OutboundConnection::wait(Until until) {
  until_ = until;
  auto suspend = [this](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) slot.assign([this](asio::cancellation_type) { abort(); });
    waiter_ = std::make_unique<WaiterOf<decltype(handler)>>(std::move(handler));
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void(boost::system::error_code)>(
      suspend, asio::use_awaitable);
}

}  // namespace sosik
