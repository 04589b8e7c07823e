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

// More than nearly every request: a read that does not fill its buffer has emptied the socket, and
// Asio then waits for more without trying first.
constexpr std::size_t read_size = 4096;
constexpr unsigned fair_share = 64;  // pipelined requests answered before others get their turn
constexpr std::string_view continue_lines = "HTTP/1.1 100 Continue\r\n\r\n";
// What chunk headers, extensions and trailers may add to a body (H-024).
constexpr std::size_t max_chunk_overhead = 16 * 1024;
constexpr std::size_t max_lingering =
    256 * 1024;  // bytes read for nothing before a connection is closed on them

}  // namespace

WorkerTask<> serve_connection(Worker& worker, Accepted accepted) {
  using Next = Connection::Next;
  Connection connection(worker, std::move(accepted));
  Next next = worker.is_draining() ? connection.last_look() : Next::read;
  for (;;) {
    switch (next) {
      case Next::read: {
        const auto room = connection.in_.prepare(read_size);
        Transport& transport = connection.transport_;
        if (transport.is_plain()) {  // without a coroutine of its own
          if (!transport.is_attached()) {
            // The first request has mostly come with the connection (listen.cpp).
            const std::size_t size = connection.answered_ == 0 ? transport.read_now(room) : 0;
            if (size != 0) {
              next = connection.on_read({}, size);
              break;
            }
            if (transport.attach()) co_return;
          }
          auto [error, size] = co_await transport.socket().async_read_some(room, as_deferred);
          next = connection.on_read(error, size);
        } else {
          const Arrived arrived = co_await transport.read(room);
          next = connection.on_read(arrived.error, arrived.size);
        }
        break;
      }
      case Next::advance:
        if (++connection.answered_ % fair_share == 0)
          co_await asio::post(worker.context().get_executor(), as_deferred);
        next = connection.advance();
        break;
      case Next::read_body:
        next = co_await connection.read_body();
        break;
      case Next::make:
        next = co_await connection.make();
        break;
      case Next::write:
        next = co_await connection.write();
        break;
      case Next::linger:
        co_await connection.linger();
        co_return;
      case Next::close:
        co_return;
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
  co_return is_written ? after_response() : Next::close;
}

WorkerTask<> Connection::linger() {
  enter(Phase::lingering);
  transport_.finish();
  std::array<char, read_size> nothing;
  for (std::size_t total = 0; total < max_lingering;) {
    const auto room = asio::buffer(nothing);
    const Arrived arrived = co_await transport_.read(room);
    if (arrived.error) break;
    total += arrived.size;
  }
}

}  // namespace sosik
