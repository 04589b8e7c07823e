#include "sosik/publish/publisher.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <set>
#include <thread>

#include "confirmation.hpp"
#include "housekeeping.hpp"
#include "lanes.hpp"
#include "messenger.hpp"
#include "recorder.hpp"
#include "site_targets.hpp"
#include "sosik/base/background.hpp"
#include "sosik/base/digest.hpp"
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

constexpr std::size_t batch = 512;  // claimed at a time
// Deliveries that wait in memory, those for hosts that are too slow included.
constexpr std::size_t most_waiting = 4 * batch;
// How often to look for what is due behind the backlog of a target that is full: that look passes
// by all of it.
constexpr milliseconds look_behind_backlog = 500ms;
constexpr milliseconds longest_rest =
    5s;  // other processes replay deliveries without waking us; clocks jump (N-214)
constexpr milliseconds spread = 10s;  // of a herd after a long time down (N-209)
// Of a lease, besides the attempt: in the lanes. Longer than the spread, or who is held back
// longest would be given back again and again.
constexpr auto waiting_time = 20s;
// A target that is not known here may be new: another process has read the configuration first, and
// owes it something. It has so long to tell it, or this one to hear of it; until then each looks at
// it now and then.
constexpr auto time_to_be_known = 10min;
constexpr auto between_looks_for_target = 30s;
constexpr auto between_looks_at_site = 10min;  // whose row cannot be used
constexpr auto longest_writing = 5s;           // of records, when stopping
constexpr int most_splits = 200;               // of one refused request: 14 find one among 10,000

// A site's endpoints, where they have changed.
struct SiteEndpoints {
  SiteId site = main_site;
  std::vector<Endpoint> endpoints;
  std::int64_t version = 0;
};
// What is known of a site's endpoints: KnownTargets::version.
using Versions = std::map<SiteId, std::optional<std::int64_t>>;

Result<std::vector<SiteEndpoints>> changed_endpoints(Ledger& ledger, const Versions& known) {
  std::vector<SiteEndpoints> changed;
  for (const auto& [site, version] : known) {
    const auto now = ledger.targets_version(site);
    if (!now) return now.error();
    if (version == *now) continue;
    auto endpoints = ledger.list_endpoints(site);
    if (!endpoints) return endpoints.error();
    changed.push_back({site, *std::move(endpoints), *now});
  }
  return changed;
}

// What a claim brings.
struct Claimed {
  std::vector<Delivery> deliveries;
  std::vector<SiteEndpoints> endpoints;  // the main site's, when these have changed
};

class ThreadedPublisher final : public Publisher {
 public:
  ThreadedPublisher(PublisherOptions options, const Clock& clock, Log& log,
                    StoreDesk::Open open_store)
      : clock_(clock),
        log_(log),
        options_(std::move(options)),
        lease_(std::max(options_.lease, 2 * options_.outbound.total_timeout + waiting_time)),
        owner_("publisher-" + hex(random_bytes(6))),
        targets_(options_.site, options_.targets, options_.installation_key, options_.sites),
        messengers_{make_websub_messenger(),   make_ping_messenger(),     make_webhook_messenger(),
                    make_rsscloud_messenger(), make_indexnow_messenger(), make_slack_messenger(),
                    make_discord_messenger(),  make_purge_messenger()},
        desk_(std::move(open_store)),
        client_(make_http_client(context_, options_.outbound)),
        lanes_(options_.max_in_flight, options_.max_per_host),
        group_(context_.get_executor(), log),
        records_(context_.get_executor(), log),
        recorder_(desk_, records_, clock, log, lease_, options_.disable_after, [this] { wake(); }),
        housekeeping_(desk_, clock, log, options_.keep, options_.max_backlog),
        rest_(context_) {}

  ~ThreadedPublisher() override { stop(); }

  void start() override {
    asio::co_spawn(context_, run(), [this](std::exception_ptr failure) {
      if (failure) log_.error("the publisher ended early");
      context_.stop();
    });
    thread_ = std::thread([this] {
      become_background();
      context_.run();
    });
  }

