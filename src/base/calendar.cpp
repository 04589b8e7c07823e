#include "calendar.hpp"

#include <algorithm>

namespace sosik::calendar {

using namespace std::chrono;

Moment moment_at(Timestamp instant, seconds offset) {
  const Timestamp wall = std::clamp(std::clamp(instant, first_instant, last_instant) + offset,
                                    first_instant, last_instant);
  const sys_days day = floor<days>(wall);
  const year_month_day date{day};
  const hh_mm_ss<milliseconds> clock{wall - day};
  Moment moment;
  moment.time.year = static_cast<int>(date.year());
  moment.time.month = static_cast<unsigned>(date.month());
  moment.time.day = static_cast<unsigned>(date.day());
  moment.time.hour = static_cast<int>(clock.hours().count());
  moment.time.minute = static_cast<int>(clock.minutes().count());
  moment.time.second = static_cast<int>(clock.seconds().count());
  moment.time.millisecond = static_cast<int>(clock.subseconds().count());
  moment.weekday = weekday{day}.c_encoding();
  return moment;
}

std::optional<Timestamp> instant_of(const LocalTime& t) {
  const year_month_day date{year{t.year}, month{t.month}, day{t.day}};
  if (t.year < 1 || t.year > 9999 || !date.ok() || t.hour < 0 || t.hour > 23 || t.minute < 0 ||
      t.minute > 59 || t.second < 0 || t.second > 60 || t.millisecond < 0 || t.millisecond > 999)
    return std::nullopt;
  return Timestamp(sys_days{date}) + hours{t.hour} + minutes{t.minute} + seconds{t.second} +
         milliseconds{t.millisecond};
}

unsigned days_in(int y, unsigned m) {
  return static_cast<unsigned>(year_month_day_last{year{y}, month_day_last{month{m}}}.day());
}

void append_number(std::string& out, int value, int width) {
  int scale = 1;
  for (int i = 1; i < width; ++i) scale *= 10;
  for (; scale > 0; scale /= 10) out += static_cast<char>('0' + value / scale % 10);
}

void append_clock(std::string& out, const LocalTime& t) {
  append_number(out, t.hour, 2);
  out += ':';
  append_number(out, t.minute, 2);
  out += ':';
  append_number(out, t.second, 2);
}

}  // namespace sosik::calendar
