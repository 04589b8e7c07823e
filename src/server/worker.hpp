// A Worker is one thread of the server: its io_context, its acceptor on the shared port, its
// connections, its Responder and counters. Nothing here is shared with another thread but what says
// so.
#pragma once
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <exception>

#include "connection.hpp"
#include "response.hpp"
#include "sosik/net/log.hpp"

namespace sosik {

// What all workers of a server have in common; outlives them.
struct Shared {
  const ServerOptions& options;
  Snapshots& snapshots;
  const Clock& clock;
  Log& log;
  boost::asio::thread_pool& pool;           // where representations are made
  std::atomic<std::size_t> connections{0};  // open now, for max_connections
};

// Written by the worker's thread alone, read by any: plain additions, no locked instruction.
class Counter {
 public:
  void add(std::uint64_t n) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Worker {
 public:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;

  // Takes a socket that listens already.
  Worker(Shared&, int listening_socket);
  ~Worker();

  // Serves on the calling thread until stop(), and until the last connection has ended.
  void run();
  // Any thread; once.
  void stop();
  // Any thread.
  void adopt(std::string public_origin, std::string base_path);
  ServerCounters counters() const;

  Shared& shared() { return shared_; }
  const RequestLimits& limits() const { return limits_; }
  boost::asio::io_context& context() { return context_; }
  Responder& responder() { return responder_; }
  Response& response() { return response_; }
  std::uint64_t tick() const { return tick_; }
  std::uint64_t deadline_of(Connection::Phase phase) const {
    return tick_ + ticks_[static_cast<std::size_t>(phase)];
  }
  // The tick by which a reader has to have taken `size` bytes.
  std::uint64_t end_of_writing(std::size_t size) const;
  bool is_draining() const { return is_draining_; }

  void enter(Connection& connection) { connections_.push_back(connection); }
  void count_answer(int status, std::size_t bytes) {
    requests_.add(1);
    bytes_.add(bytes);
    if (status == 304) not_modified_.add(1);
  }

 private:
  WorkerTask<> accept_all();
  WorkerTask<> sweep();
  void take(Socket socket);
  void give_back();
  void warn(std::string_view why) noexcept;
  void report_end(std::exception_ptr failure);
  void begin_drain();

  Shared& shared_;
  RequestLimits limits_;
  std::array<std::uint64_t, Connection::phase_count> ticks_{};  // allowed in each phase
  Counter connections_seen_, requests_, not_modified_, bytes_;
  Responder responder_;
  Response response_;
  std::uint64_t tick_ = 0, drain_ends_ = 0;
  bool is_draining_ = false;
  bool has_warned_ = false;  // since a connection was last accepted
  std::size_t taken_ = 0;    // connections, from before their coroutine begins until it has ended
  boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections_;
  // Last, so that connections, which are frames of its coroutines, end before what they use.
  boost::asio::io_context context_;
  Acceptor acceptor_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>, Executor>
      sweep_timer_, accept_pause_;
};

}  // namespace sosik
