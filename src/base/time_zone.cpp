// IANA zones by the date library, from the system's own tz database. Debian compiles that database
// with transitions up to 2037 written out, and the library (3.0.1) does not read the rule that
// follows them: later daylight saving is not known. Seoul has none.
#include <date/tz.h>

#include <algorithm>

#include "calendar.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik {
namespace {

// UTC needs no database, so a null zone stands for it.
const date::time_zone* as_zone(const void* zone) {
  return static_cast<const date::time_zone*>(zone);
}

std::chrono::seconds offset_of(const date::time_zone* zone, Timestamp t) {
  if (zone == nullptr) return std::chrono::seconds{0};
  return zone->get_info(std::clamp(t, calendar::first_instant, calendar::last_instant)).offset;
}

}  // namespace

Result<TimeZone> TimeZone::named(std::string_view iana) {
  if (iana == "UTC") return utc();
  try {
    return TimeZone(date::locate_zone(std::string(iana)));
  } catch (const std::exception&) {
    const auto shown = iana.substr(0, prefix_of_bytes(iana, 64));
    return invalid("time zone '" + printable(shown) +
                   "': the system knows no zone of this name (names look like Asia/Seoul; the "
                   "Debian package tzdata holds them)");
  }
}

TimeZone TimeZone::utc() { return TimeZone(nullptr); }

std::string_view TimeZone::name() const {
  return zone_ == nullptr ? std::string_view("UTC") : std::string_view(as_zone(zone_)->name());
}

std::chrono::seconds TimeZone::offset_at(Timestamp t) const { return offset_of(as_zone(zone_), t); }

LocalTime TimeZone::to_local(Timestamp t) const {
  return calendar::moment_at(t, offset_at(t)).time;
}

Timestamp TimeZone::to_utc(const LocalTime& local) const {
  const auto wall = calendar::instant_of(local);
  if (!wall) throw std::invalid_argument("to_utc: no such local time");
  if (zone_ == nullptr) return *wall;
  const date::local_time<std::chrono::milliseconds> on_the_wall(wall->time_since_epoch());
  const date::local_info info = as_zone(zone_)->get_info(on_the_wall);
  if (info.result == date::local_info::nonexistent) return info.first.end;  // K-073
  return *wall - info.first.offset;
}

}  // namespace sosik
