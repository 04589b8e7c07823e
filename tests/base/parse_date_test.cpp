#include <random>

#include "catch.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/timestamp.hpp"

using namespace sosik;

namespace {
const TimeZone seoul = TimeZone::named("Asia/Seoul").value();
const TimeZone utc = TimeZone::utc();
}  // namespace

TEST_CASE("Dates are read in the shapes that bloggers write", "[base][date]") {
  auto [text, want] = GENERATE(table<std::string, std::string>({
      // RFC 3339 and its relatives
      {"2026-03-04", "2026-03-04T00:00:00+09:00"},
      {"2026-03-04T09:30:15Z", "2026-03-04T18:30:15+09:00"},
      {"2026-03-04t09:30:15z", "2026-03-04T18:30:15+09:00"},
      {"2026-03-04T09:30:15+09:00", "2026-03-04T09:30:15+09:00"},
      {"2026-03-04T09:30:15.25-03:30", "2026-03-04T22:00:15.250+09:00"},
      {"2026-03-04T09:30:15,123456789+09:00", "2026-03-04T09:30:15.123+09:00"},
      {"2026-03-04 09:30", "2026-03-04T09:30:00+09:00"},
      {"2026-03-04 9:30", "2026-03-04T09:30:00+09:00"},
      {"2026-03-04  09:30:15", "2026-03-04T09:30:15+09:00"},
      {"2026-03-04 09:30:15 +0900", "2026-03-04T09:30:15+09:00"},
      {"2026-03-04 09:30:15 -0500", "2026-03-04T23:30:15+09:00"},
      {"2026-03-04 09:30:15 +09", "2026-03-04T09:30:15+09:00"},
      {"2001-12-14 21:59:43.10 -5", "2001-12-15T11:59:43.100+09:00"},  // YAML 1.1
      {"2026-03-04 09:30 UTC", "2026-03-04T18:30:00+09:00"},
      {"2026-03-04 09:30 KST", "2026-03-04T09:30:00+09:00"},  // [K-075]
      {"2026-03-04 09:30:60Z", "2026-03-04T18:31:00+09:00"},
      {" 2026-03-04\n", "2026-03-04T00:00:00+09:00"},
      {"2026-3-4", "2026-03-04T00:00:00+09:00"},
      {"2026/03/04", "2026-03-04T00:00:00+09:00"},
      {"2026/3/4 9:05 PM", "2026-03-04T21:05:00+09:00"},
      {"20260304", "2026-03-04T00:00:00+09:00"},
      {"20260304T09:30:00Z", "2026-03-04T18:30:00+09:00"},
      {"2024-02-29", "2024-02-29T00:00:00+09:00"},
      {"0001-01-02T00:00:00Z", "0001-01-02T00:00:00Z"},  // no offset that RFC 3339 can write
      // Korean
      {"2026.03.04", "2026-03-04T00:00:00+09:00"},
      {"2026. 3. 4.", "2026-03-04T00:00:00+09:00"},
      {"2026. 3. 4. 21:05", "2026-03-04T21:05:00+09:00"},
      {"2026. 3. 4. 오후 9:05", "2026-03-04T21:05:00+09:00"},
      {"2026. 3. 4. 오전 12:05", "2026-03-04T00:05:00+09:00"},
      {"2026년 3월 4일", "2026-03-04T00:00:00+09:00"},
      {"2026년 3월 4일 오후 12:30", "2026-03-04T12:30:00+09:00"},
      {"2026년3월4일 9:30", "2026-03-04T09:30:00+09:00"},
      // English
      {"Mon, 23 Nov 2026 18:05:09 +0900", "2026-11-23T18:05:09+09:00"},
      {"Mon, 23 Nov 2026 09:05:09 GMT", "2026-11-23T18:05:09+09:00"},
      {"Mon, 23 Nov 2026 09:05:09 +0000 (UTC)", "2026-11-23T18:05:09+09:00"},
      {"23 Nov 2026 18:05 +0900", "2026-11-23T18:05:00+09:00"},
      {"Jul 08 2022", "2022-07-08T00:00:00+09:00"},  // Astro's own template
      {"July 8, 2022", "2022-07-08T00:00:00+09:00"},
      {"Sept. 8, 2022, 9:05 am", "2022-09-08T09:05:00+09:00"},
      {"8 july 2022", "2022-07-08T00:00:00+09:00"},
      {"Friday, July 8, 2022", "2022-07-08T00:00:00+09:00"},
      {"Wed Mar 04 2026 09:30:00 GMT+0900 (Korean Standard Time)", "2026-03-04T09:30:00+09:00"},
  }));
  INFO(text);
  const auto date = parse_date(text, seoul);
  if (date.has_error()) FAIL(date.error().detail);
  CHECK(rfc3339_date(*date, seoul).substr(0, want.size()) == want);
}

