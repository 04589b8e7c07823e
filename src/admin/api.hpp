// The admin API between the sockets and the handlers: who calls, may they, what do they send, and
// how the answer is spelled. Lives on the admin thread; handlers run on two desks, one for what
// reads, and one for what writes, so that writers queue here and not at SQLite's lock.
#pragma once
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <set>
#include <string>

#include "api_call.hpp"
#include "request_head.hpp"
#include "routes.hpp"
#include "sosik/net/desk.hpp"
#include "sosik/net/log.hpp"
#include "sosik/net/task.hpp"
#include "taken_messages.hpp"
#include "write_queue.hpp"

namespace sosik::admin {

using Response = boost::beast::http::response<boost::beast::http::string_body>;

class Api {
 public:
  Api(ApiContext context, Log& log);

  static bool is_for_api(std::string_view target);

  // Answers the call whose head the parser has. Reads the body when it may come; where one is left
  // unread the answer ends the connection. Nothing when the peer has gone.
  Task<std::optional<Response>> answer(boost::beast::tcp_stream&, boost::beast::flat_buffer&,
                                       RequestParser&);
  // Of a request whose head is none: `status` as parse_head gives it, or 431. Ends the connection.
  Response refuse_head(int status) const;
  // Whatever waits for events asks again.
  void wake();
  // Ends the desks. To be called when the loop has ended, and before it is destroyed.
  void stop();

 private:
  struct Caller;
  struct Waiter;

  Task<ApiAnswer> call(boost::beast::tcp_stream&, boost::beast::flat_buffer&, RequestParser&,
                       Caller&);
  Task<std::optional<ApiAnswer>> refuse_caller(RequestParser&, const Route*, Caller&);
  Task<std::optional<ApiAnswer>> read_body(boost::beast::tcp_stream&, boost::beast::flat_buffer&,
                                           RequestParser&, std::size_t limit, Caller&);
  Task<ApiAnswer> run(boost::beast::tcp_stream&, const Route&, std::shared_ptr<const ApiRequest>,
                      Caller&);
  // The same for a call that is signed, once a message.
  Task<ApiAnswer> run_once(boost::beast::tcp_stream&, const Route&,
                           std::shared_ptr<const ApiRequest>, std::string message, Caller&);
  Response spelled(ApiAnswer, const RequestParser&, const Caller&) const;
  void report(const ApiAnswer&, const RequestParser&, const Caller&) const;

  const ApiContext context_;
  Log& log_;
  std::set<boost::asio::steady_timer*> waiting_;
  std::uint64_t news_ = 0;  // counts wake()
  TakenMessages messages_;
  std::unique_ptr<Desk<Store>> reads_;
  WriteQueue writes_;
};

}  // namespace sosik::admin
