#include "worker.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace sosik {
namespace asio = boost::asio;

namespace {

constexpr auto as_deferred = asio::as_tuple(asio::deferred);
constexpr std::chrono::seconds linger_timeout{2};

// A phase entered between two ticks gets its whole time.
std::uint64_t ticks_in(std::chrono::milliseconds time, std::chrono::milliseconds tick) {
  return static_cast<std::uint64_t>((time + tick - std::chrono::milliseconds(1)) / tick + 1);
}

// Before a wait that could not begin is tried again.
constexpr std::chrono::milliseconds breath{10};

// Connections taken before others get their turn.
constexpr unsigned accepted_at_once = 16;

// The process or the machine has no descriptor or no memory left for another connection.
bool is_out_of_resources(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Worker::Worker(Shared& shared, const std::vector<Listening>& sockets)
    : shared_(shared),
      responder_(shared.options, shared.snapshots, shared.clock, shared.polls,
                 shared.trusted_proxies),
      joined_answers_(shared.snapshots),
      context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      poller_(context_),
      sweep_timer_(context_.get_executor()) {
  if (shared.access_log) access_log_.emplace(*shared.access_log);
  for (const Listening& listening : sockets) gates_.emplace_back(context_, listening);
  const ServerOptions& options = shared.options;
  limits_.max_head = options.max_header_bytes;
  limits_.max_line = std::min(limits_.max_line, limits_.max_head);
  limits_.max_body = options.max_body_bytes;
  const auto allow = [&](Connection::Phase phase, std::chrono::milliseconds time) {
    ticks_[static_cast<std::size_t>(phase)] = ticks_in(time, options.sweep_interval);
  };
  allow(Connection::Phase::handshake, options.header_timeout);
  allow(Connection::Phase::idle, options.idle_timeout);
  allow(Connection::Phase::head, options.header_timeout);
  allow(Connection::Phase::body, options.header_timeout);
  allow(Connection::Phase::writing, options.write_timeout);
  allow(Connection::Phase::lingering, linger_timeout);
}

Worker::~Worker() {
  while (!connections_.empty()) end(connections_.front());
}

void Worker::run() {
  const auto report = [this](const std::exception_ptr& failure) { report_failed_task(failure); };
  for (Gate& gate : gates_) asio::co_spawn(context_, accept_all(gate), report);
  asio::co_spawn(context_, poller_.run(), report);
  asio::co_spawn(context_, sweep(), report);
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::exception&) {  // of one handler, for want of memory: the others go on
      report_failed_task(std::current_exception());
    }
  }
}

void Worker::report_failed_task(const std::exception_ptr& failure) noexcept {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    try {
      shared_.log.error("a server thread's task failed", {{"why", e.what()}});
    } catch (const std::exception&) {  // not even the log: the thread goes on all the same
    }
  }
}

void Worker::stop() {
  asio::post(context_, [this] { begin_drain(); });
}

void Worker::adopt(ServerChanges changes) {
  asio::post(context_, [this, changes = std::move(changes)]() mutable {
    responder_.adopt(std::move(changes));
  });
}

void Worker::adopt(std::shared_ptr<const OtherSites> others) {
  asio::post(context_, [this, others = std::move(others)] { responder_.adopt(others); });
}

std::uint64_t Worker::end_of_writing(std::size_t size) const {
  const ServerOptions& options = shared_.options;
  const std::chrono::milliseconds for_size(1000 * size / options.min_write_rate);
  return tick_ + ticks_in(options.write_timeout + for_size, options.sweep_interval);
}

void Worker::add_counters(ServerCounters& sum) const {
  sum.connections += connections_seen_.get();
  sum.refused_connections += connections_refused_.get();
  sum.shed_connections += connections_shed_.get();
  for (std::size_t i = 0; i < tls_failure_count; ++i)
    sum.handshake_failures[i] += handshake_failures_[i].get();
  for (std::size_t status = 0; status < answers_.size(); ++status) {
    const std::uint64_t requests = answers_[status].requests.get();
    if (requests == 0) continue;
    auto place = std::ranges::find(sum.by_status, static_cast<int>(status),
                                   &ServerCounters::Answers::status);
    if (place == sum.by_status.end())
      place = sum.by_status.insert(place, {static_cast<int>(status), 0, 0});
    place->requests += requests;
    place->bytes += answers_[status].bytes.get();
    sum.requests += requests;
    sum.bytes += answers_[status].bytes.get();
    if (status == 304) sum.not_modified += requests;
  }
  for (std::size_t format = 0; format < format_count; ++format)
    for (std::size_t coding = 0; coding < coding_count; ++coding)
      sum.by_format[format][coding] += by_format_[format][coding].get();
}

WorkerTask<> Worker::accept_all(Gate& gate) {
  bool pauses = false;
  while (!is_draining_) {
    // Whatever goes wrong, most likely for want of memory, the next connection is accepted.
    try {
      if (std::exchange(pauses, false)) {
        // The connection stays in the queue, so trying at once would only spin.
        gate.pause.expires_after(shared_.options.sweep_interval);
        co_await gate.pause.async_wait(as_deferred);
        if (is_draining_) break;
      }
      auto [error] = co_await gate.descriptor.async_wait(Descriptor::wait_read, as_deferred);
      if (error || is_draining_) continue;
      pauses = !accept_waiting(gate, accepted_at_once);
    } catch (const std::exception& e) {
      pauses = true;
      warn(e.what());
    }
  }
}

