// One connection to a checked address, plain or TLS: a socket that never blocks, what is known of
// it, and the one coroutine that waits for it. Reading and writing do what can be done now; the
// rest is waiting:
//
//   while (!connection.is_ready(until)) { if (connection.is_over()) ...; co_await
//   connection.wait(until); }
//
// Of the io_context's thread. Destroying it closes the socket, saying so in TLS.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "socket_events.hpp"
#include "sosik/base/url.hpp"
#include "sosik/net/task.hpp"
#include "tls.hpp"

namespace sosik {

// A URL that may be sent to, and what each of its requests needs of it.
struct Destination {
  HttpUrl url;
  std::string peer;  // the Host field, and whom a failure names
  std::string key;   // of the connections that serve it: scheme, host and port
};

class OutboundConnection;

// Who keeps a connection that idles.
class IdleOwner {
 public:
  // The peer has closed, or spoken out of turn. Destroys the connection.
  virtual void drop(OutboundConnection& connection) = 0;

 protected:
  ~IdleOwner() = default;
};

using ListHook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

class OutboundConnection final : public SocketEvents::Listener, public ListHook {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  enum class Until { readable, writable, either };

  // Begins to connect; when it is writable, connect_error() says how that ended. A system error
  // when not even that is possible.
  static std::unique_ptr<OutboundConnection> begin(SocketEvents& events,
                                                   const boost::asio::ip::tcp::endpoint& to,
                                                   boost::system::error_code& ec);
  ~OutboundConnection();
  OutboundConnection(const OutboundConnection&) = delete;
  OutboundConnection& operator=(const OutboundConnection&) = delete;

  boost::system::error_code connect_error() const;
  // All that follows is read and written through `session`.
  void secure(std::unique_ptr<TlsSession> session) { session_ = std::move(session); }
  TlsSession* session() { return session_.get(); }
  int socket() const { return socket_; }

  // `wants_read` and `wants_write` for a plain socket mean that it must be waited for.
  Io read(char* to, std::size_t size);
  Io write(std::string_view bytes);
  Io shake_hands();
  // Has the peer said nothing that was not read, and not closed? Asks the system.
  bool is_quiet();

  bool is_ready(Until until) const {
    return (until != Until::writable && is_readable_) || (until != Until::readable && is_writable_);
  }
  // The next read is tried, whatever is known.
  void suppose_readable() { is_readable_ = true; }
  // A new deadline for all waits; noticed by the clock's ticks.
  void set_deadline(TimePoint deadline) {
    deadline_ = deadline;
    is_over_ = false;
  }
  TimePoint deadline() const { return deadline_; }
  bool is_over() const { return is_over_; }
  void check_deadline(TimePoint now);

  // Ends when it is ready, or over, or for no reason. Throws operation_aborted when cancelled.
  Task<> wait(Until until);
  // As if cancelled from outside.
  void abort();

  // Of the one who keeps it while it idles.
  std::shared_ptr<const Destination> destination;
  TimePoint made_at{}, idle_since{};
  IdleOwner* idle_owner = nullptr;

 private:
  // A suspended coroutine, whatever its handler's type.
  struct Waiter {
    virtual ~Waiter() = default;
    virtual void post(const boost::system::error_code& ec) = 0;
  };
  template <class Handler>
  struct WaiterOf;

  explicit OutboundConnection(int socket) : socket_(socket) {}
  void on_events(std::uint32_t events) override;
  void wake();
  Io noted(Io io);

  const int socket_;
  std::unique_ptr<TlsSession> session_;
  std::unique_ptr<Waiter> waiter_;
  Until until_ = Until::readable;
  TimePoint deadline_ = TimePoint::max();
  bool is_readable_ = false, is_writable_ = false;
  bool has_ended_ = false;  // there will be no further event
  bool is_over_ = false, is_aborted_ = false;
};

}  // namespace sosik
