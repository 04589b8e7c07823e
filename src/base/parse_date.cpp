// Dates as people write them above their posts: RFC 3339 and its relatives, Korean ones
// ("2026. 3. 4.", "2026년 3월 4일"), and English ones as mail and static site generators write them
// ("Mon, 23 Nov 2026 18:05:09 +0900", "Jul 08 2022").
#include "calendar.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Thrown and caught in this file only: what is wrong with the date at hand.
struct Wrong {
  std::string why;
};

// Takes a date apart from left to right.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool is_at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  bool sees_digit(std::size_t at = 0) const { return at < rest_.size() && is_digit(rest_[at]); }
  bool sees_letter() const { return !rest_.empty() && is_letter(rest_[0]); }
  bool sees(std::string_view text) const { return rest_.starts_with(text); }

  bool take(std::string_view text) {
    if (!sees(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool take_spaces() {
    const std::size_t before = rest_.size();
    while (take(" ") || take("\t") || take("\u00A0")) {
    }
    return rest_.size() != before;
  }
  int take_number(std::size_t min_digits, std::size_t max_digits, std::string_view what) {
    std::size_t count = 0;
    while (count < max_digits && sees_digit(count)) ++count;
    if (count < min_digits || sees_digit(count))
      throw Wrong{"the " + std::string(what) + " must have " + count_text(min_digits, max_digits)};
    return take_digits(count);
  }
  int take_digits(std::size_t count) {
    int value = 0;
    for (; count > 0; --count) {
      value = value * 10 + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  std::string_view take_word() {
    std::size_t end = 0;
    while (end < rest_.size() && is_letter(rest_[end])) ++end;
    const auto word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return word;
  }

 private:
  static std::string count_text(std::size_t min, std::size_t max) {
    if (min == max) return std::to_string(min) + " digits";
    return std::to_string(min) + " or " + std::to_string(max) + " digits";
  }
  std::string_view rest_;
};

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

unsigned take_month_name(Scanner& scan) {
  const auto word = scan.take_word();
  const auto index = index_of(word, calendar::month_names);
  if (!index) throw Wrong{"'" + std::string(word) + "' is no month"};
  scan.take(".");
  return *index + 1;
}

// "2026-03-04", "2026/3/4", "2026. 3. 4.", "2026년 3월 4일", "20260304".
void take_year_first(Scanner& scan, LocalTime& t) {
  if (scan.sees_digit(4)) {  // no separators
    t.year = scan.take_digits(4);
    if (!scan.sees_digit(3)) throw Wrong{"write the day as 2026-03-04"};
    t.month = static_cast<unsigned>(scan.take_digits(2));
    t.day = static_cast<unsigned>(scan.take_digits(2));
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
    throw Wrong{"write the day as 2026-03-04"};
  }
  t.month = static_cast<unsigned>(scan.take_number(1, 2, "month"));
  if (!scan.take(after_month)) throw Wrong{"write the day as 2026-03-04"};
  if (!after_day.empty()) scan.take_spaces();
  t.day = static_cast<unsigned>(scan.take_number(1, 2, "day"));
  if (!scan.take(after_day) && after_day == "일") throw Wrong{"'일' is missing behind the day"};
}

// "Mon, 23 Nov 2026", "23 November 2026", "Jul 08 2022", "July 8, 2022", "Wed Mar 04 2026".
void take_english(Scanner& scan, LocalTime& t) {
  if (scan.sees_letter()) {
    Scanner ahead = scan;
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
    t.day = static_cast<unsigned>(scan.take_number(1, 2, "day"));
    if (scan.sees("/") || scan.sees(".") || scan.sees("-"))
      throw Wrong{"day and month cannot be told apart; write the day as 2026-03-04"};
    scan.take_spaces();
    t.month = take_month_name(scan);
  }
  if (!scan.take_spaces()) throw Wrong{"write the day as 2026-03-04"};
  t.year = scan.take_number(4, 4, "year");
}

// "09:30", "9:30:15.250", "오후 9:05", "9:05 PM".
void take_clock(Scanner& scan, LocalTime& t) {
  enum class Half { none, morning, evening } half = Half::none;
  if (scan.take("오전")) half = Half::morning;
  if (scan.take("오후")) half = Half::evening;
  scan.take_spaces();
  t.hour = scan.take_number(1, 2, "hour");
  if (!scan.take(":")) throw Wrong{"write the time as 09:30 or 09:30:15"};
  t.minute = scan.take_number(2, 2, "minute");
  if (scan.take(":")) {
    t.second = scan.take_number(2, 2, "second");
    if ((scan.sees(".") || scan.sees(",")) && scan.sees_digit(1)) {
      if (!scan.take(".")) scan.take(",");
      for (int scale = 100; scan.sees_digit(); scale /= 10)
        t.millisecond += scale * scan.take_digits(1);
    }
  }
  Scanner ahead = scan;
  ahead.take_spaces();
  const auto word = ahead.take_word();
  if (equal_ignoring_case(word, "AM") || equal_ignoring_case(word, "PM")) {
    half = equal_ignoring_case(word, "AM") ? Half::morning : Half::evening;
    scan = ahead;
  }
  if (half == Half::none) return;
  if (t.hour < 1 || t.hour > 12) throw Wrong{"an hour with 오전/오후 or AM/PM is 1 to 12"};
  t.hour = t.hour % 12 + (half == Half::evening ? 12 : 0);
}

// "Z", "GMT", "KST", "+09:00", "+0900", "+9", "GMT+0900 (Korean Standard Time)"; nothing when no
// zone is written.
std::optional<std::chrono::seconds> take_zone(Scanner& scan) {
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
      throw Wrong{"unknown time zone '" + std::string(word) + "'; write an offset such as +09:00"};
    }
    if (word.size() == 1) return zone;
  }
  const bool is_west = scan.sees("-") || scan.sees("\u2212");
  if (scan.take("+") || scan.take("-") || scan.take("\u2212")) {
    const bool is_compact = scan.sees_digit(2);
    const int hour = is_compact ? scan.take_digits(2) : scan.take_number(1, 2, "offset's hour");
    int minute = 0;
    if (is_compact || scan.take(":")) minute = scan.take_number(2, 2, "offset's minute");
    if (hour > 23 || minute > 59) throw Wrong{"the offset from UTC is over 23:59"};
    zone = hours{hour} + minutes{minute};
    if (is_west) zone = -*zone;
  }
  if (zone) {
    Scanner ahead = scan;  // mail and JavaScript name the zone once more in a comment
    ahead.take_spaces();
    const std::size_t end = ahead.rest().find(')');
    if (ahead.sees("(") && end != std::string_view::npos) {
      ahead.take(ahead.rest().substr(0, end + 1));
      scan = ahead;
    }
  }
  return zone;
}

void check(const LocalTime& t) {
  if (t.year < 1) throw Wrong{"years go from 1 to 9999"};
  if (t.month < 1 || t.month > 12)
    throw Wrong{"month " + std::to_string(t.month) + " is not 1 to 12"};
  const unsigned days = calendar::days_in(t.year, t.month);
  if (t.day < 1 || t.day > days)
    throw Wrong{"day " + std::to_string(t.day) + " is not 1 to " + std::to_string(days)};
  if (t.hour > 23) throw Wrong{"hour " + std::to_string(t.hour) + " is not 0 to 23"};
  if (t.minute > 59) throw Wrong{"minute " + std::to_string(t.minute) + " is not 0 to 59"};
  if (t.second > 60) throw Wrong{"second " + std::to_string(t.second) + " is not 0 to 59"};
}

void refuse_full_width(std::string_view text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {  // U+FF10 to U+FF19: EF BC 90 to EF BC 99
    const auto last = static_cast<unsigned char>(text[i + 2]);
    if (text.substr(i, 2) == "\xEF\xBC" && last >= 0x90 && last <= 0x99)
      throw Wrong{"full-width digits; write plain digits (전각 숫자 대신 반각 숫자를 쓰세요)"};
  }
}

Timestamp parsed(std::string_view text, const TimeZone& zone) {
  refuse_full_width(text);
  Scanner scan(text);
  scan.take_spaces();
  if (scan.is_at_end()) throw Wrong{"empty"};
  LocalTime t;
  if (scan.sees_digit() && scan.sees_digit(1) && scan.sees_digit(2)) {
    take_year_first(scan, t);
  } else {
    take_english(scan, t);
  }
  std::optional<std::chrono::seconds> offset;
  const bool has_mark = scan.take("T") || scan.take("t");
  if ((has_mark || scan.take_spaces() || scan.take(",")) && (has_mark || !scan.is_at_end())) {
    scan.take_spaces();
    take_clock(scan, t);
    scan.take_spaces();
    offset = take_zone(scan);
    scan.take_spaces();
  }
  if (!scan.is_at_end()) throw Wrong{"cannot read '" + printable(scan.rest()) + "' at its end"};

  check(t);
  const Timestamp instant = offset ? *calendar::instant_of(t) - *offset : zone.to_utc(t);
  if (instant < calendar::first_instant || instant > calendar::last_instant)
    throw Wrong{"years go from 1 to 9999"};
  return instant;
}

}  // namespace

Result<Timestamp> parse_date(std::string_view text, const TimeZone& zone) {
  constexpr std::size_t max_shown = 64;
  const auto shown = text.substr(0, prefix_of_bytes(text, max_shown));
  const auto error = [&](std::string_view why) {
    return invalid("date '" + printable(shown) + "': " + std::string(why));
  };
  if (text.size() > 2 * max_shown) return error("too long");
  try {
    return parsed(text, zone);
  } catch (const Wrong& wrong) {
    return error(wrong.why);
  }
}

}  // namespace sosik
