#include "connection.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "worker.hpp"

namespace sosik {

namespace {

constexpr std::size_t kept_capacity = 8 * 1024;  // of an idle connection's input buffer

}  // namespace

Connection::Connection(Worker& worker, Socket socket)
    : worker_(worker), socket_(std::move(socket)), in_(2 * worker.limits().max_head + 8192) {
  worker_.enter(*this);
  enter(Phase::idle);
}

void Connection::enter(Phase phase) {
  phase_ = phase;
  deadline_ = worker_.deadline_of(phase);
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
  if (is_expired_ && phase_ == Phase::head) return refuse(408);  // H-031
  // drain() ended the wait; a request may have arrived in the same moment.
  return !is_expired_ && worker_.is_draining() && phase_ == Phase::idle ? last_look() : Next::close;
}

Connection::Next Connection::last_look() {
  const auto room = in_.prepare(worker_.limits().max_head);
  const ssize_t got = ::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
  if (got <= 0) return Next::close;
  in_.commit(static_cast<std::size_t>(got));
  return Next::advance;
}

Connection::Next Connection::answer() {
  missing_ = worker_.responder().respond(parser_->request, worker_.response());
  return missing_ ? Next::make : send();
}

Connection::Next Connection::refuse(int status) {
  is_refused_ = true;
  const Method method = parser_ ? parser_->request.method : Method::get;
  worker_.responder().refuse(method, status, worker_.response());
  return send();
}

// Without waiting: nearly always the socket takes it all.
Connection::Next Connection::send() {
  Response& response = worker_.response();
  worker_.count_answer(response.status, response.size());
  closes_ = response.closes;
  ssize_t sent;
  if (response.body.empty()) {
    sent = ::send(socket_.native_handle(), response.head.data(), response.head.size(),
                  MSG_NOSIGNAL | MSG_DONTWAIT);
  } else {
    std::array<iovec, 2> parts{{{response.head.data(), response.head.size()},
                                {const_cast<char*>(response.body.data()), response.body.size()}}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  if (sent == static_cast<ssize_t>(response.size())) {
    response.keeper.reset();
    return after_response();
  }
  if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    response.keeper.reset();
    return Next::close;
  }
  const std::size_t done = sent < 0 ? 0 : static_cast<std::size_t>(sent);
  const std::size_t of_head = std::min(done, response.head.size());
  unsent_head_.assign(response.head, of_head);
  unsent_body_ = response.body.substr(done - of_head);
  unsent_keeper_ = std::move(response.keeper);
  return Next::write;
}

Connection::Next Connection::after_response() {
  // Closing on unread bytes resets the connection, and the reader may lose the answer (RFC 9112
  // section 9.6).
  if (closes_) return is_refused_ || in_.size() > request_size_ ? Next::linger : Next::close;
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
  return Next::read;
}

void Connection::check_deadline(std::uint64_t tick) {
  if (tick < deadline_ || phase_ == Phase::making) return;
  is_expired_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Connection::drain() {
  if (phase_ != Phase::idle) return;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Connection::abort() {
  is_expired_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace sosik