  void wake() override {
    if (is_woken_.exchange(true)) return;
    asio::post(context_, [this] { rest_.cancel(); });
  }

  void adopt(Site site, std::vector<Target> targets) override {
    asio::post(context_, [this, site = std::move(site), targets = std::move(targets)]() mutable {
      targets_.adopt(std::move(site), std::move(targets));
    });
    wake();
  }

  void forget(std::vector<SiteId> sites) override {
    asio::post(context_, [this, sites = std::move(sites)] { targets_.forget(sites); });
  }

  void saw_fetch(SeenFetch fetch) override {
    asio::post(context_, [this, fetch = std::move(fetch)]() mutable {
      if (!is_stopping_) group_.spawn("confirmation", confirm(std::move(fetch)));
    });
  }

  AttemptCounts attempt_counts() const override { return recorder_.counts(); }

  void stop() override {
    if (!thread_.joinable()) return;
    asio::post(context_, [this] {
      is_stopping_ = true;
      rest_.cancel();
    });
    thread_.join();
  }

 private:
  // Until stop(): claim, start, rest. Nothing that a round throws ends the thread.
  Task<> run() {
    milliseconds backoff = 0ms;
    while (!is_stopping_) {
      is_woken_ = false;
      milliseconds wait = 0ms;
      bool is_good = false;
      std::string failure;
      try {
        is_good = !options_.works_off || co_await turn();
        if (is_good && options_.works_off && housekeeping_.is_due()) {
          auto sites = targets_.all();
          co_await housekeeping_.turn(std::move(sites));
        }
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
    for (const auto& entry : lanes_.overdue(SteadyClock::now())) put_aside(entry);
    if (lanes_.waiting() >= most_waiting)
      for (const auto& entry : lanes_.take_excess()) put_aside(entry);
    start_ready();
    while (!is_stopping_ && has_room()) {
      auto full = full_ones();
      if (!full.empty()) {
        if (full == looked_past_ && SteadyClock::now() < next_look_) break;
        next_look_ = SteadyClock::now() + look_behind_backlog;
        looked_past_ = full;
      }
      auto claimed = co_await claim(names_of(full));
      if (!claimed) {
        log_.warn("cannot claim deliveries", {{"error", claimed.error().detail}});
        co_return false;
      }
      learn(std::move(claimed->endpoints));
      const auto learned = co_await learn_of_others(claimed->deliveries);
      if (!learned) {
        log_.warn("cannot read endpoints", {{"error", learned.error().detail}});
        for (const auto& delivery : claimed->deliveries) recorder_.give_back(delivery);
        co_return false;
      }
      const bool is_herd = claimed->deliveries.size() == batch;
      admit_all(std::move(claimed->deliveries), is_herd);
      start_ready();
      has_more_ = is_herd || !full_ones().empty();
      if (!is_herd) break;
      next_look_ = {};  // there was more
    }
    co_return true;
  }

  // Those whose backlog stays in the store for now.
  struct FullOnes {
    std::set<std::string> targets, hosts;
    bool empty() const { return targets.empty() && hosts.empty(); }
    bool operator==(const FullOnes&) const = default;
  };
  FullOnes full_ones() const { return {lanes_.full_targets(), lanes_.full_hosts()}; }
  std::vector<std::string> names_of(const FullOnes& full) {
    auto names = full.targets;
    for (const auto& host : full.hosts) {
      const auto there = targets_.names_at(host);
      names.insert(there.begin(), there.end());
    }
    return {names.begin(), names.end()};
  }
  bool has_room() const { return lanes_.pressing() < batch && lanes_.waiting() < most_waiting; }

  Task<Result<Claimed>> claim(std::vector<std::string> full) {
    Versions of_main{{main_site, targets_.main().version()}};
    auto work = [owner = owner_, now = clock_.now(), lease = lease_, known = std::move(of_main),
                 full = std::move(full),
                 &may_claim = options_.may_claim](Store& store) -> Result<Claimed> {
      if (may_claim)
        if (auto may = may_claim(store); !may) return may.error();
      Ledger& ledger = store.ledger();
      Claimed claimed;
      // Before the endpoints: what is owed to one that was made a moment ago finds it among them.
      auto deliveries = ledger.claim_deliveries(owner, now, lease, batch, full);
      if (!deliveries) return deliveries.error();
      claimed.deliveries = *std::move(deliveries);
      auto endpoints = changed_endpoints(ledger, known);
      if (!endpoints) return endpoints.error();
      claimed.endpoints = *std::move(endpoints);
      return claimed;
    };
    co_return co_await desk_.ask(std::move(work));
  }

  void learn(std::vector<SiteEndpoints> changed) {
    for (auto& of_site : changed)
      if (auto* known = targets_.of(of_site.site))
        known->set_endpoints(std::move(of_site.endpoints), of_site.version);
  }

  // The endpoints of the other sites that something was claimed of.
  Task<Result<void>> learn_of_others(const std::vector<Delivery>& deliveries) {
    Versions versions;
    for (const auto& delivery : deliveries) {
      if (delivery.site == main_site || versions.contains(delivery.site)) continue;
      if (const auto* known = targets_.of(delivery.site))
        versions.emplace(delivery.site, known->version());
    }
    if (versions.empty()) co_return Result<void>();
    auto work = [versions = std::move(versions)](Store& store) {
      return changed_endpoints(store.ledger(), versions);
    };
    auto changed = co_await desk_.ask(std::move(work));
    if (!changed) co_return changed.error();
    learn(*std::move(changed));
    co_return Result<void>();
  }

  std::shared_ptr<const Target> target_of_delivery(const Delivery& delivery, Timestamp now) {
    auto* known = targets_.of(delivery.site);
    return known ? known->find(delivery.target, now) : nullptr;
  }

  // Into the lanes, those together that may go together.
  void admit_all(std::vector<Delivery> deliveries, bool is_herd) {
    std::map<std::pair<std::string, std::string>, Lanes::Entry> bundles;
    for (auto& delivery : deliveries) {
      auto entry = admit(std::move(delivery), is_herd);
      if (!entry) continue;
      if (entry->bundle.empty()) {
        lanes_.add(*std::move(entry), SteadyClock::now());
        continue;
      }
      const std::pair<std::string, std::string> key{entry->target(), entry->bundle};
      const auto [at, is_new] = bundles.try_emplace(key);
      auto& bundle = at->second;
      if (!is_new && bundle.deliveries.size() < bundle.most_together) {
        bundle.deliveries.push_back(std::move(entry->deliveries.front()));
        continue;
      }
      if (!is_new) lanes_.add(std::move(bundle), SteadyClock::now());
      bundle = *std::move(entry);
    }
    for (auto& [key, entry] : bundles) lanes_.add(std::move(entry), SteadyClock::now());
  }

  // Nothing when the delivery is at its end without an attempt.
  std::optional<Lanes::Entry> admit(Delivery delivery, bool is_herd) {
    const auto now = clock_.now();
    const auto target = target_of_delivery(delivery, now);
    if (!target) {
      turn_away(delivery, now);
      return std::nullopt;
    }
    if (is_expired(delivery, now)) {
      close(delivery, DeliveryState::gave_up, "expired", "too late to be worth telling");
      return std::nullopt;
    }
    const auto& messenger = *messengers_[static_cast<std::size_t>(target->kind)];
    Lanes::Entry entry;
    entry.host = host_of(*target);  // is logged
    if (const auto bundle = messenger.bundle(delivery, *target))
      entry.bundle = std::to_string(delivery.site) + '+' + *bundle;
    entry.most_together = messenger.most_together(*target);
    entry.not_before = SteadyClock::now();
    entry.start_by = entry.not_before + lease_ - 2 * options_.outbound.total_timeout - 2s;
    if (is_herd) entry.not_before += hold_back(delivery, delivery.due_at, now, spread);
    entry.deliveries.push_back(std::move(delivery));
    return entry;
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
          skip(entry);
          break;
        case Lanes::Action::release:
          put_aside(entry);
          break;
      }
    }
  }

