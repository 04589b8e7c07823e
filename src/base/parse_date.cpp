// Dates as people write them above their posts: RFC 3339 and its relatives, Korean ones
// ("2026. 3. 4.", "2026년 3월 4일"), and English ones as mail and static site generators write them
// ("Mon, 23 Nov 2026 18:05:09 +0900", "Jul 08 2022").
#include "calendar.hpp"
#include "date_scanner.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik {
namespace {

constexpr const char* like_this = "write the day as 2026-03-04";

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if ((a[i] | 0x20) != (b[i] | 0x20)) return false;  // both are letters
  return true;
}

// The index of a name, whole or in its first three letters; nothing when it is none of them.
template <std::size_t size>
std::optional<unsigned> index_of(std::string_view word,
                                 const std::array<std::string_view, size>& names) {
  if (equal_ignoring_case(word, "Sept")) word = "Sep";
  for (unsigned i = 0; i < size; ++i)
    if (equal_ignoring_case(word, names[i]) || equal_ignoring_case(word, names[i].substr(0, 3)))
      return i;
  return std::nullopt;
}

unsigned take_month_name(DateScanner& scan) {
  const auto word = scan.take_word();
  const auto index = index_of(word, calendar::month_names);
  scan.take(".");
  if (!index) scan.fail("'" + std::string(word) + "' is no month");
  return index.value_or(0) + 1;
}

// "2026-03-04", "2026/3/4", "2026. 3. 4.", "2026년 3월 4일", "20260304".
void take_year_first(DateScanner& scan, LocalTime& t) {
  if (scan.sees_digit(4)) {  // no separators
    t.year = scan.take_digits(4);
    if (!scan.sees_digit(1) || !scan.sees_digit(2) || !scan.sees_digit(3))
      return scan.fail(like_this);
    t.month = static_cast<unsigned>(scan.take_digits(2));
    t.day = static_cast<unsigned>(scan.take_digits(2));
    if (scan.sees_digit()) scan.fail(like_this);
    return;
  }
  t.year = scan.take_number(4, 4, "year");
  std::string_view after_year, after_month, after_day;
  if (scan.take("-")) {
    after_month = "-";
  } else if (scan.take("/")) {
    after_month = "/";
  } else if (scan.take(".")) {
    after_month = after_day = ".";
    scan.take_spaces();
  } else if (scan.take("년")) {
    after_month = "월", after_day = "일";
    scan.take_spaces();
  } else {
    return scan.fail(like_this);
  }
  t.month = static_cast<unsigned>(scan.take_number(1, 2, "month"));
  if (!scan.take(after_month)) scan.fail(like_this);
  if (!after_day.empty()) scan.take_spaces();
  t.day = static_cast<unsigned>(scan.take_number(1, 2, "day"));
  if (!scan.take(after_day) && after_day == "일") scan.fail("'일' is missing behind the day");
}

// "Mon, 23 Nov 2026", "23 November 2026", "Jul 08 2022", "July 8, 2022", "Wed Mar 04 2026".
void take_english(DateScanner& scan, LocalTime& t) {
  if (scan.sees_letter()) {
    DateScanner ahead = scan;
    if (index_of(ahead.take_word(), calendar::weekday_names)) {
      scan = ahead;
      scan.take(".");
      scan.take(",");
      scan.take_spaces();
    }
  }
  if (scan.sees_letter()) {
    t.month = take_month_name(scan);
    scan.take_spaces();
    t.day = static_cast<unsigned>(scan.take_number(1, 2, "day"));
    scan.take(",");
  } else {
    if (!scan.sees_digit()) return scan.fail(like_this);
    t.day = static_cast<unsigned>(scan.take_number(1, 2, "day"));
    if (scan.sees("/") || scan.sees(".") || scan.sees("-"))
      scan.fail("day and month cannot be told apart; write the day as 2026-03-04");
    scan.take_spaces();
    t.month = take_month_name(scan);
  }
  if (!scan.take_spaces()) scan.fail(like_this);
  t.year = scan.take_number(4, 4, "year");
}

// "09:30", "9:30:15.250", "오후 9:05", "9:05 PM".
void take_clock(DateScanner& scan, LocalTime& t) {
  enum class Half { none, morning, evening } half = Half::none;
  if (scan.take("오전")) half = Half::morning;
  if (scan.take("오후")) half = Half::evening;
  scan.take_spaces();
  t.hour = scan.take_number(1, 2, "hour");
  if (!scan.take(":")) scan.fail("write the time as 09:30 or 09:30:15");
  t.minute = scan.take_number(2, 2, "minute");
  if (scan.take(":")) {
    t.second = scan.take_number(2, 2, "second");
    if ((scan.sees(".") || scan.sees(",")) && scan.sees_digit(1)) {
      if (!scan.take(".")) scan.take(",");
      for (int scale = 100; scan.sees_digit(); scale /= 10)
        t.millisecond += scale * scan.take_digits(1);
    }
  }
  DateScanner ahead = scan;
  ahead.take_spaces();
  const auto word = ahead.take_word();
  if (equal_ignoring_case(word, "AM") || equal_ignoring_case(word, "PM")) {
    half = equal_ignoring_case(word, "AM") ? Half::morning : Half::evening;
    scan = ahead;
  }
  if (half == Half::none) return;
  if (t.hour < 1 || t.hour > 12) scan.fail("an hour with 오전/오후 or AM/PM is 1 to 12");
  t.hour = t.hour % 12 + (half == Half::evening ? 12 : 0);
}

