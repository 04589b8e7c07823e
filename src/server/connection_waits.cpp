// The waits of a Connection.
#include <algorithm>
#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/http/error.hpp>

#include "connection.hpp"
#include "sosik/net/offload.hpp"
#include "worker.hpp"

namespace sosik {
namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

// Awaited without a coroutine frame of its own, unlike use_awaitable.
constexpr auto as_deferred = asio::as_tuple(asio::deferred);

constexpr std::size_t read_size = 4096;
constexpr std::string_view continue_lines = "HTTP/1.1 100 Continue\r\n\r\n";
// What chunk headers, extensions and trailers may add to a body (H-024).
constexpr std::size_t max_chunk_overhead = 16 * 1024;
constexpr std::size_t max_lingering =
    256 * 1024;  // bytes read for nothing before a connection is closed on them

}  // namespace

// Plain bytes are waited for in the Poller, so Asio leaves the socket alone between two waits here.
void Connection::wait_for(Next next) {
  asio::co_spawn(transport_.executor(), waits(next),
                 [this](const std::exception_ptr& failure, Next then) noexcept {
                   if (failure) {
                     worker_.report_failed_task(failure);
                     return worker_.end(*this);
                   }
                   if (transport_.is_plain()) transport_.detach();
                   go(then);
                 });
}

WorkerTask<Connection::Next> Connection::waits(Next next) {
  for (;;) {
    switch (next) {
      case Next::read: {
        if (transport_.is_plain()) co_return next;
        const auto room = in_.prepare(read_size);
        const Arrived arrived = co_await transport_.read(room);
        next = on_read(arrived.error, arrived.size);
        break;
      }
      case Next::advance:
        if (transport_.is_plain()) co_return next;
        next = next_turn();
        break;
      case Next::yield:
        co_await asio::post(transport_.executor(), as_deferred);
        next = advance();
        break;
      case Next::read_body:
        next = co_await read_body();
        break;
      case Next::make:
        next = co_await make();
        break;
      case Next::write:
        next = co_await write();
        break;
      case Next::linger:
        next = co_await linger();
        break;
      default:
        co_return next;
    }
  }
}

// Beast takes the body's framing apart; its bytes go nowhere (H-026). The head stays in in_, where
// the request points.
WorkerTask<Connection::Next> Connection::read_body() {
  enter(Phase::body);
  if (parser_->request.expects_continue && in_.size() == request_size_) {
    Outgoing line;
    line.head = continue_lines;
    if (!co_await write_all(line)) co_return Next::close;
  }
  std::string rest(static_cast<const char*>(in_.data().data()) + request_size_,
                   in_.size() - request_size_);
  request_size_ = in_.size();
  std::size_t total = 0;
  for (;;) {
    boost::beast::error_code error;
    std::size_t used = 0;
    while (!error && !parser_->is_done() && used < rest.size())
      used += parser_->put(asio::const_buffer(rest.data() + used, rest.size() - used), error);
    rest.erase(0, used);
    total += used;
    if (parser_->is_done()) break;
    if (error == http::error::body_limit ||
        total + rest.size() > worker_.limits().max_body + max_chunk_overhead)
      co_return refuse(413);
    if (error && error != http::error::need_more) co_return refuse(400);

    std::array<char, read_size> more;
    const auto room = asio::buffer(more);
    const Arrived arrived = co_await transport_.read(room);
    if (arrived.error) co_return is_expired_ ? refuse(408) : Next::close;
    rest.append(more.data(), arrived.size);
  }
  after_body_ = std::move(rest);
  co_return answer();
}

// A feed that is not open yet may turn out to be known well enough for a 304; else it is made.
WorkerTask<Connection::Next> Connection::make() {
  Snapshots& snapshots = worker_.shared().snapshots;
  const asio::any_io_executor here = transport_.executor();
  while (missing_) {
    enter(Phase::making);
    const Missing missing = *std::exchange(missing_, std::nullopt);
    auto work = [&snapshots, missing] { return make_missing(snapshots, missing); };
    auto task = offload(worker_.shared().pool, std::move(work));
    auto [failure, made] = co_await asio::co_spawn(here, std::move(task), as_deferred);
    if (failure) made = unavailable("making it threw an exception");
    if (!made && made.error().code != Errc::not_found)
      worker_.report_failure(missing, made.error());
    missing_ =
        worker_.responder().respond_made(parser_->request, missing, made, worker_.response());
  }
  co_return send();
}

WorkerTask<bool> Connection::write_all(Outgoing& out) {
  const std::uint64_t end = worker_.end_of_writing(out.head.size() + out.body.size());
  for (;;) {
    const auto pushed = transport_.push(out);
    if (pushed != Transport::Pushed::blocked) co_return pushed == Transport::Pushed::all;
    enter(Phase::writing);  // its time runs from the last byte that went
    deadline_ = std::min(deadline_, end);
    const auto error = co_await transport_.writable();
    if (error) co_return false;
  }
}

WorkerTask<Connection::Next> Connection::write() {
  const bool is_written = co_await write_all(unsent_);
  std::string().swap(unsent_head_);
  unsent_ = {};
  unsent_body_ = {};
  if (!is_written) co_return Next::close;
  // The reader has not taken it all yet; what is sent meanwhile must not reset the connection.
  if (closes_) co_return Next::linger;
  co_return after_response();
}

WorkerTask<Connection::Next> Connection::linger() {
  enter(Phase::lingering);
  transport_.finish();
  std::array<char, read_size> nothing;
  for (std::size_t total = 0; total < max_lingering;) {
    const auto room = asio::buffer(nothing);
    const Arrived arrived = co_await transport_.read(room);
    if (arrived.error) break;
    total += arrived.size;
  }
  co_return Next::close;
}

}  // namespace sosik
