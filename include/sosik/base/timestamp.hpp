// Dates in the spellings of HTTP, mail and RFC 3339, from constant English tables under any locale
// (K-070), and IANA time zones (K-071..K-073; the date library lives behind this header). Pure,
// thread-safe.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"

namespace sosik {

// A local wall time without zone, as an author writes it.
struct LocalTime {
  int year = 0;
  unsigned month = 1, day = 1;
  int hour = 0, minute = 0, second = 0, millisecond = 0;
};

// An IANA time zone. Cheap to copy; the rules live as long as the process.
class TimeZone {
 public:
  static Result<TimeZone> named(std::string_view iana);  // invalid when the system does not know it
  static TimeZone utc();
  // In a gap: the moment after it; ambiguous: the first (K-073). Throws std::invalid_argument for a
  // day or time that no calendar has; parse_date has looked before.
  Timestamp to_utc(const LocalTime&) const;
  LocalTime to_local(Timestamp) const;
  std::chrono::seconds offset_at(Timestamp) const;
  std::string_view name() const;

 private:
  explicit TimeZone(const void* zone) : zone_(zone) {}
  const void* zone_;  // date::time_zone
};

std::string http_date(Timestamp);  // IMF-fixdate, RFC 9110 section 5.6.7
// The three forms of RFC 9110 section 5.6.7; case-sensitive, GMT only; a trailing ";length=..." is
// cut off; anything else is nothing (H-069..H-076). `now` decides the century of two-digit years
// (H-070).
std::optional<Timestamp> parse_http_date(std::string_view text, Timestamp now);

// RFC 822 with four-digit year and numeric zone: "Mon, 23 Nov 2026 18:05:09 +0900". An offset that
// is not a multiple of 30 minutes is written in GMT (K-071, F-066).
std::string rfc822_date(Timestamp, const TimeZone&);
// RFC 3339, upper-case T and Z, seconds always, the fraction only when it is not zero; "+09:00"
// offset by zone (F-088).
std::string rfc3339_date(Timestamp, const TimeZone&);
// RFC 3339 and its everyday relatives: "2026-03-04", "2026-03-04 09:30", "2026-03-04 09:30:15
// +0900", "...T...Z", also with fraction, "2026/3/4", "20260304"; as Korean blogs write it:
// "2026. 3. 4. 오후 9:05", "2026년 3월 4일"; as mail and generators do: "Mon, 23 Nov 2026 18:05:09
// +0900", "Jul 08 2022", "July 8, 2022". Zones: Z, UTC, GMT, KST (K-075), ±09:00, ±0900, ±9; none
// means `zone`. Fails (invalid) with what is wrong: month 13, 31 February, "03/04/2026" (which is
// which?), full-width digits (K-086), junk, year outside 1..9999.
Result<Timestamp> parse_date(std::string_view text, const TimeZone& zone);
// "2026년 11월 23일 (월) 오후 6:05" (K-074).
std::string korean_date(Timestamp, const TimeZone&);

}  // namespace sosik
