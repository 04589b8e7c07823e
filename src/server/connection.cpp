#include "connection.hpp"

#include <boost/asio/error.hpp>
#include <utility>

#include "worker.hpp"

namespace sosik {

namespace {

constexpr std::size_t kept_capacity = 8 * 1024;  // of an idle connection's input buffer
constexpr std::size_t read_size = 4096;          // more than nearly every request
constexpr unsigned fair_share = 64;  // pipelined requests answered before others get their turn

}  // namespace

Connection::Connection(Worker& worker, Accepted accepted)
    : worker_(worker),
      transport_(std::move(accepted.socket), worker.context().get_executor(),
                 std::move(accepted.tls)),
      peer_(accepted.peer),
      in_(2 * worker.limits().max_head + 8192) {
  enter(transport_.is_plain() ? Phase::idle : Phase::handshake);
}

void Connection::enter(Phase phase) {
  phase_ = phase;
  is_expired_ = false;  // of the phase before: what it waited for had come in the same moment
  deadline_ = worker_.deadline_of(phase);
  if (phase == Phase::idle) worker_.note_idle(*this);
}

void Connection::begin() noexcept { go(worker_.is_draining() ? Next::last_look : Next::read); }

void Connection::on_arrival(bool has_ended) noexcept {
  has_peer_ended_ |= has_ended;
  is_emptied_ = false;
  if (std::exchange(awaits_arrival_, false)) go(Next::read);
}

// Does what needs no waiting, and sees to it that it goes on after what does.
void Connection::go(Next next) noexcept {
  try {
    for (;;) {
      switch (next) {
        case Next::read:
          if (!transport_.is_plain()) return wait_for(next);
          next = read();
          break;
        case Next::advance:
          next = next_turn();
          break;
        case Next::arrival:
          awaits_arrival_ = true;
          return;
        case Next::interrupted:
          next = on_read(boost::asio::error::operation_aborted, 0);
          break;
        case Next::last_look:
          next = last_look();
          break;
        case Next::close:
          return worker_.end(*this);
        default:
          return wait_for(next);
      }
    }
  } catch (const std::exception&) {  // for want of memory
    worker_.report_failed_task(std::current_exception());
    worker_.end(*this);
  }
}

Connection::Next Connection::next_turn() {
  return ++answered_ % fair_share == 0 ? Next::yield : advance();
}

// What has arrived, or else a place in the Poller. A read that left room has emptied the socket, so
// that there is nothing to try for until the Poller says so.
Connection::Next Connection::read() {
  if (!is_watched_ && answered_ != 0) return watch();
  if (is_watched_ && is_emptied_) return Next::arrival;
  const auto room = in_.prepare(read_size);
  const Arrived arrived = transport_.read_now(room);
  if (arrived.error == boost::asio::error::would_block) return watch();
  is_emptied_ = arrived.size < room.size() && !has_peer_ended_;
  return on_read(arrived.error, arrived.size);
}

Connection::Next Connection::watch() {
  if (!is_watched_) {
    is_emptied_ = false;  // something may have come since
    is_watched_ = worker_.poller().watch(transport_.descriptor(), *this);
  }
  return is_watched_ ? Next::arrival : Next::close;
}

Connection::Next Connection::advance() {
  const auto data = in_.data();
  char* bytes = static_cast<char*>(data.data());
  const FoundHead found = find_head({bytes, data.size()}, scan_, worker_.limits());
  if (found.state == FoundHead::State::incomplete) {
    if (phase_ != Phase::head && data.size() != 0)
      enter(Phase::head);  // its time runs from the first byte
    return Next::read;
  }
  if (found.state == FoundHead::State::refused) return refuse(found.status);
  parser_.emplace(worker_.limits());
  request_size_ = found.end;
  if (const int status = parse_head(bytes, scan_, found.end, *parser_)) return refuse(status);
  if (parser_->request.has_body) return Next::read_body;
  return answer();
}

Connection::Next Connection::on_read(boost::system::error_code error, std::size_t size) {
  in_.commit(size);
  if (!error) return Next::advance;
  if (const auto failure = transport_.handshake_failure(); failure && !worker_.is_draining())
    worker_.count_handshake_failure(*failure);
  if (is_expired_ && phase_ == Phase::head) return refuse(408);  // H-031
  // drain() or shed() ended the wait; a request may have arrived in the same moment.
  const bool has_to_go = worker_.is_draining() || is_shed_;
  return !is_expired_ && has_to_go && waits_for_request() ? last_look() : Next::close;
}

Connection::Next Connection::last_look() {
  const Arrived arrived = transport_.read_now(in_.prepare(worker_.limits().max_head));
  if (arrived.error) return Next::close;
  in_.commit(arrived.size);
  return Next::advance;
}

Connection::Next Connection::answer() {
  Request& request = parser_->request;
  request.peer = &peer_;
  request.uses_tls = !transport_.is_plain();
  if (is_shed_) request.keep_alive = false;
  if (worker_.access_log()) began_ = std::chrono::steady_clock::now();
  missing_ = worker_.responder().respond(request, worker_.response());
  return missing_ ? Next::make : send();
}

Connection::Next Connection::refuse(int status) {
  is_refused_ = true;
  const Method method = parser_ ? parser_->request.method : Method::get;
  worker_.responder().refuse(method, status, worker_.response());
  if (worker_.access_log()) began_ = std::chrono::steady_clock::now();
  return send();
}

// Without waiting: nearly always the socket takes it all.
Connection::Next Connection::send() {
  Response& response = worker_.response();
  worker_.count_answer(response);
  if (worker_.access_log()) record_answer(response);
  closes_ = response.closes;
  if (transport_.is_plain()) worker_.joined_answers().join(response);
  unsent_.head = response.head;
  unsent_.body = response.body.view();
  unsent_.file = response.body.descriptor();
  unsent_.in_file = 0;
  const auto pushed = transport_.push(unsent_);
  if (pushed == Transport::Pushed::blocked) {
    unsent_head_ = unsent_.head;  // the response is the worker's, and the next one is coming
    unsent_.head = unsent_head_;
    unsent_body_ = std::exchange(response.body, {});
    return Next::write;
  }
  response.body = {};
  return pushed == Transport::Pushed::all ? after_response() : Next::close;
}

void Connection::record_answer(const Response& response) {
  using std::chrono::microseconds;
  AccessRecord record;
  record.at = worker_.responder().now();
  record.status = response.status;
  record.body_bytes = response.body_size;
  record.duration =
      std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - began_);
  ClientAddress client = peer_;
  if (parser_ && !is_refused_) {
    const Request& request = parser_->request;
    client = worker_.responder().client_of(request);
    record.method = request.method_text;
    record.target = request.target;
    record.version = request.is_http_1_0 ? "HTTP/1.0" : "HTTP/1.1";
    record.referer = request.referer.value_or("");
    record.user_agent = request.user_agent.value_or("");
    record.is_conditional = request.is_conditional();
  }
  if (response.is_represented) {
    record.format = to_string(response.format);
    record.coding = to_string(response.coding);
  }
  const std::string text = client.text();
  record.client = text;
  worker_.access_log()->append(record);
}

