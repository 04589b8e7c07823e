#include "api.hpp"

#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>

#include "credentials.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/base/text.hpp"

namespace sosik::admin {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::string_view prefix = "/api/v1";
constexpr std::chrono::seconds body_patience{30};
constexpr std::size_t large_body = 256 * 1024;  // whose parsing is felt

// RFC 9562: a version 4 UUID, which a problem can name by a URN.
std::string make_uuid() {
  std::string bytes = random_bytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  std::string text = hex(bytes);
  for (const std::size_t at : {8, 13, 18, 23}) text.insert(at, 1, '-');
  return text;
}

std::string_view method_of(const RequestParser& parser) {
  const auto text = parser.get().method_string();
  return {text.data(), text.size()};
}

std::string_view target_of(const RequestParser& parser) {
  const auto text = parser.get().target();
  return {text.data(), text.size()};
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

ApiAnswer unauthorized(std::string detail, bool has_token) {
  auto refusal = problem(401, std::move(detail));
  refusal.headers.emplace_back(
      "WWW-Authenticate",
      has_token ? "Bearer realm=\"sosik\", error=\"invalid_token\"" : "Bearer realm=\"sosik\"");
  return refusal;
}

HookSignature signature_of(const RequestParser& parser) {
  return {field(parser, "webhook-id").value_or(""), field(parser, "webhook-timestamp").value_or(""),
          field(parser, "webhook-signature").value_or("")};
}

// "application/json; charset=utf-8" is "application/json".
std::string media_type(const std::optional<std::string>& field) {
  std::string_view text = field ? std::string_view(*field) : std::string_view();
  text = text.substr(0, text.find(';'));
  return compare_key(clean_line(text));
}

bool is_utf8(const std::optional<std::string>& content_type) {
  const auto text = content_type ? compare_key(*content_type) : std::string();
  const auto charset = text.find("charset=");
  return charset == text.npos || text.find("utf-8", charset) != text.npos ||
         text.find("utf8", charset) != text.npos;
}

// Empty when Accept takes none that there is.
std::string_view answer_type(const RequestParser& parser, const Route& route) {
  const auto accept = field(parser, http::field::accept);
  const int json = accept_weight(accept, json_type), other = accept_weight(accept, route.also);
  if (json == 0 && other == 0) return {};
  return other > json ? route.also : json_type;
}

std::shared_ptr<ApiRequest> request_of(const RequestParser& parser, RouteMatch& match,
                                       Target& target) {
  auto request = std::make_shared<ApiRequest>();
  request->method = match.route->method;
  request->captures = std::move(match.captures);
  request->query = std::move(target.query);
  request->content_type = media_type(field(parser, http::field::content_type));
  request->answer_type = answer_type(parser, *match.route);
  request->if_match = field(parser, http::field::if_match);
  request->if_none_match = field(parser, http::field::if_none_match);
  return request;
}

// Refusals that the head alone is reason enough for, once the route is known.
std::optional<ApiAnswer> refuse_by_head(const RequestParser& parser, const RouteMatch& match,
                                        std::size_t max_body) {
  if (answer_type(parser, *match.route).empty())
    return problem(406, "the answer would be " + std::string(match.route->also) +
                            "; problems are application/problem+json");
  const auto coding = field(parser, http::field::content_encoding);
  if (coding && !beast::iequals(*coding, "identity"))
    return problem(415, "the body must not be compressed");
  const auto content_type = field(parser, http::field::content_type);
  if (!is_utf8(content_type)) return problem(415, "the body must be UTF-8");
  const auto length = parser.content_length();
  if (length && *length > max_body)
    return problem(413, "the body may have " + std::to_string(max_body) + " bytes, not " +
                            std::to_string(*length));
  if (match.route->method == "GET" && !parser.is_done()) return problem(400, "a GET has no body");
  return std::nullopt;
}

// `id`: the call's, in the log.
Response spell(ApiAnswer answer, unsigned version, bool stays, const std::string& id) {
  if (answer.problem) {
    answer.status = answer.problem->status;
    answer.body = problem_text(*answer.problem, "urn:uuid:" + id);
    answer.content_type = "application/problem+json";
  }
  Response response(static_cast<http::status>(answer.status), version);
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("X-Request-Id", id);
  if (!answer.content_type.empty()) response.set(http::field::content_type, answer.content_type);
  for (const auto& [name, value] : answer.headers) response.set(name, value);
  response.keep_alive(stays);
  response.body() = std::move(answer.body);
  response.prepare_payload();
  const bool is_bodiless = answer.status == 204 || answer.status == 304;
  if (is_bodiless) response.content_length(boost::none);  // RFC 9110 section 8.6
  return response;
}

// Nothing more comes from the peer. One that still reads gets its answer all the same.
bool has_ended(beast::tcp_stream& stream) {
  char byte;
  if (!stream.socket().is_open()) return true;
  const auto got = ::recv(stream.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace

// The call as the log knows it.
struct Api::Caller {
  std::string id = make_uuid();
  std::string name;  // of the token, or "signature"
  SiteId site = main_site;
  bool is_signed = false;
  bool is_lost = false;  // the peer has gone: nobody to answer
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  std::string trouble;  // what went wrong inside, for the log only
};

// A timer that wake() ends early.
struct Api::Waiter {
  Waiter(Api& owner, const asio::any_io_executor& executor,
         std::chrono::steady_clock::time_point until)
      : api(owner), timer(executor, until) {
    api.waiting_.insert(&timer);
  }
  Waiter(const Waiter&) = delete;
  ~Waiter() {
    api.waiting_.erase(&timer);
    *self = nullptr;
  }
  // Ends early, too, when there is something to read, which may be the end: who has gone must not
  // be waited for.
  void watch(beast::tcp_stream& stream) {
    auto on_readable = [weak = self](const boost::system::error_code&) {
      if (!*weak) return;
      (*weak)->is_disturbed = true;
      (*weak)->timer.cancel();
    };
    stream.socket().async_wait(asio::ip::tcp::socket::wait_read, std::move(on_readable));
  }
  Api& api;
  asio::steady_timer timer;
  bool is_disturbed = false;
  const std::shared_ptr<Waiter*> self = std::make_shared<Waiter*>(this);
};

Api::Api(ApiContext context, Log& log)
    : context_(std::move(context)),
      log_(log),
      reads_(std::make_unique<Desk<Store>>(context_.open_store)),
      writes_(context_.open_store) {}

bool Api::is_for_api(std::string_view target) {
  const auto path = path_of(target);
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

void Api::wake() {
  ++news_;
  for (auto* timer : waiting_) timer->cancel();
}

void Api::stop() {
  writes_.stop();
  reads_.reset();
}

Task<std::optional<Response>> Api::answer(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                          RequestParser& parser) {
  Caller caller;
  ApiAnswer made;
  const auto failed = [&](std::string why) {
    caller.trouble = std::move(why);
    made = problem(500, "the call failed; the log says why");
  };
  try {
    made = co_await call(stream, buffer, parser, caller);
  } catch (const std::exception& e) {
    failed(e.what());
  } catch (...) {
    failed("something was thrown that is no exception");
  }
  if (caller.is_lost) co_return std::nullopt;
  report(made, parser, caller);
  co_return spelled(std::move(made), parser, caller);
}

Response Api::refuse_head(int status) const {
  std::string why = "the head of the request is not as HTTP/1.1 has it";
  if (status == 417) why = "of what Expect may say only 100-continue is known";
  if (status == 431) why = "a head may have " + std::to_string(max_head) + " bytes";
  if (status == 505) why = "HTTP/1.1 is spoken here, and HTTP/1.0";
  const auto id = make_uuid();
  log_.info("a request was refused by its head", {{"id", id}, {"why", why}});
  return spell(problem(status, std::move(why)), 11, false, id);
}

Task<ApiAnswer> Api::call(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                          RequestParser& parser, Caller& caller) {
  auto target = read_target(target_of(parser));
  auto match = match_route(method_of(parser), path_of(target_of(parser)));
  auto refusal = co_await refuse_caller(parser, match.route, caller);
  if (refusal) co_return *std::move(refusal);
  if (!match.route) {
    if (match.allow.empty()) co_return problem(404, "there is nothing at this path");
    auto other = problem(405, "this path takes " + match.allow);
    other.headers.emplace_back("Allow", match.allow);
    co_return other;
  }
  if (match.is_ill_formed || !target)
    co_return problem(400, "the path or the query is not well-formed percent-encoded UTF-8");
  const Route& route = *match.route;
  const std::size_t limit =
      caller.is_signed ? std::min(route.max_body, signed_body) : route.max_body;
  refusal = refuse_by_head(parser, match, limit);
  if (refusal) co_return *std::move(refusal);
  auto request = request_of(parser, match, *target);
  const auto signature = signature_of(parser);  // before trailers could add to it (H-043)
  refusal = co_await read_body(stream, buffer, parser, limit, caller);
  if (refusal) co_return *std::move(refusal);
  request->body = std::move(parser.get().body());
  if (caller.is_signed) {
    const auto good = check_signature(signature, context_.hook_key, request->body);
    if (!good) co_return unauthorized(good.error().detail, false);
    co_return co_await run_once(stream, route, std::move(request), signature.id, caller);
  }
  co_return co_await run(stream, route, std::move(request), caller);
}

// Nothing when the caller may make this call, as far as the head can say.
Task<std::optional<ApiAnswer>> Api::refuse_caller(RequestParser& parser, const Route* route,
                                                  Caller& caller) {
  const auto authorization = field(parser, http::field::authorization);
  const auto now = context_.clock->now();
  if (!authorization && route && route->may_be_signed && !context_.hook_key.empty() &&
      field(parser, "webhook-signature")) {
    const auto signature = signature_of(parser);
    const auto timely = check_timestamp(signature, now);
    if (!timely) co_return unauthorized(timely.error().detail, false);
    caller.is_signed = true;
    caller.name = "signature";
    co_return std::nullopt;
  }
  const auto text = authorization ? bearer_text(*authorization) : std::nullopt;
  if (!text) co_return unauthorized("say Authorization: Bearer and a token", false);
  auto find = [text = std::string(*text), now](Store& store) {
    return find_token(store, text, now);
  };
  const auto token = co_await reads_->ask(std::move(find));
  if (!token && token.error().code == Errc::unauthorized)
    co_return unauthorized(token.error().detail, true);
  if (!token) {
    caller.trouble = token.error().detail;
    ApiAnswer failed;
    failed.problem = problem_of(token.error());
    co_return failed;
  }
  caller.name = token->name;
  caller.site = token->site;  // and so is all that it can reach
  if (route && token->scope < route->scope) {
    const std::string scope(to_string(route->scope));
    auto refusal = problem(403, "the token '" + token->name + "' has the scope " +
                                    std::string(to_string(token->scope)) + "; this needs " + scope);
    refusal.headers.emplace_back(
        "WWW-Authenticate",
        "Bearer realm=\"sosik\", error=\"insufficient_scope\", scope=\"" + scope + "\"");
    co_return refusal;
  }
  co_return std::nullopt;
}

Task<std::optional<ApiAnswer>> Api::read_body(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                              RequestParser& parser, std::size_t limit,
                                              Caller& caller) {
  if (parser.is_done()) co_return std::nullopt;
  parser.body_limit(limit);
  stream.expires_after(body_patience);
  const bool is_awaited = parser.get().version() == 11 && field(parser, http::field::expect);
  if (is_awaited && buffer.size() == 0) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto bytes = asio::buffer(go_on);
    auto [error, size] = co_await asio::async_write(stream, bytes, as_result);
    caller.is_lost = bool(error);
    if (error) co_return problem(400, "");
  }
  auto [error, size] = co_await http::async_read(stream, buffer, parser, as_result);
  if (!error) co_return std::nullopt;
  if (error == http::error::body_limit)
    co_return problem(413, "the body may have " + std::to_string(limit) + " bytes, not more");
  caller.is_lost = error.category() != http::make_error_code(http::error::bad_chunk).category() ||
                   error == http::error::partial_message || error == http::error::end_of_stream;
  co_return problem(400, "the body is not framed as HTTP/1.1 has it: " + error.message());
}

Task<ApiAnswer> Api::run(beast::tcp_stream& stream, const Route& route,
                         std::shared_ptr<const ApiRequest> request, Caller& caller) {
  const auto executor = co_await asio::this_coro::executor;
  const bool is_large = request->body.size() > large_body;
  bool is_watched = true;
  while (true) {
    const auto seen = news_;
    auto work = [request, handler = route.handler, of = caller.site,
                 &context = context_](Store& store) -> Result<ApiAnswer> {
      auto site = context.site(of);
      if (!site)
        return problem(403, "the site of this token is not served: `sosik site list` says why");
      const ApiCall call{*request, store, context, *std::move(site)};
      return handler(call);
    };
    Result<ApiAnswer> answered = ApiAnswer();
    if (route.method == "GET")
      answered = co_await reads_->ask(std::move(work));
    else
      answered = co_await writes_.run(std::move(work), is_large);
    if (!answered) {
      ApiAnswer failed;
      failed.problem = problem_of(answered.error());
      if (failed.problem->status >= 500) caller.trouble = answered.error().detail;
      if (failed.problem->status == 503) failed.headers.emplace_back("Retry-After", "1");
      co_return failed;
    }
    if (answered->wrote_posts && context_.posts_written) context_.posts_written();
    if (answered->owes_deliveries && context_.deliveries_owed) context_.deliveries_owed();
    if (!answered->may_wait) co_return *std::move(answered);
    const auto until = caller.began + *answered->may_wait;
    if (std::chrono::steady_clock::now() >= until) co_return *std::move(answered);
    if (seen != news_) continue;
    Waiter waiter(*this, executor, until);
    if (is_watched) waiter.watch(stream);
    co_await waiter.timer.async_wait(as_result);
    if (!is_watched) continue;
    if (!waiter.is_disturbed) {
      boost::system::error_code ignored;
      stream.socket().cancel(ignored);
    } else if (has_ended(stream)) {
      co_return *std::move(answered);
    } else {
      is_watched = false;  // the next request has come, and would disturb for ever
    }
  }
}

Task<ApiAnswer> Api::run_once(beast::tcp_stream& stream, const Route& route,
                              std::shared_ptr<const ApiRequest> request, std::string message,
                              Caller& caller) {
  if (auto known = messages_.begin(message, context_.clock->now())) co_return *std::move(known);
  ApiAnswer made;
  try {
    made = co_await run(stream, route, std::move(request), caller);
  } catch (...) {
    messages_.forget(message);
    throw;
  }
  messages_.end(message, made);
  co_return made;
}

Response Api::spelled(ApiAnswer answer, const RequestParser& parser, const Caller& caller) const {
  const auto& request = parser.get();
  // What is left of a body would be taken for the next request.
  const bool stays = request.keep_alive() && parser.is_done();
  auto response = spell(std::move(answer), request.version(), stays, caller.id);
  if (request.method() == http::verb::head) response.body().clear();
  return response;
}

void Api::report(const ApiAnswer& answer, const RequestParser& parser, const Caller& caller) const {
  const int status = answer.problem ? answer.problem->status : answer.status;
  const auto status_field = std::to_string(status);
  const auto path = path_of(target_of(parser));
  const auto method = method_of(parser);
  if (status >= 500)
    log_.error("an API call failed", {{"id", caller.id},
                                      {"token", caller.name},
                                      {"method", method},
                                      {"path", path},
                                      {"status", status_field},
                                      {"why", caller.trouble},
                                      {"site", std::to_string(caller.site)}});
  else if (status == 401 || status == 403)
    log_.warn("an API call was refused", {{"id", caller.id},
                                          {"token", caller.name},
                                          {"method", method},
                                          {"path", path},
                                          {"status", status_field},
                                          {"why", answer.problem->detail},
                                          {"site", std::to_string(caller.site)}});
  else if (method != "GET" && method != "HEAD")
    log_.info("API call", {{"id", caller.id},
                           {"token", caller.name},
                           {"method", method},
                           {"path", path},
                           {"status", status_field},
                           {"site", std::to_string(caller.site)}});
}

}  // namespace sosik::admin