  Task<> deliver(Lanes::Entry entry) {
    bool reached = true;
    std::exception_ptr failure;
    try {
      reached = co_await attempt(entry);
    } catch (...) {
      failure = std::current_exception();
    }
    lanes_.finished(entry.host, reached, SteadyClock::now());
    start_ready();
    if (has_more_ && lanes_.pressing() < batch / 2) wake();
    if (failure) std::rethrow_exception(failure);
  }

  // Did it reach the host? `entry` outlives the task.
  Task<bool> attempt(const Lanes::Entry& entry) {
    const auto& together = entry.deliveries;
    // Both as they are now, to the end. What goes together is of one site.
    const auto* known = targets_.of(together.front().site);
    const auto site = known ? known->site() : nullptr;
    const auto target = target_of_delivery(together.front(), clock_.now());
    if (!target) {
      for (const auto& delivery : together) turn_away(delivery, clock_.now());
      co_return true;
    }
    auto& messenger = *messengers_[static_cast<std::size_t>(target->kind)];
    auto telling = co_await tell(*client_, messenger, clock_, together, *target, *site,
                                 options_.outbound.total_timeout);
    if (telling.verdict.may_be_of_one && together.size() > 1 && tell_apart(entry)) co_return true;
    const auto now = clock_.now();
    bool is_throttled = false;
    for (const auto& delivery : together) {
      auto outcome = outcome_of(delivery, telling.verdict, now);
      is_throttled = is_throttled || outcome.others_wait_until;
      recorder_.write_down(
          delivery,
          attempt_of(delivery, telling.verdict, telling.response ? &*telling.response : nullptr,
                     telling.began, telling.latency),
          std::move(outcome));
    }
    // What was claimed for it and not begun waits as well; the store knows until when.
    if (is_throttled)
      for (const auto& waiting : lanes_.take(target->name)) put_aside(waiting);
    co_return was_reached(telling.verdict);
  }

