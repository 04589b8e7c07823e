// The Gregorian calendar with English names from constant tables: what every date format here is
// made of. No locale, no time zone (K-070).
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "sosik/base/clock.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik::calendar {

inline constexpr std::array<std::string_view, 7> weekday_names = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
inline constexpr std::array<std::string_view, 12> month_names = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

inline constexpr Timestamp first_instant = std::chrono::sys_days{std::chrono::year{1} / 1 / 1};
inline constexpr Timestamp last_instant =
    std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - std::chrono::milliseconds{1};

// A wall time with its day of the week, 0 for Sunday.
struct Moment {
  LocalTime time;
  unsigned weekday = 0;
};

// `instant` as the wall shows it `offset` east of UTC. Instants outside of the years 1 to 9999,
// which no date format can write, become the nearest inside.
Moment moment_at(Timestamp instant, std::chrono::seconds offset);

// The wall time read as UTC; nothing when there is no such date. Second 60 is the first of the next
// minute (H-076).
std::optional<Timestamp> instant_of(const LocalTime&);

// Days of a month that exists.
unsigned days_in(int year, unsigned month);

// Appends `value` in decimal with leading zeros, and "05:06:07".
void append_number(std::string& out, int value, int width);
void append_clock(std::string& out, const LocalTime&);

}  // namespace sosik::calendar