// False when there is no room for another connection in this process or machine.
bool Worker::accept_waiting(Gate& gate, unsigned most) {
  for (unsigned i = 0; i < most; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int socket =
        ::accept4(gate.descriptor.native_handle(), reinterpret_cast<sockaddr*>(&address), &size,
                  SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      const auto peer = ClientAddress::of(reinterpret_cast<const sockaddr*>(&address), size);
      if (!take(NativeSocket(socket, address.ss_family), peer, gate.uses_tls)) return false;
      has_warned_ = false;
    } else if (is_out_of_resources(errno)) {
      warn(std::generic_category().message(errno));
      return false;
    } else if (errno == EAGAIN || errno == EBADF || errno == EINVAL) {
      return true;  // nobody waits; else one that went away again while it waited
    }
  }
  return true;
}

void Worker::report_failure(const Missing& missing, const Error& error) {
  constexpr std::chrono::seconds pause{10};
  if (tick_ < quiet_until_) {
    ++kept_quiet_;
    return;
  }
  quiet_until_ = tick_ + ticks_in(pause, shared_.options.sweep_interval);
  shared_.log.error("cannot serve", {{"site", std::to_string(missing.site)},
                                     {"key", missing.key},
                                     {"format", to_string(missing.format)},
                                     {"why", error.detail},
                                     {"unreported", std::to_string(kept_quiet_)}});
  kept_quiet_ = 0;
}

void Worker::warn(std::string_view why) noexcept {
  if (std::exchange(has_warned_, true)) return;
  try {
    shared_.log.warn("cannot accept connections", {{"why", why}});
  } catch (const std::exception&) {
    has_warned_ = false;  // not said after all
  }
}

bool Worker::take(NativeSocket socket, const ClientAddress& peer, bool uses_tls) noexcept {
  try {
    serve(std::move(socket), peer, uses_tls);
    return true;
  } catch (const std::exception& e) {
    warn(e.what());
    return false;
  }
}

void Worker::serve(NativeSocket socket, const ClientAddress& peer, bool uses_tls) {
  ++taken_;
  const bool is_full = shared_.connections.fetch_add(1) >= shared_.options.max_connections;
  if (is_full && !shed_idle()) {
    connections_refused_.add(1);
    return give_back();  // and closes it
  }
  std::unique_ptr<Connection> connection;
  try {
    std::unique_ptr<TlsChannel> tls;
    if (uses_tls) tls = shared_.tls.channel(socket.get());
    Accepted accepted(std::move(socket), peer, std::move(tls));
    connection = std::make_unique<Connection>(*this, std::move(accepted));
  } catch (...) {
    give_back();
    throw;
  }
  connections_seen_.add(1);  // before its first answer, which may be sent right here
  connections_.push_back(*connection);
  connection.release()->begin();
}

void Worker::end(Connection& connection) noexcept {
  poller_.forget(connection);
  delete &connection;
  give_back();
}

// `act` may end the connection that it is given.
template <class Do>
void Worker::for_each_connection(Do act) {
  for (auto next = connections_.begin(); next != connections_.end();) act(*next++);
}

void Worker::give_back() {
  --shared_.connections;
  if (--taken_ == 0 && is_draining_) sweep_timer_.cancel();
}

// It ends as soon as this thread gets to it, so for that moment there is one too many.
bool Worker::shed_idle() {
  while (!idle_.empty() && !is_draining_) {
    Connection& longest = idle_.front();
    idle_.pop_front();
    if (!longest.shed()) continue;
    connections_shed_.add(1);
    return true;
  }
  return false;
}

WorkerTask<> Worker::sweep() {
  while (!is_draining_ || taken_ != 0) {
    bool has_waited = false;
    try {  // whatever goes wrong, the next tick comes
      sweep_timer_.expires_after(shared_.options.sweep_interval);
      auto [cancelled] = co_await sweep_timer_.async_wait(as_deferred);
      has_waited = true;
      if (!cancelled) look_at_deadlines();
    } catch (const std::exception&) {
      report_failed_task(std::current_exception());
      // No memory even to wait with: without deadlines this thread is lost, so it may as well rest.
      if (!has_waited) std::this_thread::sleep_for(breath);
    }
  }
  poller_.stop();
}

void Worker::look_at_deadlines() {
  ++tick_;
  for_each_connection([&](Connection& connection) { connection.check_deadline(tick_); });
  if (is_draining_ && tick_ >= drain_ends_)
    for_each_connection([](Connection& connection) { connection.abort(); });
  responder_.drop_stale();
  joined_answers_.clear();
  if (access_log_) access_log_->hand_over();
}

void Worker::begin_drain() {
  is_draining_ = true;
  responder_.drain();
  drain_ends_ = tick_ + ticks_in(shared_.options.drain_timeout, shared_.options.sweep_interval);
  for (Gate& gate : gates_) {
    // Who is in the queue has been promised a connection by the system.
    accept_waiting(gate, SOMAXCONN);
    boost::system::error_code ignored;
    gate.descriptor.close(ignored);
    gate.pause.cancel();
  }
  sweep_timer_.cancel();
  for_each_connection([](Connection& connection) { connection.drain(); });
}

}  // namespace sosik
