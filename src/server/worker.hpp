// A Worker is one thread of the server: its io_context, its own sockets on the shared ports, its
// connections, its Responder and counters. Nothing here is shared with another thread but what says
// so.
#pragma once
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <deque>
#include <exception>
#include <optional>
#include <vector>

#include "access_log.hpp"
#include "connection.hpp"
#include "current_tls.hpp"
#include "joined_answers.hpp"
#include "poller.hpp"
#include "response.hpp"
#include "sosik/net/log.hpp"

namespace sosik {

// What all workers of a server have in common; outlives them.
struct Shared {
  const ServerOptions& options;
  Snapshots& snapshots;
  const Clock& clock;
  Log& log;
  boost::asio::thread_pool& pool;  // where representations are made
  PollBudget& polls;
  const TrustedProxies& trusted_proxies;
  AccessLog* access_log = nullptr;  // nullptr: none is kept
  CurrentTls& tls;
  std::atomic<std::size_t> connections{0};  // open now, for max_connections
};

// A socket that listens already; the worker closes it.
struct Listening {
  int socket = -1;
  bool uses_tls = false;
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
  Worker(Shared&, const std::vector<Listening>&);
  ~Worker();

  // Serves on the calling thread until stop(), and until the last connection has ended.
  void run();
  // Any thread; once.
  void stop();
  // Any thread.
  void adopt(ServerChanges);
  void adopt(std::shared_ptr<const OtherSites>);
  void add_counters(ServerCounters& sum) const;

  Shared& shared() { return shared_; }
  const RequestLimits& limits() const { return limits_; }
  boost::asio::io_context& context() { return context_; }
  Responder& responder() { return responder_; }
  Response& response() { return response_; }
  JoinedAnswers& joined_answers() { return joined_answers_; }
  std::uint64_t tick() const { return tick_; }
  std::uint64_t deadline_of(Connection::Phase phase) const {
    return tick_ + ticks_[static_cast<std::size_t>(phase)];
  }
  // The tick by which a reader has to have taken `size` bytes.
  std::uint64_t end_of_writing(std::size_t size) const;
  bool is_draining() const { return is_draining_; }

  // It waits for a request.
  void note_idle(Connection& connection) {
    connection.InIdle::unlink();
    idle_.push_back(connection);
  }
  Poller& poller() { return poller_; }
  // The connection ends: it is destroyed.
  void end(Connection&) noexcept;
  void count_answer(const Response& response) {
    Answers& answers = answers_[static_cast<std::size_t>(response.status)];
    answers.requests.add(1);
    answers.bytes.add(response.size());
    if (response.is_represented && (response.status == 200 || response.status == 304))
      by_format_[static_cast<std::size_t>(response.format)]
                [static_cast<std::size_t>(response.coding)]
                    .add(1);
  }
  void count_handshake_failure(TlsFailure failure) {
    handshake_failures_[static_cast<std::size_t>(failure)].add(1);
  }
  // Something could not be made: a line in the log, but not one a request.
  void report_failure(const Missing&, const Error&);
  void report_failed_task(const std::exception_ptr& failure) noexcept;
  AccessLog::Lines* access_log() { return access_log_ ? &*access_log_ : nullptr; }

 private:
  using Descriptor = boost::asio::posix::basic_stream_descriptor<Executor>;
  using Timer = boost::asio::basic_waitable_timer<
      std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
  struct Gate {  // where readers come in
    Gate(boost::asio::io_context& context, const Listening& listening)
        : descriptor(context.get_executor(), listening.socket),
          pause(context.get_executor()),
          uses_tls(listening.uses_tls) {}
    Descriptor descriptor;
    Timer pause;
    bool uses_tls;
  };
  struct Answers {
    Counter requests, bytes;
  };

  WorkerTask<> accept_all(Gate& gate);
  bool accept_waiting(Gate& gate, unsigned most);
  WorkerTask<> sweep();
  // False for want of memory.
  bool take(NativeSocket socket, const ClientAddress& peer, bool uses_tls) noexcept;
  void serve(NativeSocket, const ClientAddress& peer, bool uses_tls);
  void give_back();
  // Has the connection make room that has been idle longest. False when none is idle.
  bool shed_idle();
  void look_at_deadlines();
  void warn(std::string_view why) noexcept;
  template <class Do>
  void for_each_connection(Do);
  void begin_drain();

  Shared& shared_;
  RequestLimits limits_;
  std::array<std::uint64_t, Connection::phase_count> ticks_{};  // allowed in each phase
  Counter connections_seen_, connections_refused_, connections_shed_;
  std::array<Answers, 600> answers_;  // by status
  std::array<Counter, tls_failure_count> handshake_failures_;
  std::array<std::array<Counter, coding_count>, format_count> by_format_;
  std::optional<AccessLog::Lines> access_log_;
  Responder responder_;
  Response response_;
  JoinedAnswers joined_answers_;
  std::uint64_t tick_ = 0, drain_ends_ = 0;
  bool is_draining_ = false;
  bool has_warned_ = false;                         // since a connection was last accepted
  std::uint64_t quiet_until_ = 0, kept_quiet_ = 0;  // of report_failure
  std::size_t taken_ = 0;                           // connections that have not ended
  boost::asio::io_context context_;
  Poller poller_;
  template <class Hook>
  using Connections = boost::intrusive::list<Connection, boost::intrusive::base_hook<Hook>,
                                             boost::intrusive::constant_time_size<false>>;
  Connections<InAll> connections_;  // owned: end() deletes them
  // Those that are idle, longest first, among some that were idle last, and are busy.
  Connections<InIdle> idle_;
  std::deque<Gate> gates_;
  Timer sweep_timer_;
};

}  // namespace sosik
