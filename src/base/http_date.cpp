// Reading HTTP dates on the server's hot path: every form has its characters at fixed places, so
// there is nothing to search for, and nothing is allocated.
#include <cstdint>

#include "calendar.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik {
namespace {

constexpr std::size_t imf_size = 29;      // "Sun, 06 Nov 1994 08:49:37 GMT"
constexpr std::size_t asctime_size = 24;  // "Sun Nov  6 08:49:37 1994"

constexpr std::uint32_t packed(std::string_view name) {
  return static_cast<std::uint32_t>(static_cast<unsigned char>(name[0])) << 16 |
         static_cast<std::uint32_t>(static_cast<unsigned char>(name[1])) << 8 |
         static_cast<unsigned char>(name[2]);
}

constexpr unsigned month_number(std::string_view text) {  // 0: no month
  const std::uint32_t name = packed(text);
  for (unsigned i = 0; i < 12; ++i)
    if (name == packed(calendar::month_names[i])) return i + 1;
  return 0;
}

constexpr bool is_short_weekday(std::string_view text) {
  const std::uint32_t name = packed(text);
  for (const auto weekday : calendar::weekday_names)
    if (name == packed(weekday)) return true;
  return false;
}

// Reads as text goes; one wrong character anywhere makes the whole date wrong.
class Fields {
 public:
  explicit Fields(std::string_view text) : text_(text) {}

  int digits(std::size_t at, std::size_t count) {
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
      const unsigned digit = static_cast<unsigned char>(text_[i]) - unsigned{'0'};
      is_right_ &= digit <= 9;
      value = value * 10 + static_cast<int>(digit & 15);
    }
    return value;
  }
  void literal(std::size_t at, std::string_view want) {
    is_right_ &= text_.substr(at, want.size()) == want;
  }
  void weekday() { is_right_ &= is_short_weekday(text_); }  // any of the seven (H-073)
  unsigned month(std::size_t at) {
    const unsigned number = month_number(text_.substr(at, 3));
    is_right_ &= number != 0;
    return number;
  }
  void clock(std::size_t at, LocalTime& t) {
    t.hour = digits(at, 2);
    literal(at + 2, ":");
    t.minute = digits(at + 3, 2);
    literal(at + 5, ":");
    t.second = digits(at + 6, 2);
  }
  bool is_right() const { return is_right_; }

 private:
  std::string_view text_;
  bool is_right_ = true;
};

std::optional<Timestamp> parse_imf(std::string_view text) {
  Fields fields(text);
  LocalTime t;
  fields.weekday();
  fields.literal(3, ", ");
  t.day = static_cast<unsigned>(fields.digits(5, 2));
  fields.literal(7, " ");
  t.month = fields.month(8);
  fields.literal(11, " ");
  t.year = fields.digits(12, 4);
  fields.literal(16, " ");
  fields.clock(17, t);
  fields.literal(25, " GMT");
  if (!fields.is_right()) return std::nullopt;
  return calendar::instant_of(t);
}

std::optional<Timestamp> parse_asctime(std::string_view text) {
  Fields fields(text);
  LocalTime t;
  fields.weekday();
  fields.literal(3, " ");
  t.month = fields.month(4);
  fields.literal(7, " ");
  t.day = static_cast<unsigned>(text[8] == ' ' ? fields.digits(9, 1) : fields.digits(8, 2));
  fields.literal(10, " ");
  fields.clock(11, t);
  fields.literal(19, " ");
  t.year = fields.digits(20, 4);
  if (!fields.is_right()) return std::nullopt;
  return calendar::instant_of(t);
}

// RFC 9110 section 5.6.7 (H-070): the latest year with these two digits that is not more than 50
// years ahead.
std::optional<Timestamp> in_nearest_century(LocalTime t, int two_digits, Timestamp now) {
  LocalTime horizon = TimeZone::utc().to_local(now);
  horizon.year += 50;
  t.year = horizon.year / 100 * 100 + two_digits;
  const auto key = [](const LocalTime& x) {
    return std::tuple(x.year, x.month, x.day, x.hour, x.minute, x.second);
  };
  if (key(t) > key(horizon)) t.year -= 100;
  return calendar::instant_of(t);
}

std::optional<Timestamp> parse_rfc850(std::string_view text, Timestamp now) {
  for (const auto weekday : calendar::weekday_names) {
    if (!text.starts_with(weekday)) continue;
    text.remove_prefix(weekday.size());
    constexpr std::size_t rest_size = 24;  // ", 06-Nov-94 08:49:37 GMT"
    if (text.size() != rest_size) return std::nullopt;
    Fields fields(text);
    LocalTime t;
    fields.literal(0, ", ");
    t.day = static_cast<unsigned>(fields.digits(2, 2));
    fields.literal(4, "-");
    t.month = fields.month(5);
    fields.literal(8, "-");
    const int year = fields.digits(9, 2);
    fields.literal(11, " ");
    fields.clock(12, t);
    fields.literal(20, " GMT");
    if (!fields.is_right()) return std::nullopt;
    return in_nearest_century(t, year, now);
  }
  return std::nullopt;
}

// Old browsers sent "...GMT; length=123" (H-072). Anything else behind a semicolon stays, and
// spoils the date.
std::string_view without_length(std::string_view text) {
  const auto trim_end = [](std::string_view s) {
    while (s.ends_with(' ') || s.ends_with('\t')) s.remove_suffix(1);
    return s;
  };
  const std::size_t semicolon = text.find(';');
  if (semicolon == std::string_view::npos) return text;
  std::string_view tail = trim_end(text.substr(semicolon + 1));
  while (tail.starts_with(' ') || tail.starts_with('\t')) tail.remove_prefix(1);
  constexpr std::string_view name = "length=";
  if (!tail.starts_with(name) || tail.size() == name.size() ||
      tail.find_first_not_of("0123456789", name.size()) != std::string_view::npos)
    return text;
  return trim_end(text.substr(0, semicolon));
}

}  // namespace

std::optional<Timestamp> parse_http_date(std::string_view text, Timestamp now) {
  if (text.size() > imf_size) text = without_length(text);
  if (text.size() == imf_size) return parse_imf(text);
  if (text.size() == asctime_size) return parse_asctime(text);
  return parse_rfc850(text, now);
}

}  // namespace sosik
