#include "lanes.hpp"

#include <algorithm>
#include <iterator>

namespace sosik {

namespace {

constexpr std::size_t full_rounds = 4;  // of max_per_host deliveries that could start
constexpr std::size_t most_held = 512;  // of one target, with those that are held back

}  // namespace

void Lanes::count(const Entry& entry, std::size_t Count::*member, bool is_added) {
  const auto at = counts_.try_emplace(entry.target()).first;
  auto& count = at->second;
  const auto is_full = [&] {
    return count.ready >= full_rounds * max_per_host_ || count.ready + count.held >= most_held;
  };
  const bool was_full = is_full();
  if (is_added)
    count.*member += entry.deliveries.size();
  else
    count.*member -= entry.deliveries.size();
  if (was_full && !is_full()) full_.erase(entry.target());
  if (!was_full && is_full()) full_.insert(entry.target());
  if (count.held + count.ready == 0) counts_.erase(at);
}

void Lanes::add(Entry entry, TimePoint now) {
  waiting_ += entry.deliveries.size();
  if (entry.not_before <= now) return enter(std::move(entry));
  count(entry, &Count::held, true);
  held_.emplace(entry.not_before, std::move(entry));
}

void Lanes::enter(Entry entry) {
  count(entry, &Count::ready, true);
  const auto at = lanes_.try_emplace(entry.host).first;
  auto& lane = at->second;
  lane.host = &at->first;
  queue(lane);
  if (!entry.bundle.empty())
    for (auto& other : lane.waiting)
      if (other.bundle == entry.bundle && other.target() == entry.target() &&
          other.deliveries.size() + entry.deliveries.size() <= other.most_together) {
        std::move(entry.deliveries.begin(), entry.deliveries.end(),
                  std::back_inserter(other.deliveries));
        other.start_by = std::min(other.start_by, entry.start_by);
        return;
      }
  lane.waiting.push_back(std::move(entry));
}

void Lanes::queue(Lane& lane) {
  if (lane.is_queued) return;
  lane.is_queued = true;
  turns_.push_back(&lane);
}

std::optional<Lanes::Turn> Lanes::next(TimePoint now) {
  while (!held_.empty() && held_.begin()->first <= now) {
    auto held = held_.extract(held_.begin());
    count(held.mapped(), &Count::held, false);
    enter(std::move(held.mapped()));
  }
  for (std::size_t left = turns_.size(); left > 0; --left) {
    Lane& lane = *turns_.front();
    turns_.pop_front();
    lane.is_queued = false;
    if (lane.waiting.empty()) {
      drop_if_idle(lane);
      continue;
    }
    const bool is_down = lane.failures >= failures_until_down;
    Action action = Action::send;
    if (lane.waiting.front().start_by < now) {
      action = Action::release;
    } else if (is_down && now < lane.probe_at) {
      action = Action::skip;
    } else if (running_ >= max_in_flight_) {
      lane.is_queued = true;
      turns_.push_front(&lane);
      return std::nullopt;
    } else if (lane.running >= (is_down ? 1 : max_per_host_)) {
      continue;  // finished() queues it again
    }
    Turn turn{std::move(lane.waiting.front()), action};
    lane.waiting.pop_front();
    waiting_ -= turn.entry.deliveries.size();
    count(turn.entry, &Count::ready, false);
    if (action == Action::send) {
      ++lane.running;
      ++running_;
    }
    if (!lane.waiting.empty()) queue(lane);
    return turn;
  }
  return std::nullopt;
}

void Lanes::finished(const std::string& host, bool was_reached, TimePoint now) {
  const auto at = lanes_.find(host);
  if (at == lanes_.end()) return;
  Lane& lane = at->second;
  --lane.running;
  --running_;
  lane.failures = was_reached ? 0 : lane.failures + 1;
  lane.probe_at = now + probe_after;
  if (!lane.waiting.empty())
    queue(lane);
  else
    drop_if_idle(lane);
}

void Lanes::drop_if_idle(Lane& lane) {
  if (lane.failures == 0 && lane.running == 0 && !lane.is_queued) lanes_.erase(*lane.host);
}

std::vector<Lanes::Entry> Lanes::overdue(TimePoint now) {
  std::vector<Entry> late;
  for (auto& [host, lane] : lanes_)
    while (!lane.waiting.empty() && lane.waiting.front().start_by < now) {
      waiting_ -= lane.waiting.front().deliveries.size();
      count(lane.waiting.front(), &Count::ready, false);
      late.push_back(std::move(lane.waiting.front()));
      lane.waiting.pop_front();
    }
  return late;
}

std::vector<Lanes::Entry> Lanes::take(const std::string& target) {
  std::vector<Entry> taken;
  const auto at = counts_.find(target);
  if (at == counts_.end()) return taken;
  for (auto& [host, lane] : lanes_)
    for (auto entry = lane.waiting.begin(); entry != lane.waiting.end();) {
      if (entry->target() == target) {
        waiting_ -= entry->deliveries.size();
        taken.push_back(std::move(*entry));
        entry = lane.waiting.erase(entry);
      } else {
        ++entry;
      }
    }
  for (auto held = held_.begin(); held != held_.end();) {
    if (held->second.target() == target) {
      waiting_ -= held->second.deliveries.size();
      taken.push_back(std::move(held->second));
      held = held_.erase(held);
    } else {
      ++held;
    }
  }
  counts_.erase(at);
  full_.erase(target);
  return taken;
}

std::vector<std::string> Lanes::full_targets() const { return {full_.begin(), full_.end()}; }

std::optional<Lanes::TimePoint> Lanes::earliest() const {
  if (held_.empty()) return std::nullopt;
  return held_.begin()->first;
}

std::vector<Lanes::Entry> Lanes::take_all() {
  std::vector<Entry> all;
  for (auto& [host, lane] : lanes_) {
    std::move(lane.waiting.begin(), lane.waiting.end(), std::back_inserter(all));
    lane.waiting.clear();
  }
  for (auto& [at, entry] : held_) all.push_back(std::move(entry));
  held_.clear();
  counts_.clear();
  full_.clear();
  waiting_ = 0;
  return all;
}

}  // namespace sosik
