// The waits of a Connection.
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
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

WorkerTask<> serve_connection(Worker& worker, Socket socket) {
  using Next = Connection::Next;
  Connection connection(worker, std::move(socket));
  Next next = worker.is_draining() ? connection.last_look() : Next::read;
  for (;;) {
    switch (next) {
      case Next::read: {
        const auto room = connection.in_.prepare(read_size);
        auto [error, size] = co_await connection.socket_.async_read_some(room, as_deferred);
        next = connection.on_read(error, size);
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
    const auto line = asio::buffer(continue_lines);
    auto [error, size] = co_await asio::async_write(socket_, line, as_deferred);
    if (error) co_return Next::close;
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
    auto [failure, size] = co_await socket_.async_read_some(room, as_deferred);
    if (failure) co_return is_expired_ ? refuse(408) : Next::close;
    rest.append(more.data(), size);
  }
  after_body_ = std::move(rest);
  co_return answer();
}

WorkerTask<Connection::Next> Connection::make() {
  enter(Phase::making);
  Snapshots& snapshots = worker_.shared().snapshots;
  auto work = [&snapshots, missing = *missing_] { return make_missing(snapshots, missing); };
  auto task = offload(worker_.shared().pool, std::move(work));
  const asio::any_io_executor here = socket_.get_executor();
  auto [failure, made] = co_await asio::co_spawn(here, std::move(task), as_deferred);
  if (failure) made = unavailable("making it threw an exception");
  if (!made && made.error().code != Errc::not_found)
    worker_.shared().log.error("cannot serve", {{"key", missing_->key},
                                                {"format", to_string(missing_->format)},
                                                {"why", made.error().detail}});
  worker_.responder().respond_made(parser_->request, *missing_, made, worker_.response());
  co_return send();
}

WorkerTask<Connection::Next> Connection::write() {
  const std::uint64_t end = worker_.end_of_writing(unsent_head_.size() + unsent_body_.size());
  while (!unsent_head_.empty() || !unsent_body_.empty()) {
    enter(Phase::writing);  // its time runs from the last byte that went
    deadline_ = std::min(deadline_, end);
    const std::array<asio::const_buffer, 2> parts{asio::buffer(unsent_head_),
                                                  asio::buffer(unsent_body_)};
    auto [error, size] = co_await socket_.async_write_some(parts, as_deferred);
    if (error) co_return Next::close;
    const std::size_t of_head = std::min(size, unsent_head_.size());
    unsent_head_.erase(0, of_head);
    unsent_body_.remove_prefix(size - of_head);
  }
  std::string().swap(unsent_head_);
  unsent_keeper_.reset();
  co_return after_response();
}

WorkerTask<> Connection::linger() {
  enter(Phase::lingering);
  ::shutdown(socket_.native_handle(), SHUT_WR);
  std::array<char, read_size> nothing;
  for (std::size_t total = 0; total < max_lingering;) {
    const auto room = asio::buffer(nothing);
    auto [error, size] = co_await socket_.async_read_some(room, as_deferred);
    if (error) break;
    total += size;
  }
}

}  // namespace sosik
