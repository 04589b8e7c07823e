#include "poller.hpp"

#include <sys/epoll.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <cerrno>
#include <system_error>

#include "connection.hpp"

namespace sosik {
namespace asio = boost::asio;

namespace {

constexpr auto as_deferred = asio::as_tuple(asio::deferred);

int make_epoll() {
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return epoll;
}

}  // namespace

Poller::Poller(asio::io_context& context) : epoll_(context.get_executor(), make_epoll()) {}

// Edge-triggered: one event for what arrives, however long it is left unread. What has arrived
// already counts as news.
bool Poller::watch(int socket, Connection& connection) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &connection;
  return ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket, &event) == 0;
}

void Poller::forget(const Connection& connection) noexcept {
  for (std::size_t i = told_; i < found_; ++i)
    if (batch_[i].connection == &connection) batch_[i].connection = nullptr;
}

WorkerTask<> Poller::run() {
  using Epoll = decltype(epoll_);
  for (;;) {
    auto [error] = co_await epoll_.async_wait(Epoll::wait_read, as_deferred);
    if (error) co_return;
    tell();
  }
}

void Poller::stop() {
  boost::system::error_code ignored;
  epoll_.close(ignored);
}

// One batch, then others on this thread get their turn.
void Poller::tell() {
  std::array<epoll_event, batch_size> events;
  const int count = ::epoll_wait(epoll_.native_handle(), events.data(), batch_size, 0);
  found_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  for (std::size_t i = 0; i < found_; ++i)
    batch_[i] = {static_cast<Connection*>(events[i].data.ptr),
                 (events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0};
  for (told_ = 0; told_ < found_;) {
    const Found found = batch_[told_++];
    if (found.connection) found.connection->on_arrival(found.has_ended);
  }
  told_ = found_ = 0;
}

}  // namespace sosik
