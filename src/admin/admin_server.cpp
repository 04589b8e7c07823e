#include "sosik/admin/admin_server.hpp"

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/intrusive/list.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "api.hpp"
#include "probe.hpp"
#include "request_head.hpp"
#include "sosik/base/background.hpp"
#include "sosik/net/task.hpp"

namespace sosik {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

// Operators and probes, not readers; the next takes the place of the longest silent.
constexpr std::size_t max_connections = 64;
constexpr std::size_t max_unread = 64 * 1024;  // bytes of a body read for nothing before closing
constexpr std::chrono::seconds patience{30};   // for a head, and for an answer to be taken
constexpr std::size_t read_size = 64 * 1024;
constexpr std::size_t max_empty_lines = 2;  // before a request

using admin::RequestParser;
using admin::Response;
using Request = RequestParser::value_type;

// A connection that another may take the place of; in the list as long as it lives.
struct Place
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  explicit Place(tcp::socket socket) : stream(std::move(socket)) {}
  beast::tcp_stream stream;
};
using Places = boost::intrusive::list<Place, boost::intrusive::constant_time_size<false>>;

std::string_view path_of(const Request& request) {
  const auto path = request.target().substr(0, request.target().find('?'));
  return {path.data(), path.size()};
}

bool is_read(const Request& request) {
  return request.method() == http::verb::get || request.method() == http::verb::head;
}

// `told`: what the source says, of /readyz and /metrics.
Response make_response(const Request& request, const Result<std::string>& told) {
  Response response(http::status::ok, request.version());
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.keep_alive(request.keep_alive());
  const auto path = path_of(request);
  if (!is_read(request)) {
    response.result(http::status::method_not_allowed);
    response.set(http::field::allow, "GET, HEAD");
    response.body() = "only GET and HEAD here\n";
  } else if (path == "/healthz") {
    response.body() = "alive\n";
  } else if (path == "/readyz") {
    const auto reason = told ? *told : told.error().detail;
    if (!reason.empty()) response.result(http::status::service_unavailable);
    response.body() = (reason.empty() ? "ready" : reason) + '\n';
  } else if (path == "/metrics") {
    if (told) {
      response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
      response.body() = *told;
    } else {
      response.result(told.error().code == Errc::timeout ? http::status::service_unavailable
                                                         : http::status::internal_server_error);
      response.body() = told.error().detail + '\n';
    }
  } else {
    response.result(http::status::not_found);
    response.body() = "there are /healthz, /readyz, /metrics and /api/v1/\n";
  }
  response.prepare_payload();
  return response;
}

class Admin final : public AdminServer {
 public:
  Admin(const AdminOptions& options, AdminSources sources, ApiContext api, Log& log)
      : log_(log),
        api_(std::move(api), log),
        readyz_(asked_, std::move(sources.trouble), options.readyz_patience, log),
        metrics_(asked_, std::move(sources.metrics), options.metrics_patience, log) {}

  ~Admin() override {
    context_.stop();
    if (thread_.joinable()) thread_.join();
    api_.stop();
    asked_.join();
  }

  Result<void> start(const AdminOptions& options) {
    const auto where = options.address + ':' + std::to_string(options.port);
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(options.address, ec);
    if (ec) return invalid("admin.listen: '" + options.address + "' is not an IP address");
    const tcp::endpoint endpoint(address, options.port);
    acceptor_.open(endpoint.protocol(), ec);
    if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_.bind(endpoint, ec);
    if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
    if (ec) return unavailable("cannot listen on " + where + " for the operator: " + ec.message());
    asio::co_spawn(context_, accept(), [this](const std::exception_ptr& error) { ended(error); });
    thread_ = std::thread([this] {
      become_background();
      run();
    });
    return {};
  }

  unsigned short port() const override { return acceptor_.local_endpoint().port(); }

  void wake() override {
    asio::post(context_, [this] { api_.wake(); });
  }

 private:
  void run() {
    while (!context_.stopped()) {
      try {
        context_.run();
      } catch (const std::exception& e) {
        report(e);
      }
    }
  }

  void report(const std::exception& what) noexcept {
    try {
      log_.error("the operator's listener failed", {{"why", what.what()}});
    } catch (const std::exception&) {  // not even the log: the thread goes on all the same
    }
  }