  // Each half of what was refused goes by itself, within the same claim: so the one at fault is
  // found, and the others are told. False when it was split often enough: then all are at fault.
  bool tell_apart(const Lanes::Entry& entry) {
    const auto left = entry.splits_left ? entry.splits_left : std::make_shared<int>(most_splits);
    if (*left == 0) return false;
    --*left;
    const auto middle =
        entry.deliveries.begin() + static_cast<std::ptrdiff_t>(entry.deliveries.size() / 2);
    for (const auto& [first, last] :
         {std::pair(entry.deliveries.begin(), middle), std::pair(middle, entry.deliveries.end())}) {
      Lanes::Entry half;
      half.deliveries.assign(first, last);
      half.host = entry.host;
      half.start_by = entry.start_by;
      half.splits_left = left;
      lanes_.add(std::move(half), SteadyClock::now());
    }
    return true;
  }

  // Gives the claim back. What was refused together with others was tried: it goes by its schedule,
  // or it would be claimed, refused and given back for ever.
  void put_aside(const Lanes::Entry& entry) {
    if (!entry.splits_left) {
      for (const auto& delivery : entry.deliveries) recorder_.give_back(delivery);
      return;
    }
    const Verdict verdict{Verdict::Kind::later, "rejected",
                          "refused together with others, and there was no time to try it alone"};
    fail(entry, verdict);
  }

  void skip(const Lanes::Entry& entry) {
    const Verdict verdict{Verdict::Kind::later, "connect",
                          "not tried: the last attempts did not reach " + entry.host};
    fail(entry, verdict);
  }

  void fail(const Lanes::Entry& entry, const Verdict& verdict) {
    const auto now = clock_.now();
    for (const auto& delivery : entry.deliveries)
      recorder_.write_down(delivery, attempt_of(delivery, verdict, nullptr, now, 0ms),
                           outcome_of(delivery, verdict, now));
  }