TEST_CASE("A date that cannot be is refused with what is wrong", "[base][date]") {
  auto [text, why] = GENERATE(table<std::string, std::string>({
      {"", "empty"},
      {"  ", "empty"},
      {"2026-13-04", "month 13 is not 1 to 12"},
      {"2026-00-04", "month 0 is not 1 to 12"},
      {"2026-02-31", "day 31 is not 1 to 28"},
      {"2024-02-30", "day 30 is not 1 to 29"},
      {"2026-03-00", "day 0 is not 1 to 31"},
      {"2026-03-04 24:00", "hour 24 is not 0 to 23"},
      {"2026-03-04 23:60", "minute 60 is not 0 to 59"},
      {"2026-03-04 23:59:61", "second 61 is not 0 to 59"},
      {"2026-03-04 23", "write the time as 09:30"},
      {"2026-03-04T", "the hour must have 1 or 2 digits"},
      {"2026-03-04 9:5", "the minute must have 2 digits"},
      {"2026-03-04 13:00 PM", "1 to 12"},
      {"2026-03-04 09:30 +25:00", "over 23:59"},
      {"2026-03-04 09:30 +09:60", "over 23:59"},
      {"2026-03-04 09:30 EST", "unknown time zone 'EST'"},
      {"2026-03-04 09:30 x", "unknown time zone 'x'"},
      {"2026-03-04 tomorrow", "the hour must have"},
      {"2026-03-04 09:30 +09:00 extra", "cannot read 'extra'"},
      {"2026-03-04x", "cannot read 'x'"},
      {"2026-03", "2026-03-04"},
      {"2026", "2026-03-04"},
      {"202603", "2026-03-04"},
      {"12026-03-04", "2026-03-04"},
      {"99-03-04", "2026-03-04"},
      {"0000-03-04", "year 0"},
      {"0001-01-01", "in UTC the year is not 1 to 9999"},  // in Seoul that is the year before
      {"9999-12-31T23:59:59-01:00", "in UTC the year is not 1 to 9999"},
      {"03/04/2026", "cannot be told apart"},
      {"4.3.2026", "cannot be told apart"},
      {"Foo 4 2026", "'Foo' is no month"},
      {"Mon, 23 Nov 26 18:05:09 +0900", "the year must have 4 digits"},
      {"내일", "2026-03-04"},
      {"2026년 3월", "the day must have"},
      {"2026년 3월 4", "'일'"},
      {"２０２６-03-04", "full-width digits"},  // [K-086]
      {"2026-03-０4", "전각 숫자"},
      {"1772582400", "2026-03-04"},
  }));
  INFO(text);
  const auto date = parse_date(text, seoul);
  REQUIRE(date.has_error());
  CHECK(date.error().code == Errc::invalid);
  CHECK_THAT(date.error().detail, Catch::Contains(why) && Catch::StartsWith("date '"));
}

TEST_CASE("A refused date of any length gives one short line", "[base][date]") {
  const auto date = parse_date("2026-03-04\n" + std::string(100'000, '\x1b'), utc);
  REQUIRE(date.has_error());
  CHECK(date.error().detail.size() < 400);
  CHECK(date.error().detail.find('\n') == std::string::npos);
}

TEST_CASE("A date without zone follows the zone's history [K-073]", "[base][date]") {
  CHECK(rfc822_date(parse_date("1988-07-01 12:00", seoul).value(), seoul) ==
        "Fri, 01 Jul 1988 12:00:00 +1000");
  CHECK(rfc3339_date(parse_date("1988-05-08 02:30", seoul).value(), utc) == "1988-05-07T17:00:00Z");
}

TEST_CASE("Every date that is written is read as the same instant", "[base][date]") {
  std::mt19937_64 random(1960);
  for (int round = 0; round < 10'000; ++round) {
    const auto ms = static_cast<std::int64_t>(random() % 8'000'000'000'000) - 4'000'000'000'000;
    const Timestamp t = from_unix_ms(ms);
    INFO(ms);
    REQUIRE(parse_date(rfc3339_date(t, seoul), utc).value() == t);
    REQUIRE(parse_date(rfc822_date(t, seoul), utc).value() ==
            std::chrono::floor<std::chrono::seconds>(t));
  }
}

TEST_CASE("Whatever the bytes, a date is read or refused", "[base][date]") {
  std::mt19937 random(20260304);
  const std::vector<std::string> pieces = {
      "2026", "03", "4",    "-",  ".",   "/",   " ", "T", ":", "09",   "30",  "+",     "Z", "년",
      "월",   "일", "오후", "PM", "Nov", "Mon", ",", "(", ")", "\xEC", "GMT", "99999", "0"};
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (auto n = random() % 14; n > 0; --n) text += pieces[random() % pieces.size()];
    INFO(printable(text));
    if (const auto date = parse_date(text, seoul)) {
      REQUIRE(parse_date(rfc3339_date(*date, seoul), utc).value() == *date);
    } else {
      REQUIRE(date.error().detail.size() > 10);
    }
  }
}
