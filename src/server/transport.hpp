// A Transport is one reader's connection as bytes: a TCP or Unix socket, with or without TLS over
// it. Belongs to its Worker's thread, for life.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "sosik/net/tls_channel.hpp"

namespace sosik {

// Everything on a worker's thread names its executor's type: a type-erased one costs instructions
// in every operation.
using Executor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;
template <class T = void>
using WorkerTask = boost::asio::awaitable<T, Executor>;

// What is on its way to a reader: a head, then a body, which may lie in a file as well.
struct Outgoing {
  std::string_view head, body;
  int file = -1;            // the body's, for sendfile
  std::size_t in_file = 0;  // where `body` begins there

  bool is_empty() const { return head.empty() && body.empty(); }
  void advance(std::size_t sent);
};

// A connection's socket as accept(2) gave it; closes it unless it was released.
class NativeSocket {
 public:
  NativeSocket(int descriptor, int family) : descriptor_(descriptor), family_(family) {}
  NativeSocket(NativeSocket&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), family_(other.family_) {}
  NativeSocket& operator=(NativeSocket&&) = delete;
  ~NativeSocket();

  int get() const { return descriptor_; }
  int family() const { return family_; }
  int release() { return std::exchange(descriptor_, -1); }
  void take_back(int descriptor) { descriptor_ = descriptor; }

 private:
  int descriptor_;
  const int family_;
};

// How a read ended.
struct Arrived {
  Arrived(boost::system::error_code the_error, std::size_t the_size)
      : error(the_error), size(the_size) {}
  boost::system::error_code error;
  std::size_t size;
};

class Transport {
 public:
  Transport(NativeSocket native, const Executor& executor, std::unique_ptr<TlsChannel> tls);

  bool is_plain() const { return !tls_; }
  bool has_shaken_hands() const { return !tls_ || tls_->has_shaken_hands(); }
  std::optional<TlsFailure> handshake_failure() const {
    return tls_ ? tls_->handshake_failure() : std::nullopt;
  }
  int descriptor();
  Executor executor() { return socket_.get_executor(); }

  WorkerTask<Arrived> read(boost::asio::mutable_buffer room);
  // What has arrived already; fails with would_block when nothing has, eof when nothing will.
  Arrived read_now(boost::asio::mutable_buffer room);

  // Has something arrived that nobody has read? Over TLS it may be no more than a record of its
  // own.
  bool has_unread();

  enum class Pushed { all, blocked, failed };
  // As much as goes without waiting; takes it off `out`.
  Pushed push(Outgoing& out);
  // Until more may go. After push() was blocked.
  WorkerTask<boost::system::error_code> writable();

  // Interrupts whoever waits here.
  void cancel();
  // Nobody waits here any more: Asio need not hear of what arrives.
  void detach();
  // Nothing more will be written; the peer's bytes may still be read.
  void finish();
  void close();

 private:
  // The socket meets Asio only while something is waited for here, which is seldom: a request that
  // has arrived is told of by the worker's Poller, and an answer mostly goes at once.
  bool is_attached() const { return socket_.is_open(); }
  // Before a wait; fails for want of memory, or of room in epoll. Twice does no harm.
  boost::system::error_code attach();
  Pushed push_plain(Outgoing& out);
  Pushed push_tls(Outgoing& out);

  NativeSocket native_;  // while it is not attached
  Socket socket_;        // while it is
  std::unique_ptr<TlsChannel> tls_;
  bool waits_to_read_ = false;  // TLS: writing goes on when something has arrived
};

}  // namespace sosik
