// A Poller tells a worker's thread which of its readers have sent something. It is an epoll of the
// server's own, for which Asio waits as for any other descriptor.
//
// Why not Asio for each of them: Asio 1.81 tries to read again after every answer, before it waits,
// and finds nothing; and each of its reads is an operation of its own, allocated, queued and
// scheduled. Measured: a fifth of what a 304 costs.
//
// Belongs to its Worker's thread.
#pragma once
#include <array>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstddef>

#include "transport.hpp"

struct epoll_event;

namespace sosik {

class Connection;

class Poller {
 public:
  // Throws std::system_error when the system has no descriptor left.
  explicit Poller(boost::asio::io_context&);

  // From now on, until its socket is closed, the connection's on_arrival() is called when something
  // has come since it last read. False for want of memory, or of room in epoll.
  bool watch(int socket, Connection&);
  // The connection ends: not even what has been found already is told any more.
  void forget(const Connection&) noexcept;

  // Waits and tells, until stop().
  WorkerTask<> run();
  void stop();

 private:
  void tell();

  static constexpr std::size_t batch_size = 128;
  struct Found {
    Connection* connection;
    bool has_ended;
  };

  boost::asio::posix::basic_stream_descriptor<Executor> epoll_;
  std::array<Found, batch_size> batch_;
  std::size_t told_ = 0, found_ = 0;  // of batch_
};

}  // namespace sosik
