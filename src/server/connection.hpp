// A Connection is one reader's socket: bytes in, requests answered in order, bytes out
// (docs/serving.md draws its states). advance() and answer() do all that needs no waiting and name
// what to wait for. A request is waited for with nothing but a place in the worker's Poller; every
// other wait, and all of TLS, is a coroutine, begun for it. Belongs to its Worker, and to its
// thread, for life.
#pragma once
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "client_address.hpp"
#include "request_head.hpp"
#include "responder.hpp"
#include "transport.hpp"

namespace sosik {

class Worker;

// A reader as accept found it.
struct Accepted {
  Accepted(NativeSocket the_socket, ClientAddress the_peer, std::unique_ptr<TlsChannel> the_tls)
      : socket(std::move(the_socket)), peer(the_peer), tls(std::move(the_tls)) {}
  NativeSocket socket;
  ClientAddress peer;
  std::unique_ptr<TlsChannel> tls;  // nullptr: plain
};

// A place in one of the worker's lists, which goes with the connection.
template <class Tag>
using InList =
    boost::intrusive::list_base_hook<boost::intrusive::tag<Tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
using InAll = InList<struct OfAll>;
using InIdle = InList<struct OfIdle>;

class Connection : public InAll, public InIdle {
 public:
  // What a deadline is about.
  enum class Phase { handshake, idle, head, body, making, writing, lingering };
  static constexpr std::size_t phase_count = 7;

  Connection(Worker&, Accepted);

  // The functions below may end the connection, which destroys it.

  // Once, when it is among the worker's.
  void begin() noexcept;
  // The poller's part: something has arrived, or nothing will any more.
  void on_arrival(bool has_ended) noexcept;
  // The sweep's part, once a tick: interrupts the wait whose time is up.
  void check_deadline(std::uint64_t tick) noexcept;
  // The server stops: no request that has not begun to arrive will be read.
  void drain() noexcept;
  // Its time to stop is over.
  void abort() noexcept;
  // Makes room for another, if it waits for a request; one that arrives in the same moment is its
  // last. False when it is busy.
  bool shed() noexcept;

 private:
  // What is to be done, or has to be waited for, before it can go on.
  enum class Next {
    read,
    advance,
    last_look,
    interrupted,  // the wait for a request
    arrival,      // from here on it waits
    yield,
    read_body,
    make,
    write,
    linger,
    close
  };

  void go(Next) noexcept;
  // Interrupts what it waits for.
  void interrupt() noexcept;
  void wait_for(Next);
  WorkerTask<Next> waits(Next);  // until it waits for a request in the Poller, or ends
  Next next_turn();
  Next read();
  Next watch();
  Next advance();  // reads a request from what has arrived, and answers it
  Next on_read(boost::system::error_code, std::size_t size);
  // When draining or shed: the request that has arrived already, if one has.
  Next last_look();
  Next answer();
  Next refuse(int status);
  Next send();
  Next after_response();
  WorkerTask<Next> read_body();
  WorkerTask<Next> make();
  WorkerTask<Next> write();
  WorkerTask<bool> write_all(Outgoing&);  // false: the reader has gone, or was given up
  WorkerTask<Next> linger();

  bool waits_for_request() const { return phase_ == Phase::idle || phase_ == Phase::handshake; }
  void enter(Phase);
  void record_answer(const Response&);

  Worker& worker_;
  Transport transport_;
  const ClientAddress peer_;
  boost::beast::flat_buffer in_;
  HeadScan scan_;
  std::optional<RequestParser> parser_;  // from a head's arrival until the next is looked for
  std::size_t request_size_ = 0;         // bytes of in_ that belong to the request
  std::string after_body_;               // what came behind a body that did not fit in in_
  std::optional<Missing> missing_;
  // What the socket did not take at once.
  Outgoing unsent_;
  std::string unsent_head_;                      // keeps unsent_.head
  Body unsent_body_;                             // keeps unsent_.body
  std::chrono::steady_clock::time_point began_;  // the request's head was there; for the access log
  Phase phase_ = Phase::idle;
  std::uint64_t deadline_ = 0;
  unsigned answered_ = 0;
  bool closes_ = false;      // after the response on its way
  bool is_refused_ = false;  // that response leaves bytes unread
  bool is_expired_ = false;
  bool is_shed_ = false;
  bool is_watched_ = false;  // by the Poller
  bool awaits_arrival_ = false;
  bool is_emptied_ = false;  // the socket, by the last read
  bool has_peer_ended_ = false;
};

}  // namespace sosik
