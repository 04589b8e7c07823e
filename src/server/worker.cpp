#include "worker.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <string>
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

// The process or the machine has no descriptor or no memory left for another connection.
bool is_out_of_resources(const boost::system::error_code& error) {
  namespace errc = boost::system::errc;
  return error == errc::too_many_files_open || error == errc::too_many_files_open_in_system ||
         error == errc::no_buffer_space || error == errc::not_enough_memory;
}

}  // namespace

Worker::Worker(Shared& shared, int listening_socket)
    : shared_(shared),
      responder_(shared.options, shared.snapshots, shared.clock),
      context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      acceptor_(context_.get_executor()),
      sweep_timer_(context_.get_executor()),
      accept_pause_(context_.get_executor()) {
  const ServerOptions& options = shared.options;
  limits_.max_head = options.max_header_bytes;
  limits_.max_line = std::min(limits_.max_line, limits_.max_head);
  limits_.max_body = options.max_body_bytes;
  const auto allow = [&](Connection::Phase phase, std::chrono::milliseconds time) {
    ticks_[static_cast<std::size_t>(phase)] = ticks_in(time, options.sweep_interval);
  };
  allow(Connection::Phase::idle, options.idle_timeout);
  allow(Connection::Phase::head, options.header_timeout);
  allow(Connection::Phase::body, options.header_timeout);
  allow(Connection::Phase::writing, options.write_timeout);
  allow(Connection::Phase::lingering, linger_timeout);

  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(listening_socket, reinterpret_cast<sockaddr*>(&address), &size);
  acceptor_.assign(address.ss_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(),
                   listening_socket);
}

Worker::~Worker() = default;

void Worker::run() {
  const auto report = [this](std::exception_ptr failure) { report_end(failure); };
  asio::co_spawn(context_, accept_all(), report);
  asio::co_spawn(context_, sweep(), report);
  context_.run();
}

void Worker::report_end(std::exception_ptr failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    shared_.log.error("a server thread's task ended", {{"why", e.what()}});
  }
}

void Worker::stop() {
  asio::post(context_, [this] { begin_drain(); });
}

void Worker::adopt(std::string public_origin, std::string base_path) {
  asio::post(context_,
             [this, origin = std::move(public_origin), path = std::move(base_path)]() mutable {
               responder_.adopt(std::move(origin), std::move(path));
             });
}

std::uint64_t Worker::end_of_writing(std::size_t size) const {
  const ServerOptions& options = shared_.options;
  const std::chrono::milliseconds for_size(1000 * size / options.min_write_rate);
  return tick_ + ticks_in(options.write_timeout + for_size, options.sweep_interval);
}

ServerCounters Worker::counters() const {
  ServerCounters counters;
  counters.connections = connections_seen_.get();
  counters.requests = requests_.get();
  counters.not_modified = not_modified_.get();
  counters.bytes = bytes_.get();
  return counters;
}

WorkerTask<> Worker::accept_all() {
  bool pauses = false;
  while (!is_draining_) {
    // Whatever goes wrong with one connection, most likely for want of memory, the next is
    // accepted.
    try {
      if (std::exchange(pauses, false)) {
        accept_pause_.expires_after(shared_.options.sweep_interval);
        co_await accept_pause_.async_wait(as_deferred);
        if (is_draining_) break;
      }
      auto [error, socket] = co_await acceptor_.async_accept(as_deferred);
      if (!error) {
        take(std::move(socket));
        has_warned_ = false;
      } else if (is_out_of_resources(error)) {
        // The connection stays in the queue, so trying at once would only spin.
        pauses = true;
        warn(error.message());
      }
    } catch (const std::exception& e) {
      pauses = true;
      warn(e.what());
    }
  }
}

void Worker::warn(std::string_view why) noexcept {
  if (std::exchange(has_warned_, true)) return;
  try {
    shared_.log.warn("cannot accept connections", {{"why", why}});
  } catch (const std::exception&) {
    has_warned_ = false;  // not said after all
  }
}

void Worker::take(Socket socket) {
  ++taken_;
  if (shared_.connections.fetch_add(1) >= shared_.options.max_connections)
    return give_back();  // and closes it
  connections_seen_.add(1);
  try {
    asio::co_spawn(context_, serve_connection(*this, std::move(socket)),
                   [this](std::exception_ptr failure) {
                     give_back();
                     report_end(failure);
                   });
  } catch (...) {
    give_back();
    throw;
  }
}

void Worker::give_back() {
  --shared_.connections;
  if (--taken_ == 0 && is_draining_) sweep_timer_.cancel();
}

WorkerTask<> Worker::sweep() {
  while (!is_draining_ || taken_ != 0) {
    sweep_timer_.expires_after(shared_.options.sweep_interval);
    auto [cancelled] = co_await sweep_timer_.async_wait(as_deferred);
    if (cancelled) continue;
    ++tick_;
    for (Connection& connection : connections_) connection.check_deadline(tick_);
    if (is_draining_ && tick_ >= drain_ends_)
      for (Connection& connection : connections_) connection.abort();
    responder_.drop_stale();
  }
}

void Worker::begin_drain() {
  is_draining_ = true;
  responder_.drain();
  drain_ends_ = tick_ + ticks_in(shared_.options.drain_timeout, shared_.options.sweep_interval);
  // Who is in the queue has been promised a connection by the system.
  boost::system::error_code error;
  acceptor_.non_blocking(true, error);
  while (!error) {
    Socket socket(context_.get_executor());
    acceptor_.accept(socket, error);
    if (!error) take(std::move(socket));
  }
  acceptor_.close(error);
  accept_pause_.cancel();
  sweep_timer_.cancel();
  for (Connection& connection : connections_) connection.drain();
}

}  // namespace sosik
