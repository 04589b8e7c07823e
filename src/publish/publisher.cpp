#include "sosik/publish/publisher.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "lanes.hpp"
#include "messenger.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/base/url.hpp"
#include "sosik/net/task_group.hpp"
#include "sosik/publish/schedule.hpp"
#include "store_desk.hpp"
#include "telling.hpp"

namespace sosik {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::size_t batch = 64;  // claimed at a time
// How often to look for what is due behind the backlog of a target that is full: that look passes
// by all of it.
constexpr milliseconds look_behind_backlog = 500ms;
constexpr milliseconds longest_rest =
    5s;  // other processes replay deliveries without waking us; clocks jump (N-214)
constexpr milliseconds spread = 10s;  // of a herd after a long time down (N-209)

class ThreadedPublisher final : public Publisher {
 public:
  ThreadedPublisher(PublisherOptions options, const Clock& clock, Log& log,
                    StoreDesk::Open open_store)
      : clock_(clock),
        log_(log),
        options_(std::move(options)),
        lease_(std::max(options_.lease, 2 * options_.outbound.total_timeout + 10s)),
        owner_("publisher-" + hex(random_bytes(6))),
        plan_(std::make_shared<const Plan>(Plan{options_.site, options_.targets})),
        messengers_{make_websub_messenger(), make_ping_messenger(), make_webhook_messenger()},
        desk_(std::move(open_store)),
        client_(make_http_client(context_, options_.outbound)),
        lanes_(options_.max_in_flight, options_.max_per_host),
        group_(context_.get_executor(), log),
        rest_(context_) {}

  ~ThreadedPublisher() override { stop(); }

  void start() override {
    asio::co_spawn(context_, run(), [this](std::exception_ptr failure) {
      if (failure) log_.error("the publisher ended early");
      context_.stop();
    });
    thread_ = std::thread([this] { context_.run(); });
  }

  void wake() override {
    if (is_woken_.exchange(true)) return;
    asio::post(context_, [this] { rest_.cancel(); });
  }

  void adopt(Site site, std::vector<Target> targets) override {
    auto plan = std::make_shared<const Plan>(Plan{std::move(site), std::move(targets)});
    asio::post(context_, [this, plan = std::move(plan)]() mutable { plan_ = std::move(plan); });
    wake();
  }

  void stop() override {
    if (!thread_.joinable()) return;
    asio::post(context_, [this] {
      is_stopping_ = true;
      rest_.cancel();
    });
    thread_.join();
  }

 private:
  struct Plan {
    Site site;
    std::vector<Target> targets;
    const Target* find(const std::string& name) const {
      auto at = std::find_if(targets.begin(), targets.end(),
                             [&](const Target& target) { return target.name == name; });
      return at == targets.end() ? nullptr : &*at;
    }
  };

  // Until stop(): claim, start, rest. Nothing that a round throws ends the thread.
  Task<> run() {
    milliseconds backoff = 0ms;
    while (!is_stopping_) {
      is_woken_ = false;
      milliseconds wait = 0ms;
      bool is_good = false;
      std::string failure;
      try {
        is_good = co_await turn();
        if (is_good) wait = co_await time_to_rest();
      } catch (const std::exception& e) {
        failure = e.what();
      }
      if (!failure.empty()) log_.error("a round of the publisher failed", {{"error", failure}});
      backoff = is_good ? 0ms : std::clamp<milliseconds>(backoff * 2, 500ms, 30s);
      co_await rest(is_good ? wait : backoff);
    }
    co_await wind_up();
  }

  // Claims what is due while there is room and starts what may start; false when the store does not
  // answer.
  Task<bool> turn() {
    start_ready();
    while (!is_stopping_ && lanes_.running() < options_.max_in_flight) {
      auto full = lanes_.full_targets(SteadyClock::now());
      if (!full.empty()) {
        if (full == looked_past_ && SteadyClock::now() < next_look_) break;
        next_look_ = SteadyClock::now() + look_behind_backlog;
        looked_past_ = full;
      }
      auto work = [owner = owner_, now = clock_.now(), lease = lease_,
                   full = std::move(full)](Store& store) {
        return store.claim_deliveries(owner, now, lease, batch, full);
      };
      auto claimed = co_await desk_.ask(std::move(work));
      if (!claimed) {
        log_.warn("cannot claim deliveries", {{"error", claimed.error().detail}});
        co_return false;
      }
      const bool is_herd = claimed->size() == batch;
      for (auto& delivery : *claimed) admit(std::move(delivery), is_herd);
      start_ready();
      if (!is_herd) break;
      next_look_ = {};  // there was more
    }
    co_return true;
  }

