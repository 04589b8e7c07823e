#include "idle_connections.hpp"

namespace sosik {

std::unique_ptr<OutboundConnection> IdleConnections::take(std::string_view key, TimePoint now) {
  for (;;) {
    auto [first, last] = by_key_.equal_range(key);
    if (first == last) return nullptr;
    auto latest = first;
    for (auto at = first; at != last; ++at) {
      if (at->second->idle_since >= latest->second->idle_since) latest = at;
    }
    auto connection = std::move(latest->second);
    by_key_.erase(latest);
    connection->unlink();
    connection->idle_owner = nullptr;
    const bool is_young =
        now < connection->idle_since + limits_.idle && now < connection->made_at + limits_.max_age;
    // Asked once more: what came since the last look would be taken for the next answer.
    if (is_young && connection->is_quiet()) return connection;
  }
}

void IdleConnections::put(std::unique_ptr<OutboundConnection> connection, TimePoint now) {
  using Until = OutboundConnection::Until;
  if (now >= connection->made_at + limits_.max_age) return;
  if (connection->is_ready(Until::readable) && !connection->is_quiet()) return;
  if (connection->is_linked()) connection->unlink();
  connection->idle_since = now;
  connection->idle_owner = this;
  auto& newest = *connection;
  by_time_.push_back(newest);
  const std::string_view key = newest.destination->key;
  by_key_.emplace(key, std::move(connection));

  auto [first, last] = by_key_.equal_range(key);
  auto oldest = first;
  std::size_t of_this_host = 0;
  for (auto at = first; at != last; ++at, ++of_this_host) {
    if (at->second->idle_since < oldest->second->idle_since) oldest = at;
  }
  if (of_this_host > limits_.most_per_host) {
    drop(*oldest->second);
  } else if (by_key_.size() > limits_.most) {
    drop(by_time_.front());
  }
}

void IdleConnections::sweep(TimePoint now) {
  while (!by_time_.empty() && now >= by_time_.front().idle_since + limits_.idle) {
    drop(by_time_.front());
  }
}

void IdleConnections::clear() {
  while (!by_time_.empty()) drop(by_time_.front());
}

void IdleConnections::drop(OutboundConnection& connection) {
  auto [first, last] = by_key_.equal_range(connection.destination->key);
  for (auto at = first; at != last; ++at) {
    if (at->second.get() != &connection) continue;
    const auto owned = std::move(at->second);  // its key outlives its place
    by_key_.erase(at);
    return;
  }
}

}  // namespace sosik
