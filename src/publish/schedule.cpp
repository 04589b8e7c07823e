#include "sosik/publish/schedule.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "sosik/base/digest.hpp"

namespace sosik {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::array<seconds, 9> webhook_waits = {5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
constexpr std::array<seconds, 6> websub_waits = {5s, 30s, 2min, 10min, 1h, 4h};
constexpr std::array<seconds, 3> ping_waits = {1min, 5min, 20min};
constexpr std::array<seconds, 4> indexnow_waits = {1min, 10min, 1h, 6h};
constexpr std::array<seconds, 6> chat_waits = {5s, 5min, 30min, 2h, 5h, 10h};
constexpr std::array<seconds, 4> purge_waits = {1s, 5s, 30s, 2min};

constexpr auto long_overdue = 10min;

// A number in [0, 1) that belongs to the delivery and the purpose.
double fraction(const Delivery& delivery, const std::string& purpose) {
  auto hash =
      hash64(std::to_string(delivery.site) + "/" + std::to_string(delivery.id) + "/" + purpose);
  return static_cast<double>(hash >> 11) / static_cast<double>(1ull << 53);
}

// Nobody asks later on whether there was news.
bool is_ping(TargetKind kind) { return kind == TargetKind::ping || kind == TargetKind::rsscloud; }

milliseconds scaled(milliseconds wait, double factor) {
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(wait.count()) * factor));
}

}  // namespace

std::span<const seconds> waits(TargetKind kind) {
  switch (kind) {
    case TargetKind::websub:
      return websub_waits;
    case TargetKind::ping:
    case TargetKind::rsscloud:
      return ping_waits;
    case TargetKind::webhook:
      return webhook_waits;
    case TargetKind::indexnow:
      return indexnow_waits;
    case TargetKind::slack:
    case TargetKind::discord:
      return chat_waits;
    case TargetKind::purge:
      return purge_waits;
  }
  return {};
}

std::optional<Timestamp> next_attempt(const Delivery& delivery, int failed, Timestamp now,
                                      std::optional<seconds> not_before) {
  auto table = waits(delivery.kind);
  if (failed < 1 || static_cast<std::size_t>(failed) > table.size()) return std::nullopt;
  milliseconds wait(0);
  for (int n = 1; n <= failed;
       ++n) {  // the spread of 20 h and of 24 h overlap: never shorter than the one before
    wait = std::max(wait, scaled(table[static_cast<std::size_t>(n) - 1],
                                 0.9 + 0.2 * fraction(delivery, std::to_string(n))));
  }
  if (not_before) wait = std::max(wait, std::min<milliseconds>(*not_before, longest_wait));
  if (is_ping(delivery.kind) && wait > longest_ping_wait) return std::nullopt;
  return now + wait;
}

bool is_expired(const Delivery& delivery, Timestamp now) {
  return is_ping(delivery.kind) && now - delivery.due_at > ping_lifetime;
}

milliseconds hold_back(const Delivery& delivery, Timestamp due_since, Timestamp now,
                       milliseconds spread) {
  if (now - due_since < long_overdue) return milliseconds(0);
  return scaled(spread, fraction(delivery, "hold back"));
}

}  // namespace sosik
