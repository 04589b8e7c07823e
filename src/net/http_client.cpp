#include "sosik/net/http_client.hpp"

#include <boost/intrusive/list.hpp>
#include <span>
#include <unordered_map>
#include <vector>

#include "dialer.hpp"
#include "exchange.hpp"
#include "idle_connections.hpp"
#include "request_bytes.hpp"
#include "response_reader.hpp"

namespace sosik {

namespace asio = boost::asio;

namespace {

using TimePoint = std::chrono::steady_clock::time_point;
using Connection = std::unique_ptr<OutboundConnection>;

// How late a deadline may be noticed, and how late an idle connection may be closed.
constexpr std::chrono::milliseconds busy_tick{100}, idle_tick{1000};
constexpr std::size_t most_destinations = 16384;

// All that requests under way share; each of them holds on to it, because it may outlive the client
// by the time that the io_context takes to cancel or to forget it.
class Exchanges {
 public:
  Exchanges(asio::io_context& context, OutboundOptions options)
      : options_(std::move(options)),
        idle_(options_.keep_alive.value_or(OutboundOptions::KeepAlive{})),
        events_(
            std::make_shared<SocketEvents>(context, [this](TimePoint now) { return tick(now); })),
        dialer_(
            context, options_, *events_,
            [this](auto& connection) { adopt(connection, connection.made_at); },
            [this] { idle_.clear(); }),
        scratch_(16 * 1024) {}
  ~Exchanges() { stop(); }

  static Task<OutboundResult> send(std::shared_ptr<Exchanges> self, OutboundRequest request) {
    const auto found = self->destination(request.url);
    if (!found) co_return OutboundFailure{"url", found.error().detail};
    const std::shared_ptr<const Destination>& to = *found;
    const auto bytes = request_bytes(request, to->url, to->peer, self->options_);
    if (!bytes) co_return OutboundFailure{"url", bytes.error().detail};

    const auto now = std::chrono::steady_clock::now();
    const auto deadline = now + self->options_.total_timeout;
    const bool has_body = request.method != "HEAD";
    auto connection = self->idle_.take(to->key, now);
    if (connection) {
      connection->set_deadline(deadline);
      self->adopt(*connection, now);
      ResponseReader reader(self->options_.max_header, self->options_.max_body, has_body);
      auto failed = co_await exchange(*connection, *bytes, reader, self->scratch_, to->peer);
      if (!failed && !was_given_up(reader.response())) {
        self->retire(std::move(connection), reader);
        co_return std::move(reader.response());
      }
      if (failed && failed->error_class != "connect") co_return *failed;
      connection.reset();  // before its answer began: it had been closed meanwhile
    }
    auto dialled = co_await self->dialer_.dial(to->url, to->peer, deadline);
    if (!dialled) co_return dialled.error();
    connection = std::move(*dialled);
    connection->destination = to;
    ResponseReader reader(self->options_.max_header, self->options_.max_body, has_body);
    auto failed = co_await exchange(*connection, *bytes, reader, self->scratch_, to->peer);
    if (failed) co_return *failed;
    self->retire(std::move(connection), reader);
    co_return std::move(reader.response());
  }

  void stop() {
    events_->stop();
    idle_.clear();
    for (auto& connection : busy_) connection.abort();
  }

 private:
  // A server that closes an idle connection may say so, and the request that crosses those words
  // takes them for its answer (RFC 9110 section 15.5.9).
  static bool was_given_up(const OutboundResponse& response) { return response.status == 408; }

  // Receivers are told again and again: their URLs are read and judged once in a while.
  Result<std::shared_ptr<const Destination>> destination(const std::string& text) {
    if (auto known = destinations_.find(text); known != destinations_.end()) return known->second;
    auto url = dialer_.rules().check_url(text);
    if (!url) return url.error();
    auto peer = host_field(*url);
    auto key = (url->is_https ? "s " : "p ") + peer;
    Destination made{std::move(*url), std::move(peer), std::move(key)};
    if (destinations_.size() == most_destinations) destinations_.clear();
    auto shared = std::make_shared<const Destination>(std::move(made));
    destinations_.emplace(text, shared);
    return shared;
  }

  void adopt(OutboundConnection& connection, TimePoint now) {
    busy_.push_back(connection);
    events_->tick_by(now + busy_tick);
  }

  void retire(Connection connection, const ResponseReader& reader) {
    if (options_.keep_alive && reader.may_reuse())
      idle_.put(std::move(connection), std::chrono::steady_clock::now());
  }

  TimePoint tick(TimePoint now) {
    idle_.sweep(now);
    for (auto& connection : busy_) connection.check_deadline(now);
    if (!busy_.empty()) return now + busy_tick;
    return idle_.empty() ? TimePoint::max() : now + idle_tick;
  }

  const OutboundOptions options_;
  IdleConnections idle_;
  const std::shared_ptr<SocketEvents> events_;
  Dialer dialer_;
  std::unordered_map<std::string, std::shared_ptr<const Destination>> destinations_;
  boost::intrusive::list<OutboundConnection, boost::intrusive::constant_time_size<false>> busy_;
  std::vector<char> scratch_;  // one thread, and nothing stays in here across a wait
};

class SocketHttpClient final : public HttpClient {
 public:
  SocketHttpClient(asio::io_context& context, OutboundOptions options)
      : exchanges_(std::make_shared<Exchanges>(context, std::move(options))) {}
  ~SocketHttpClient() override { exchanges_->stop(); }

  Task<OutboundResult> send(OutboundRequest request) override {
    return Exchanges::send(exchanges_, std::move(request));
  }

 private:
  const std::shared_ptr<Exchanges> exchanges_;
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client(asio::io_context& context, OutboundOptions options) {
  return std::make_unique<SocketHttpClient>(context, std::move(options));
}

}  // namespace sosik
