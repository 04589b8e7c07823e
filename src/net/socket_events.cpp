#include "socket_events.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace sosik {

namespace asio = boost::asio;

namespace {

int made(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return descriptor;
}

}  // namespace

SocketEvents::SocketEvents(asio::io_context& context, Tick tick)
    : context_(context),
      tick_(std::move(tick)),
      epoll_(context, made(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      clock_(
          made(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd_create")) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // read by nobody: setting it anew is enough
  ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, clock_, &event);
}

bool SocketEvents::add(int socket, Listener& listener) {
  listen();
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &listener;
  return ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket, &event) == 0;
}

void SocketEvents::tick_by(TimePoint when) {
  if (when < next_tick_) set_clock(when);
}

void SocketEvents::set_clock(TimePoint when) {
  next_tick_ = when;
  itimerspec at{};  // zero: never
  if (when != TimePoint::max()) {
    const auto since = std::max(when.time_since_epoch(), TimePoint::duration(1));
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(since);
    at.it_value.tv_sec = whole.count();
    at.it_value.tv_nsec = std::chrono::nanoseconds(since - whole).count();
  }
  ::timerfd_settime(clock_, TFD_TIMER_ABSTIME, &at, nullptr);
}

void SocketEvents::stop() {
  boost::system::error_code ignored;
  epoll_.close(ignored);
  if (clock_ >= 0) ::close(std::exchange(clock_, -1));
  is_listening_ = false;
}

// The io_context counts every pending operation as work that run() stays for. This one is taken
// back out of that count, and put in again for the time that its handler runs. The count cannot
// fall to zero here, which would stop the loop: a task of the io_context is what calls.
void SocketEvents::listen() {
  if (is_listening_) return;
  is_listening_ = true;
  const auto executor = context_.get_executor();
  auto on_news = [executor, weak = weak_from_this()](const boost::system::error_code& ec) {
    executor.on_work_started();
    const auto self = weak.lock();
    if (ec || !self) return;
    self->is_listening_ = false;
    self->listen();
    self->take();
  };
  epoll_.async_wait(asio::posix::stream_descriptor::wait_read, std::move(on_news));
  executor.on_work_finished();
}

// One batch, then others on this thread get their turn: what is left wakes the epoll again.
void SocketEvents::take() {
  std::array<epoll_event, 256> events;
  const int count = ::epoll_wait(epoll_.native_handle(), events.data(), events.size(), 0);
  bool has_ticked = false;
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (event.data.ptr) {
      static_cast<Listener*>(event.data.ptr)->on_events(event.events);
    } else {
      has_ticked = true;
    }
  }
  if (!has_ticked) return;
  next_tick_ = TimePoint::max();
  set_clock(tick_(std::chrono::steady_clock::now()));
}

}  // namespace sosik
