#include "lanes.hpp"

#include <algorithm>
#include <iterator>

namespace sosik {

namespace {

constexpr std::size_t most_held = 512;  // of one target or host, with those that are held back

}  // namespace

bool Lanes::Crowds::is_full(const Count& count) const {
  return count.ready >= enough_ || count.ready + count.held >= most_held;
}

void Lanes::Crowds::change(const std::string& whose, bool is_held, std::size_t deliveries,
                           bool is_added) {
  const auto at = counts_.try_emplace(whose).first;
  auto& count = at->second;
  if (is_full(count)) waiting_of_full_ -= count.held + count.ready;
  auto& part = is_held ? count.held : count.ready;
  part = is_added ? part + deliveries : part - deliveries;
  if (is_full(count)) {
    waiting_of_full_ += count.held + count.ready;
    full_.insert(whose);
  } else {
    full_.erase(whose);
  }
  if (count.held + count.ready == 0) counts_.erase(at);
}

void Lanes::Crowds::add(const std::string& whose, bool is_held, std::size_t deliveries) {
  change(whose, is_held, deliveries, true);
}

void Lanes::Crowds::remove(const std::string& whose, bool is_held, std::size_t deliveries) {
  change(whose, is_held, deliveries, false);
}

void Lanes::Crowds::clear() {
  counts_.clear();
  full_.clear();
  waiting_of_full_ = 0;
}

bool Lanes::Crowds::would_stay_full(const std::string& whose, std::size_t fewer) const {
  const auto at = counts_.find(whose);
  return at != counts_.end() && at->second.ready >= enough_ + fewer;
}

void Lanes::count_in(const Entry& entry, bool is_held) {
  targets_.add(entry.target(), is_held, entry.deliveries.size());
  hosts_.add(entry.host, is_held, entry.deliveries.size());
}

void Lanes::count_out(const Entry& entry, bool is_held) {
  targets_.remove(entry.target(), is_held, entry.deliveries.size());
  hosts_.remove(entry.host, is_held, entry.deliveries.size());
}

void Lanes::add(Entry entry, TimePoint now) {
  waiting_ += entry.deliveries.size();
  if (entry.not_before <= now) return enter(std::move(entry));
  count_in(entry, true);
  held_.emplace(entry.not_before, std::move(entry));
}

void Lanes::enter(Entry entry) {
  count_in(entry, false);
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
    count_out(held.mapped(), true);
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
    count_out(turn.entry, false);
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
      count_out(lane.waiting.front(), false);
      late.push_back(std::move(lane.waiting.front()));
      lane.waiting.pop_front();
    }
  return late;
}

std::vector<Lanes::Entry> Lanes::take(const std::string& target) {
  std::vector<Entry> taken;
  if (!targets_.holds(target)) return taken;
  for (auto& [host, lane] : lanes_)
    for (auto entry = lane.waiting.begin(); entry != lane.waiting.end();) {
      if (entry->target() == target) {
        waiting_ -= entry->deliveries.size();
        count_out(*entry, false);
        taken.push_back(std::move(*entry));
        entry = lane.waiting.erase(entry);
      } else {
        ++entry;
      }
    }
  for (auto held = held_.begin(); held != held_.end();) {
    if (held->second.target() == target) {
      waiting_ -= held->second.deliveries.size();
      count_out(held->second, true);
      taken.push_back(std::move(held->second));
      held = held_.erase(held);
    } else {
      ++held;
    }
  }
  return taken;
}

std::vector<Lanes::Entry> Lanes::take_excess() {
  std::vector<Entry> excess;
  const auto full = hosts_.full();
  for (const auto& host : full) {
    const auto at = lanes_.find(host);
    if (at == lanes_.end()) continue;  // all of it is held back
    auto& waiting = at->second.waiting;
    while (!waiting.empty() && hosts_.would_stay_full(host, waiting.back().deliveries.size())) {
      waiting_ -= waiting.back().deliveries.size();
      count_out(waiting.back(), false);
      excess.push_back(std::move(waiting.back()));
      waiting.pop_back();
    }
  }
  return excess;
}

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
  targets_.clear();
  hosts_.clear();
  waiting_ = 0;
  return all;
}

}  // namespace sosik
