#include "transport.hpp"

#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <cerrno>

namespace sosik {
namespace asio = boost::asio;

namespace {

// Awaited without a coroutine frame of its own, unlike use_awaitable.
constexpr auto as_deferred = asio::as_tuple(asio::deferred);

constexpr int without_waiting = MSG_NOSIGNAL | MSG_DONTWAIT;

ssize_t send_some(int socket, const Outgoing& out) {
  if (out.body.empty()) return ::send(socket, out.head.data(), out.head.size(), without_waiting);
  if (out.file >= 0) {
    if (!out.head.empty())
      return ::send(socket, out.head.data(), out.head.size(), without_waiting | MSG_MORE);
    auto offset = static_cast<off_t>(out.in_file);
    return ::sendfile(socket, out.file, &offset, out.body.size());
  }
  std::array<iovec, 2> parts{{{const_cast<char*>(out.head.data()), out.head.size()},
                              {const_cast<char*>(out.body.data()), out.body.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return ::sendmsg(socket, &message, without_waiting);
}

}  // namespace

void Outgoing::advance(std::size_t sent) {
  const std::size_t of_head = std::min(sent, head.size());
  head.remove_prefix(of_head);
  body.remove_prefix(sent - of_head);
  in_file += sent - of_head;
}

NativeSocket::~NativeSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Transport::Transport(NativeSocket native, const Executor& executor, std::unique_ptr<TlsChannel> tls)
    : native_(std::move(native)), socket_(executor), tls_(std::move(tls)) {}

boost::system::error_code Transport::attach() {
  boost::system::error_code error;
  if (is_attached()) return error;
  socket_.assign(asio::generic::stream_protocol(native_.family(), 0), native_.get(), error);
  if (!error) native_.release();
  return error;
}

int Transport::descriptor() { return is_attached() ? socket_.native_handle() : native_.get(); }

Transport::Pushed Transport::push(Outgoing& out) { return tls_ ? push_tls(out) : push_plain(out); }

Transport::Pushed Transport::push_plain(Outgoing& out) {
  for (;;) {
    const ssize_t sent = send_some(descriptor(), out);
    if (sent < 0) return errno == EAGAIN || errno == EINTR ? Pushed::blocked : Pushed::failed;
    if (sent == 0) return Pushed::failed;  // a file shorter than it said: never
    const bool was_head_alone = out.file >= 0 && !out.head.empty();
    out.advance(static_cast<std::size_t>(sent));
    if (out.is_empty()) return Pushed::all;
    // A socket that took less is full; a head that went before its file says nothing yet.
    if (!was_head_alone || !out.head.empty()) return Pushed::blocked;
  }
}

Transport::Pushed Transport::push_tls(Outgoing& out) {
  while (!out.is_empty()) {
    const auto outcome = tls_->write(out.head.empty() ? out.body : out.head);
    switch (outcome.state) {
      case TlsChannel::State::done:
        out.advance(outcome.size);
        break;
      case TlsChannel::State::wants_read:
      case TlsChannel::State::wants_write:
        waits_to_read_ = outcome.state == TlsChannel::State::wants_read;
        return Pushed::blocked;
      case TlsChannel::State::closed:
      case TlsChannel::State::failed:
        return Pushed::failed;
    }
  }
  return Pushed::all;
}

WorkerTask<boost::system::error_code> Transport::writable() {
  const auto what = waits_to_read_ ? Socket::wait_read : Socket::wait_write;
  waits_to_read_ = false;
  if (const auto failed = attach()) co_return failed;
  auto [error] = co_await socket_.async_wait(what, as_deferred);
  co_return error;
}

WorkerTask<Arrived> Transport::read(asio::mutable_buffer room) {
  if (const auto failed = attach()) co_return Arrived(failed, 0);
  if (!tls_) {
    auto [error, size] = co_await socket_.async_read_some(room, as_deferred);
    co_return Arrived(error, size);
  }
  for (;;) {
    const auto outcome = tls_->read(static_cast<char*>(room.data()), room.size());
    switch (outcome.state) {
      case TlsChannel::State::done:
        co_return Arrived({}, outcome.size);
      case TlsChannel::State::closed:
        co_return Arrived(asio::error::eof, 0);
      case TlsChannel::State::failed:
        co_return Arrived(asio::error::connection_aborted, 0);
      case TlsChannel::State::wants_read:
      case TlsChannel::State::wants_write: {
        const bool reads = outcome.state == TlsChannel::State::wants_read;
        const auto what = reads ? Socket::wait_read : Socket::wait_write;
        auto [error] = co_await socket_.async_wait(what, as_deferred);
        if (error) co_return Arrived(error, 0);
      }
    }
  }
}

Arrived Transport::read_now(asio::mutable_buffer room) {
  if (tls_) {
    const auto outcome = tls_->read(static_cast<char*>(room.data()), room.size());
    if (outcome.state == TlsChannel::State::done) return Arrived({}, outcome.size);
    return Arrived(asio::error::would_block, 0);
  }
  for (;;) {
    const ssize_t got = ::recv(descriptor(), room.data(), room.size(), MSG_DONTWAIT);
    if (got > 0) return Arrived({}, static_cast<std::size_t>(got));
    if (got == 0) return Arrived(asio::error::eof, 0);
    if (errno != EINTR)
      return Arrived(boost::system::error_code(errno, boost::system::system_category()), 0);
  }
}

bool Transport::has_unread() {
  int size = 0;
  return ::ioctl(descriptor(), FIONREAD, &size) == 0 && size > 0;
}

void Transport::cancel() {
  boost::system::error_code ignored;
  if (is_attached()) socket_.cancel(ignored);
}

void Transport::detach() {
  if (!is_attached()) return;
  boost::system::error_code ignored;
  native_.take_back(socket_.release(ignored));
}

void Transport::finish() {
  if (tls_) tls_->shutdown();
  ::shutdown(descriptor(), SHUT_WR);
}

void Transport::close() {
  if (tls_) tls_->abandon();
  boost::system::error_code ignored;
  if (is_attached()) socket_.close(ignored);
}

}  // namespace sosik
