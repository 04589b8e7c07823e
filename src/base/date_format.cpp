// How instants are written: HTTP, mail (RSS), RFC 3339 (Atom, JSON Feed) and Korean prose.
#include <algorithm>
#include <cstdlib>

#include "calendar.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// "Mon, 23 Nov 2026 18:05:09", the common part of mail and HTTP.
std::string mail_date_without_zone(const calendar::Moment& moment) {
  const LocalTime& t = moment.time;
  std::string out;
  out.reserve(32);
  out.append(calendar::weekday_names[moment.weekday], 0, 3).append(", ");
  calendar::append_number(out, static_cast<int>(t.day), 2);
  out.append(" ").append(calendar::month_names[t.month - 1], 0, 3).append(" ");
  calendar::append_number(out, t.year, 4);
  out += ' ';
  calendar::append_clock(out, t);
  return out;
}

void append_offset(std::string& out, seconds offset, std::string_view separator) {
  out += offset.count() < 0 ? '-' : '+';
  const auto count = static_cast<int>(std::abs(offset.count() / 60));
  calendar::append_number(out, count / 60, 2);
  out.append(separator);
  calendar::append_number(out, count % 60, 2);
}

// The offset if `step` divides it and the wall time stays in the years that can be written; else
// none.
std::optional<seconds> writable_offset(Timestamp t, const TimeZone& zone, seconds step) {
  const seconds offset = zone.offset_at(t);
  t = std::clamp(t, calendar::first_instant, calendar::last_instant);
  if (offset % step != seconds{0}) return std::nullopt;
  if (t + offset < calendar::first_instant || t + offset > calendar::last_instant)
    return std::nullopt;
  return offset;
}

}  // namespace

std::string http_date(Timestamp t) {
  return mail_date_without_zone(calendar::moment_at(t, seconds{0})).append(" GMT");
}

std::string rfc822_date(Timestamp t, const TimeZone& zone) {
  const auto offset = writable_offset(t, zone, minutes{30});
  if (!offset) return http_date(t);
  std::string out = mail_date_without_zone(calendar::moment_at(t, *offset));
  out += ' ';
  append_offset(out, *offset, "");
  return out;
}

std::string rfc3339_date(Timestamp t, const TimeZone& zone) {
  const seconds offset = writable_offset(t, zone, minutes{1}).value_or(seconds{0});
  const LocalTime local = calendar::moment_at(t, offset).time;
  std::string out;
  out.reserve(32);
  calendar::append_number(out, local.year, 4);
  out += '-';
  calendar::append_number(out, static_cast<int>(local.month), 2);
  out += '-';
  calendar::append_number(out, static_cast<int>(local.day), 2);
  out += 'T';
  calendar::append_clock(out, local);
  if (local.millisecond != 0) {
    out += '.';
    calendar::append_number(out, local.millisecond, 3);
  }
  if (offset == seconds{0}) {
    out += 'Z';
  } else {
    append_offset(out, offset, ":");
  }
  return out;
}

std::string korean_date(Timestamp t, const TimeZone& zone) {
  constexpr std::array<std::string_view, 7> weekdays = {"일", "월", "화", "수", "목", "금", "토"};
  const auto moment = calendar::moment_at(t, zone.offset_at(t));
  const LocalTime& local = moment.time;
  const int hour = local.hour % 12 == 0 ? 12 : local.hour % 12;
  std::string out = std::to_string(local.year) + "년 " + std::to_string(local.month) + "월 " +
                    std::to_string(local.day) + "일 (";
  out.append(weekdays[moment.weekday]).append(local.hour < 12 ? ") 오전 " : ") 오후 ");
  out.append(std::to_string(hour)).append(":");
  calendar::append_number(out, local.minute, 2);
  return out;
}

}  // namespace sosik