  void ended(const std::exception_ptr& error) {
    if (!error) return;
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& e) {
      report(e);
    }
  }

  Task<> accept() {
    bool pauses = false;
    while (true) {
      try {
        if (std::exchange(pauses, false)) {  // give the others time to close
          asio::steady_timer pause(context_, std::chrono::seconds(1));
          co_await pause.async_wait(as_result);
        }
        auto [ec, socket] = co_await acceptor_.async_accept(as_result);
        if (ec == asio::error::operation_aborted) co_return;
        pauses = bool(ec);  // out of descriptors, most likely
        if (!ec) take(std::move(socket));
      } catch (const std::exception& e) {
        pauses = true;
        report(e);
      }
    }
  }

  void take(tcp::socket socket) {
    if (open_ >= max_connections && !places_.empty()) {  // else a few who stay keep probes out
      Place& longest = places_.front();
      longest.unlink();
      longest.stream.close();
    }
    asio::co_spawn(context_, serve(std::move(socket)), [this](const std::exception_ptr& error) {
      --open_;
      ended(error);
    });
    ++open_;
  }

  Task<> serve(tcp::socket socket) {
    Place place(std::move(socket));
    places_.push_back(place);
    beast::tcp_stream& stream = place.stream;
    beast::flat_buffer buffer(2 * read_size);
    while (true) {
      stream.expires_after(patience);
      const std::size_t head = co_await read_head(stream, buffer);
      if (head == 0) break;
      place.unlink();
      places_.push_back(place);
      RequestParser parser;
      std::optional<Response> response;
      const std::string_view bytes(static_cast<const char*>(buffer.data().data()), buffer.size());
      const int refusal =
          head > admin::max_head ? 431 : admin::parse_head(bytes.substr(0, head), parser);
      if (refusal != 0) {
        response = api_.refuse_head(refusal);
      } else {
        buffer.consume(head);
        const auto target = parser.get().target();
        if (admin::Api::is_for_api({target.data(), target.size()}))
          response = co_await api_.answer(stream, buffer, parser);
        else
          response = co_await simple_answer(parser);
      }
      if (!response) break;
      stream.expires_after(patience);
      auto [write_error, written] = co_await http::async_write(stream, *response, as_result);
      if (write_error || !response->keep_alive()) break;
    }
    co_await linger(stream);
  }

  // The size of the next head, which is in the buffer then; more than max_head when it has no end;
  // 0 when none comes. Empty lines before it go (H-045).
  Task<std::size_t> read_head(beast::tcp_stream& stream, beast::flat_buffer& buffer) {
    for (std::size_t dropped = 0;;) {
      const std::string_view bytes(static_cast<const char*>(buffer.data().data()), buffer.size());
      if (bytes.starts_with("\r\n") && dropped < max_empty_lines) {
        buffer.consume(2);
        ++dropped;
        continue;
      }
      const auto end = bytes.find("\r\n\r\n");
      if (end != bytes.npos) co_return end + 4;
      if (bytes.size() > admin::max_head) co_return bytes.size();
      const auto room = buffer.prepare(read_size);
      auto [error, size] = co_await stream.async_read_some(room, as_result);
      if (error) co_return 0;
      buffer.commit(size);
    }
  }

  // Of /healthz, /readyz and /metrics. None takes a body, so one that comes ends the connection.
  Task<Response> simple_answer(const RequestParser& parser) {
    const auto& request = parser.get();
    Result<std::string> told = std::string();
    if (is_read(request) && path_of(request) == "/readyz") told = co_await readyz_.ask();
    if (is_read(request) && path_of(request) == "/metrics") told = co_await metrics_.ask();
    Response response = make_response(request, told);
    if (!parser.is_done()) response.keep_alive(false);
    if (request.method() == http::verb::head)
      response.body().clear();  // the length stays: prepare_payload has set it
    co_return response;
  }

  // Closing on unread bytes resets the connection, and the peer may lose the answer (RFC 9112
  // section 9.6).
  Task<> linger(beast::tcp_stream& stream) {
    beast::error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream.expires_after(std::chrono::seconds(2));
    std::array<char, 4096> nothing;
    for (std::size_t total = 0; total < max_unread;) {
      const auto room = asio::buffer(nothing);
      auto [error, size] = co_await stream.async_read_some(room, as_result);
      if (error) break;
      total += size;
    }
  }

  Log& log_;
  std::size_t open_ = 0;  // connections; the thread's own, like the next
  Places places_;         // the longest silent first
  admin::Api api_;        // outlives the coroutines, which context_ owns
  asio::io_context context_{1};
  asio::thread_pool asked_{1};  // where sources are asked; joined before the loop goes
  admin::Probe readyz_, metrics_;
  tcp::acceptor acceptor_{context_};
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<AdminServer>> start_admin_server(const AdminOptions& options,
                                                        AdminSources sources, ApiContext api,
                                                        Log& log) {
  auto admin = std::make_unique<Admin>(options, std::move(sources), std::move(api), log);
  if (auto started = admin->start(options); !started) return started.error();
  return std::unique_ptr<AdminServer>(std::move(admin));
}

}  // namespace sosik
