#include "recorder.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <utility>

namespace sosik {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::size_t most_at_once = 1024;  // a transaction holds other writers up

std::size_t error_index(std::string_view error_class) {
  const auto at = std::find(std::begin(error_classes), std::end(error_classes), error_class);
  return static_cast<std::size_t>(at - std::begin(error_classes));
}

}  // namespace

AttemptCounts Recorder::counts() const {
  AttemptCounts now{};
  for (std::size_t kind = 0; kind < now.size(); ++kind)
    for (std::size_t result = 0; result < now[kind].size(); ++result)
      now[kind][result] = counts_[kind][result].load(std::memory_order_relaxed);
  return now;
}

void Recorder::write_down(const Delivery& delivery, Attempt attempt, AttemptOutcome outcome) {
  if (attempt.number > 0)
    counts_[static_cast<std::size_t>(delivery.kind)][error_index(attempt.error_class)].fetch_add(
        1, std::memory_order_relaxed);
  AttemptRecord record = AttemptRecord::of(delivery);
  record.attempt = std::move(attempt);
  record.outcome = std::move(outcome);
  add(std::move(record));
}

void Recorder::give_back(const Delivery& delivery, Timestamp due_at) {
  AttemptRecord record = AttemptRecord::of(delivery);
  record.outcome = {DeliveryState::pending, due_at};
  add(std::move(record));
}

void Recorder::add(AttemptRecord record) {
  queue_.push_back(std::move(record));
  if (std::exchange(is_writing_, true)) return;
  group_.spawn("records of attempts", write_all());
}

Task<> Recorder::write_all() {
  // However it ends, the next record must begin it anew.
  struct End {
    bool& is_writing;
    ~End() { is_writing = false; }
  };
  const End end{is_writing_};
  while (!queue_.empty()) {
    std::vector<AttemptRecord> batch;
    const auto size = std::min(queue_.size(), most_at_once);
    std::move(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(size),
              std::back_inserter(batch));
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(size));
    const auto lease_end = SteadyClock::now() + lease_;
    for (std::chrono::milliseconds wait = 200ms;;
         wait = std::min<std::chrono::milliseconds>(2 * wait, 5s)) {
      if (co_await write(batch)) break;
      if (SteadyClock::now() + wait >= lease_end) break;  // somebody else's turn has come
      asio::steady_timer timer(co_await asio::this_coro::executor, wait);
      auto [ec] = co_await timer.async_wait(as_result);
      if (ec) co_return;  // cancelled
    }
  }
}

Task<bool> Recorder::write(std::span<const AttemptRecord> batch) {
  std::vector<AttemptRecord> records(batch.begin(), batch.end());
  auto work = [records = std::move(records), now = clock_.now(), after = disable_after_](
                  Store& store) { return store.ledger().record_attempts(records, now, after); };
  auto written = co_await desk_.ask(std::move(work));
  if (!written) {
    log_.warn("cannot record attempts",
              {{"count", std::to_string(batch.size())}, {"error", written.error().detail}});
    co_return false;
  }
  report(batch, *written);
  on_written_();
  co_return true;
}

void Recorder::report(std::span<const AttemptRecord> batch,
                      std::span<const Recorded> written) const {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const AttemptRecord& record = batch[i];
    if (written[i] == Recorded::no)
      log_.info("a result was not recorded: its claim of the delivery is over, or has one already",
                {{"delivery", std::to_string(record.delivery)}});
    else
      report_one(record);
    if (written[i] == Recorded::target_is_disabled)
      log_.error("a target is disabled: it is owed nothing until it is enabled again",
                 {{"target", record.target}});
  }
}

// Never the URL of a webhook, its secret or a body.
void Recorder::report_one(const AttemptRecord& record) const {
  const Attempt& attempt = record.attempt;
  const AttemptOutcome& outcome = record.outcome;
  if (attempt.number == 0) return;
  const auto id = std::to_string(record.delivery);
  const auto number = std::to_string(attempt.number);
  const auto status = std::to_string(attempt.status);
  if (outcome.state == DeliveryState::delivered) {
    log_.info("delivered", {{"delivery", id},
                            {"target", record.target},
                            {"topic", record.topic},
                            {"attempt", number},
                            {"status", status}});
    return;
  }
  const bool is_pending = outcome.state == DeliveryState::pending;
  auto seconds = std::chrono::ceil<std::chrono::seconds>(outcome.next_at - clock_.now());
  const auto wait = is_pending ? std::to_string(seconds.count()) + "s" : std::string("none");
  const auto sentence = is_pending ? "delivery failed" : "delivery ended untold";
  log_.warn(sentence, {{"delivery", id},
                       {"target", record.target},
                       {"topic", record.topic},
                       {"attempt", number},
                       {"status", status},
                       {"error", attempt.error_class},
                       {"detail", attempt.detail},
                       {"state", to_string(outcome.state)},
                       {"wait", wait}});
}

}  // namespace sosik
