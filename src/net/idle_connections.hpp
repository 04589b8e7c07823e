// Connections that wait for their next request, by scheme, host and port. Bounded by time, by
// host and in all; what its peer closes or speaks on out of turn is closed at once.
#pragma once
#include <boost/intrusive/list.hpp>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "outbound_connection.hpp"
#include "sosik/net/outbound.hpp"

namespace sosik {

class IdleConnections final : public IdleOwner {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit IdleConnections(const OutboundOptions::KeepAlive& limits) : limits_(limits) {}

  // The one of `key` that was used last, if it is still good. It was checked when it was made.
  std::unique_ptr<OutboundConnection> take(std::string_view key, TimePoint now);
  // Closes it, or another, when that would be too many.
  void put(std::unique_ptr<OutboundConnection> connection, TimePoint now);
  // Closes what has idled for long enough.
  void sweep(TimePoint now);
  // Closes all: whoever has no descriptors left.
  void clear();
  bool empty() const { return by_key_.empty(); }

  void drop(OutboundConnection& connection) override;

 private:
  using List =
      boost::intrusive::list<OutboundConnection, boost::intrusive::constant_time_size<false>>;

  const OutboundOptions::KeepAlive limits_;
  // The keys are the connections' own.
  std::unordered_multimap<std::string_view, std::unique_ptr<OutboundConnection>> by_key_;
  List by_time_;  // who has idled for longest is first
};

}  // namespace sosik