  void admit(Delivery delivery, bool is_herd) {
    const auto now = clock_.now();
    const auto* target = plan_->find(delivery.target);
    if (!target) {
      close(std::move(delivery), DeliveryState::cancelled, "cancelled",
            "the target is no longer configured");
      return;
    }
    if (is_expired(delivery, now)) {
      close(std::move(delivery), DeliveryState::gave_up, "expired", "too late to be worth telling");
      return;
    }
    auto url = parse_http_url(target->url);
    Lanes::Entry entry;
    entry.host = url ? url->host + ":" + std::to_string(url->port) : target->url;
    entry.not_before = SteadyClock::now();
    entry.start_by = entry.not_before + lease_ - 2 * options_.outbound.total_timeout - 2s;
    if (is_herd) entry.not_before += hold_back(delivery, delivery.created_at, now, spread);
    entry.delivery = std::move(delivery);
    lanes_.add(std::move(entry));
  }

  void start_ready() {
    while (!is_stopping_) {
      auto turn = lanes_.next(SteadyClock::now());
      if (!turn) return;
      auto& entry = turn->entry;
      switch (turn->action) {
        case Lanes::Action::send:
          group_.spawn("delivery", deliver(std::move(entry)));
          break;
        case Lanes::Action::skip:
          group_.spawn("delivery", skip(std::move(entry)));
          break;
        case Lanes::Action::release:
          group_.spawn("delivery", release_one(std::move(entry.delivery)));
          break;
      }
    }
  }

  Task<> deliver(Lanes::Entry entry) {
    bool reached = true;
    std::exception_ptr failure;
    try {
      reached = co_await attempt(std::move(entry.delivery));
    } catch (...) {
      failure = std::current_exception();
    }
    lanes_.finished(entry.host, reached, SteadyClock::now());
    start_ready();
    wake();
    if (failure) std::rethrow_exception(failure);
  }

  // Did it reach the host?
  Task<bool> attempt(Delivery delivery) {
    const auto plan = plan_;  // the one of this moment, to the end
    const auto* target = plan->find(delivery.target);
    if (!target) {
      close(std::move(delivery), DeliveryState::cancelled, "cancelled",
            "the target is no longer configured");
      co_return true;
    }
    auto& messenger = *messengers_[static_cast<std::size_t>(target->kind)];
    auto telling = co_await tell(*client_, messenger, clock_, delivery, *target, plan->site,
                                 options_.outbound.total_timeout);
    auto record =
        attempt_of(delivery, telling.verdict, telling.response ? &*telling.response : nullptr,
                   telling.began, telling.latency);
    auto outcome = outcome_of(delivery, telling.verdict, clock_.now());
    co_await write_down(std::move(delivery), std::move(record), outcome);
    co_return was_reached(telling.verdict);
  }

  Task<> skip(Lanes::Entry entry) {
    Verdict verdict{Verdict::Kind::later, "connect",
                    "not tried: the last attempts did not reach " + entry.host};
    auto record = attempt_of(entry.delivery, verdict, nullptr, clock_.now(), 0ms);
    auto outcome = outcome_of(entry.delivery, verdict, clock_.now());
    co_await write_down(std::move(entry.delivery), std::move(record), outcome);
  }

  // Back into the store, due now; an attempt with number 0 is none, and not kept. False when the
  // store does not answer.
  Task<bool> release(Delivery delivery) {
    AttemptOutcome outcome{DeliveryState::pending, clock_.now()};
    auto work = [delivery = std::move(delivery), outcome](Store& store) {
      return store.record_attempt(delivery, Attempt{}, outcome);
    };
    auto released = co_await desk_.ask(std::move(work));
    if (released) co_return true;
    log_.warn("cannot give a delivery back", {{"error", released.error().detail}});
    co_return false;
  }

  Task<> release_one(Delivery delivery) { co_await release(std::move(delivery)); }

  // Ends a delivery without an attempt.
  void close(Delivery delivery, DeliveryState state, std::string error_class, std::string why) {
    auto record = attempt_of(delivery, std::move(error_class), std::move(why), clock_.now());
    AttemptOutcome outcome{state, record.at};
    group_.spawn("delivery", write_down(std::move(delivery), std::move(record), outcome));
  }