Connection::Next Connection::after_response() {
  // Closing on unread bytes resets the connection, and the reader may lose the answer (RFC 9112
  // section 9.6).
  if (closes_)
    return is_refused_ || in_.size() > request_size_ || transport_.has_unread() ? Next::linger
                                                                                : Next::close;
  in_.consume(request_size_);
  parser_.reset();
  if (!after_body_.empty()) {
    const auto room = in_.prepare(after_body_.size());
    after_body_.copy(static_cast<char*>(room.data()), after_body_.size());
    in_.commit(after_body_.size());
    std::string().swap(after_body_);
  }
  scan_ = {};
  enter(Phase::idle);
  if (in_.size() != 0) return Next::advance;
  if (in_.capacity() > kept_capacity) in_.shrink_to_fit();
  // An answer that drain() found on its way said that more may be asked.
  return worker_.is_draining() ? Next::last_look : Next::read;
}

void Connection::check_deadline(std::uint64_t tick) noexcept {
  if (tick < deadline_ || phase_ == Phase::making) return;
  if (phase_ == Phase::handshake && transport_.has_shaken_hands()) return enter(Phase::idle);
  is_expired_ = true;
  interrupt();
}

void Connection::drain() noexcept {
  if (waits_for_request()) interrupt();
}

bool Connection::shed() noexcept {
  if (phase_ != Phase::idle || in_.size() != 0 || is_shed_) return false;
  is_shed_ = true;
  interrupt();
  return true;
}

void Connection::abort() noexcept {
  is_expired_ = true;
  if (awaits_arrival_) return worker_.end(*this);
  transport_.close();
}

void Connection::interrupt() noexcept {
  if (!std::exchange(awaits_arrival_, false)) return transport_.cancel();
  go(Next::interrupted);
}

}  // namespace sosik
