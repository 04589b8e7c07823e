// How the outbound client hears of its sockets, and of time. The sockets wait in an epoll of their
// own, which the io_context watches as one descriptor. So a socket is registered once, and then
// neither waiting for it nor its idling costs a system call; many sockets' news come in one; and
// a connection that idles is heard as well. One coarse clock serves all deadlines.
//
// Hearing is no work that keeps io_context::run from returning: whoever waits for news does that,
// idle connections do not. Of the io_context's thread.
#pragma once
#include <sys/epoll.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace sosik {

class SocketEvents : public std::enable_shared_from_this<SocketEvents> {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  class Listener {
   public:
    // EPOLLIN and so on. May destroy this listener, and no other.
    virtual void on_events(std::uint32_t events) = 0;

   protected:
    ~Listener() = default;
  };

  // The clock's tick. Answers when the next one is wanted; TimePoint::max(): only when asked for.
  using Tick = std::function<TimePoint(TimePoint now)>;

  SocketEvents(boost::asio::io_context& context, Tick tick);
  ~SocketEvents() { stop(); }
  SocketEvents(const SocketEvents&) = delete;
  SocketEvents& operator=(const SocketEvents&) = delete;

  // Edge-triggered, from now until the socket is closed. False when the system has no room. To be
  // called in a task of the io_context.
  bool add(int socket, Listener& listener);
  // The next tick comes at `when` or before.
  void tick_by(TimePoint when);
  // Nothing is heard any more.
  void stop();

 private:
  void listen();
  void take();
  void set_clock(TimePoint when);

  boost::asio::io_context& context_;
  const Tick tick_;
  boost::asio::posix::stream_descriptor epoll_;
  int clock_;  // a timerfd
  TimePoint next_tick_ = TimePoint::max();
  bool is_listening_ = false;
};

}  // namespace sosik