  // Until the store took it, or the lease is over and somebody else's turn has come.
  Task<> write_down(Delivery delivery, Attempt record, AttemptOutcome outcome) {
    const auto lease_end = SteadyClock::now() + lease_;
    for (milliseconds wait = 200ms;; wait = std::min<milliseconds>(2 * wait, 5s)) {
      auto work = [delivery, record, outcome](Store& store) {
        return store.record_attempt(delivery, record, outcome);
      };
      auto written = co_await desk_.ask(std::move(work));
      if (written) {
        report(delivery, record, outcome);
        co_return;
      }
      const auto& error = written.error();
      const auto id = std::to_string(delivery.id);
      if (error.code == Errc::conflict) {
        log_.info("a late result was not recorded", {{"delivery", id}, {"why", error.detail}});
        co_return;
      }
      log_.warn("cannot record an attempt", {{"delivery", id}, {"error", error.detail}});
      if (SteadyClock::now() + wait >= lease_end) co_return;
      asio::steady_timer timer(context_, wait);
      co_await timer.async_wait(asio::use_awaitable);
    }
  }

  // One line an attempt. Never the URL of a webhook, its secret or a body.
  void report(const Delivery& delivery, const Attempt& record, const AttemptOutcome& outcome) {
    const auto id = std::to_string(delivery.id);
    const auto number = std::to_string(record.number);
    const auto status = std::to_string(record.status);
    if (outcome.state == DeliveryState::delivered) {
      log_.info("delivered", {{"delivery", id},
                              {"target", delivery.target},
                              {"topic", delivery.topic},
                              {"attempt", number},
                              {"status", status}});
      return;
    }
    const bool is_pending = outcome.state == DeliveryState::pending;
    auto seconds = std::chrono::ceil<std::chrono::seconds>(outcome.next_at - clock_.now());
    const auto wait = is_pending ? std::to_string(seconds.count()) + "s" : std::string("none");
    const auto sentence = is_pending ? "delivery failed" : "delivery ended untold";
    log_.warn(sentence, {{"delivery", id},
                         {"target", delivery.target},
                         {"topic", delivery.topic},
                         {"attempt", number},
                         {"status", status},
                         {"error", record.error_class},
                         {"detail", record.detail},
                         {"state", to_string(outcome.state)},
                         {"wait", wait}});
  }

  Task<milliseconds> time_to_rest() {
    auto work = [](Store& store) { return store.next_delivery_at(); };
    auto next = co_await desk_.ask(std::move(work));
    milliseconds wait = longest_rest;
    // What is due and was not claimed waits for room: finishing an attempt wakes us.
    const bool has_room = lanes_.running() < options_.max_in_flight;
    const auto now = SteadyClock::now();
    const auto shortest = lanes_.full_targets(now).empty() ? 20ms : look_behind_backlog;
    if (next && *next && has_room) wait = std::clamp(**next - clock_.now(), shortest, longest_rest);
    if (auto held = lanes_.earliest(now)) {
      wait = std::min(wait, std::chrono::ceil<milliseconds>(*held - now));
    }
    co_return wait;
  }

  Task<> rest(milliseconds wait) {
    if (is_woken_ || is_stopping_) co_return;
    rest_.expires_after(wait);
    co_await rest_.async_wait(as_result);
  }

  Task<> wind_up() {
    auto unbegun = lanes_.take_all();
    for (auto& entry : unbegun) {
      if (!co_await release(std::move(entry.delivery))) break;  // their leases will end
    }
    if (co_await group_.join(SteadyClock::now() + options_.drain)) co_return;
    log_.warn("stopped with attempts in flight", {{"count", std::to_string(group_.size())}});
    group_.cancel();
    co_await group_.join(SteadyClock::now() + 1s);
  }

  asio::io_context context_{1};
  const Clock& clock_;
  Log& log_;
  const PublisherOptions options_;
  const std::chrono::seconds lease_;  // an attempt takes at most two timeouts (telling.cpp)
  const std::string owner_;

  // Of the loop's thread.
  std::shared_ptr<const Plan> plan_;
  std::array<std::unique_ptr<Messenger>, 3> messengers_;  // by TargetKind
  StoreDesk desk_;
  std::unique_ptr<HttpClient> client_;
  Lanes lanes_;
  TaskGroup group_;
  asio::steady_timer rest_;
  std::vector<std::string> looked_past_;  // whose backlog was passed by last, and when to again
  SteadyClock::time_point next_look_{};
  bool is_stopping_ = false;

  std::atomic<bool> is_woken_ = false;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Publisher> make_publisher(
    PublisherOptions options, const Clock& clock, Log& log,
    std::function<Result<std::unique_ptr<Store>>()> open_store) {
  return std::make_unique<ThreadedPublisher>(std::move(options), clock, log, std::move(open_store));
}

}  // namespace sosik