// "Z", "GMT", "KST", "+09:00", "+0900", "+9", "GMT+0900 (Korean Standard Time)"; nothing when no
// zone is written.
std::optional<std::chrono::seconds> take_zone(DateScanner& scan) {
  using namespace std::chrono;
  std::optional<seconds> zone;
  if (scan.sees_letter()) {
    const auto word = scan.take_word();
    if (equal_ignoring_case(word, "Z") || equal_ignoring_case(word, "UTC") ||
        equal_ignoring_case(word, "GMT") || equal_ignoring_case(word, "UT")) {
      zone = seconds{0};
    } else if (equal_ignoring_case(word, "KST")) {  // K-075
      zone = hours{9};
    } else {
      scan.fail("unknown time zone '" + std::string(word) + "'; write an offset such as +09:00");
    }
    if (word.size() == 1) return zone;
  }
  const bool is_west = scan.sees("-") || scan.sees("\u2212");
  if (scan.take("+") || scan.take("-") || scan.take("\u2212")) {
    const bool is_compact = scan.sees_digit(2);
    const int hour = is_compact ? scan.take_digits(2) : scan.take_number(1, 2, "offset's hour");
    int minute = 0;
    if (is_compact || scan.take(":")) minute = scan.take_number(2, 2, "offset's minute");
    if (hour > 23 || minute > 59) scan.fail("the offset from UTC is over 23:59");
    zone = hours{hour} + minutes{minute};
    if (is_west) zone = -*zone;
  }
  if (zone) {
    DateScanner ahead = scan;  // mail and JavaScript name the zone once more in a comment
    ahead.take_spaces();
    const std::size_t end = ahead.rest().find(')');
    if (ahead.sees("(") && end != std::string_view::npos) {
      ahead.take(ahead.rest().substr(0, end + 1));
      scan = ahead;
    }
  }
  return zone;
}

// What is wrong with a wall time; empty when nothing is.
std::string fault_of(const LocalTime& t) {
  const auto outside = [](std::string_view what, auto value, auto low, auto high) {
    return std::string(what) + " " + std::to_string(value) + " is not " + std::to_string(low) +
           " to " + std::to_string(high);
  };
  if (t.year < 1) return outside("year", t.year, 1, 9999);
  if (t.month < 1 || t.month > 12) return outside("month", t.month, 1, 12);
  const unsigned days = calendar::days_in(t.year, t.month);
  if (t.day < 1 || t.day > days) return outside("day", t.day, 1, days);
  if (t.hour > 23) return outside("hour", t.hour, 0, 23);
  if (t.minute > 59) return outside("minute", t.minute, 0, 59);
  if (t.second > 60) return outside("second", t.second, 0, 59);  // 60: a leap second
  return {};
}

// The wall time, and the offset from UTC when one is written.
std::optional<std::chrono::seconds> take_all(DateScanner& scan, LocalTime& t) {
  scan.take_spaces();
  if (scan.is_at_end()) scan.fail("empty");
  if (scan.sees_digit() && scan.sees_digit(1) && scan.sees_digit(2)) {
    take_year_first(scan, t);
  } else {
    take_english(scan, t);
  }
  std::optional<std::chrono::seconds> offset;
  const bool has_mark = scan.take("T") || scan.take("t");
  const bool has_gap = has_mark || scan.take(",") || scan.take_spaces();
  scan.take_spaces();
  if (has_mark || (has_gap && !scan.is_at_end())) {
    take_clock(scan, t);
    scan.take_spaces();
    offset = take_zone(scan);
    scan.take_spaces();
  }
  if (!scan.is_at_end()) scan.fail("cannot read '" + printable(scan.rest()) + "' at its end");
  return offset;
}

}  // namespace

Result<Timestamp> parse_date(std::string_view text, const TimeZone& zone) {
  constexpr std::size_t max_shown = 64;
  const auto shown = text.substr(0, prefix_of_bytes(text, max_shown));
  const auto error = [&](std::string_view why) {
    return invalid("date '" + printable(shown) + "': " + std::string(why));
  };
  if (text.size() > 2 * max_shown) return error("too long");
  if (has_full_width_digit(text))  // K-086
    return error(why_no_full_width_digits);

  DateScanner scan(text);
  LocalTime t;
  const auto offset = take_all(scan, t);
  if (scan.has_failed()) return error(scan.why());
  if (const auto fault = fault_of(t); !fault.empty()) return error(fault);
  const Timestamp instant = offset ? *calendar::instant_of(t) - *offset : zone.to_utc(t);
  if (instant < calendar::first_instant || instant > calendar::last_instant)
    return error("in UTC the year is not 1 to 9999");
  return instant;
}

}  // namespace sosik
