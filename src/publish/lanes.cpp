#include "lanes.hpp"

#include <algorithm>
#include <string_view>

namespace sosik {

namespace {

constexpr std::size_t full_rounds = 4;  // of max_per_host deliveries that could start
constexpr std::size_t most_held = 512;  // of one target, with those that are held back

}  // namespace

void Lanes::add(Entry entry) {
  ++waiting_;
  auto& lane = lanes_[entry.host];
  lane.waiting.push_back(std::move(entry));
}

std::optional<Lanes::Action> Lanes::action_for(const Lane& lane, const Entry& entry,
                                               TimePoint now) const {
  if (entry.start_by < now) return Action::release;
  if (entry.not_before > now) return std::nullopt;
  std::size_t most = max_per_host_;
  if (lane.failures >= failures_until_down) {
    if (now < lane.probe_at) return Action::skip;
    most = 1;
  }
  if (lane.running >= most || running_ >= max_in_flight_) return std::nullopt;
  return Action::send;
}

std::optional<Lanes::Turn> Lanes::next(TimePoint now) {
  auto at = lanes_.upper_bound(last_);
  for (std::size_t i = 0; i < lanes_.size(); ++i, ++at) {
    if (at == lanes_.end()) at = lanes_.begin();
    auto& [host, lane] = *at;
    for (auto entry = lane.waiting.begin(); entry != lane.waiting.end(); ++entry) {
      auto action = action_for(lane, *entry, now);
      if (!action) continue;
      Turn turn{std::move(*entry), *action};
      lane.waiting.erase(entry);
      --waiting_;
      if (*action == Action::send) {
        ++lane.running;
        ++running_;
        last_ = host;
      }
      return turn;
    }
  }
  return std::nullopt;
}

std::vector<std::string> Lanes::full_targets(TimePoint now) const {
  struct Count {
    std::size_t all = 0, ready = 0;
  };
  std::map<std::string_view, Count> counts;
  for (auto& [host, lane] : lanes_) {
    for (auto& entry : lane.waiting) {
      auto& count = counts[entry.delivery.target];
      ++count.all;
      if (entry.not_before <= now) ++count.ready;
    }
  }
  std::vector<std::string> full;
  for (auto& [target, count] : counts) {
    if (count.ready >= full_rounds * max_per_host_ || count.all >= most_held) {
      full.emplace_back(target);
    }
  }
  return full;
}

void Lanes::finished(const std::string& host, bool was_reached, TimePoint now) {
  auto& lane = lanes_[host];
  --lane.running;
  --running_;
  lane.failures = was_reached ? 0 : lane.failures + 1;
  lane.probe_at = now + probe_after;
  if (lane.failures == 0 && lane.running == 0 && lane.waiting.empty()) lanes_.erase(host);
}

std::optional<Lanes::TimePoint> Lanes::earliest(TimePoint now) const {
  std::optional<TimePoint> first;
  for (auto& [host, lane] : lanes_) {
    for (auto& entry : lane.waiting) {
      if (entry.not_before > now && (!first || entry.not_before < *first)) first = entry.not_before;
    }
  }
  return first;
}

std::vector<Lanes::Entry> Lanes::take_all() {
  std::vector<Entry> all;
  for (auto& [host, lane] : lanes_) {
    std::move(lane.waiting.begin(), lane.waiting.end(), std::back_inserter(all));
    lane.waiting.clear();
  }
  waiting_ = 0;
  return all;
}

}  // namespace sosik