  // Its target is not known. Of endpoints nobody knows more than the store.
  void turn_away(const Delivery& delivery, Timestamp now) {
    using Whereabouts = SiteTargets::Whereabouts;
    const bool is_young =
        delivery.created_at <= now && now - delivery.created_at < time_to_be_known;
    const auto whereabouts = targets_.whereabouts(delivery.site);
    const auto* known = targets_.of(delivery.site);
    if (whereabouts == Whereabouts::not_served && is_expired(delivery, now))
      close(delivery, DeliveryState::gave_up, "expired", "too late to be worth telling");
    else if (whereabouts == Whereabouts::not_served)
      recorder_.give_back(delivery, now + between_looks_at_site);
    else if (known && !known->version())  // forgotten meanwhile: its endpoints are read again
      recorder_.give_back(delivery);
    else if (is_young && !(known && delivery.target.starts_with("webhook:ep_")))
      recorder_.give_back(delivery, now + between_looks_for_target);
    else
      close(delivery, DeliveryState::cancelled, "cancelled",
            known ? "the target is no longer configured" : "the site is no longer there");
  }

  // Ends a delivery without an attempt.
  void close(const Delivery& delivery, DeliveryState state, std::string error_class,
             std::string why) {
    auto record = attempt_of(delivery, std::move(error_class), std::move(why), clock_.now());
    AttemptOutcome outcome{state, record.at};
    recorder_.write_down(delivery, std::move(record), std::move(outcome));
  }

  Task<> confirm(SeenFetch fetch) {
    const auto* known = targets_.of(fetch.site);
    if (!known) co_return;
    auto work = [site = known->site(), fetch = std::move(fetch)](Store& store) {
      return confirm_fetch(store, *site, fetch);
    };
    const auto confirmed = co_await desk_.ask(std::move(work));
    if (!confirmed) log_.warn("cannot confirm a fetch", {{"error", confirmed.error().detail}});
  }

  Task<milliseconds> time_to_rest() {
    if (!options_.works_off) co_return longest_rest;
    auto work = [now = clock_.now()](Store& store) { return store.ledger().next_delivery_at(now); };
    auto next = co_await desk_.ask(std::move(work));
    milliseconds wait = longest_rest;
    // What is due and was not claimed waits for room: finishing an attempt wakes us.
    const auto now = SteadyClock::now();
    const auto shortest = full_ones().empty() ? 20ms : look_behind_backlog;
    if (next && *next && has_room())
      wait = std::clamp(**next - clock_.now(), shortest, longest_rest);
    if (auto held = lanes_.earliest()) {
      wait = std::min(wait, std::max(0ms, std::chrono::ceil<milliseconds>(*held - now)));
    }
    co_return wait;
  }

  Task<> rest(milliseconds wait) {
    if (is_woken_ || is_stopping_) co_return;
    rest_.expires_after(wait);
    co_await rest_.async_wait(as_result);
  }

  Task<> wind_up() {
    for (const auto& entry : lanes_.take_all())
      for (const auto& delivery : entry.deliveries) recorder_.give_back(delivery);
    if (!co_await group_.join(SteadyClock::now() + options_.drain)) {
      log_.warn("stopped with attempts in flight", {{"count", std::to_string(group_.size())}});
      group_.cancel();
      co_await group_.join(SteadyClock::now() + 1s);
    }
    if (co_await records_.join(SteadyClock::now() + longest_writing)) co_return;
    log_.warn("stopped with attempts that the store did not take");
    records_.cancel();
    co_await records_.join(SteadyClock::now() + 1s);
  }

  asio::io_context context_{1};
  const Clock& clock_;
  Log& log_;
  const PublisherOptions options_;
  const std::chrono::seconds lease_;  // an attempt takes at most two timeouts (telling.cpp)
  const std::string owner_;

  // Of the loop's thread.
  SiteTargets targets_;
  std::array<std::unique_ptr<Messenger>, std::size(target_kind_names)>
      messengers_;  // by TargetKind
  StoreDesk desk_;
  std::unique_ptr<HttpClient> client_;
  Lanes lanes_;
  TaskGroup group_;    // deliveries under way
  TaskGroup records_;  // and what came of them, on its way to the store
  Recorder recorder_;
  Housekeeping housekeeping_;
  asio::steady_timer rest_;
  FullOnes looked_past_;  // whose backlog was passed by last, and when to again
  SteadyClock::time_point next_look_{};
  bool has_more_ = false;  // due in the store, and not claimed for want of room
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
