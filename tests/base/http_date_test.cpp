#include <random>

#include "catch.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/timestamp.hpp"

using namespace sosik;

namespace {

const TimeZone utc = TimeZone::utc();
const Timestamp now = utc.to_utc({2026, 11, 23, 9, 5, 9});

}  // namespace

TEST_CASE("The three forms of an HTTP date name one instant [H-069]", "[base][date]") {
  const Timestamp want = utc.to_utc({1994, 11, 6, 8, 49, 37});
  const std::string text = GENERATE("Sun, 06 Nov 1994 08:49:37 GMT",
                                    "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994");
  INFO(text);
  CHECK(parse_http_date(text, now) == want);
  CHECK(parse_http_date(text + ";length=123", now) == want);  // [H-072]
  CHECK(parse_http_date(text + "; length=0 ", now) == want);
  CHECK(parse_http_date(text + " ;\tlength=99999", now) == want);
}

TEST_CASE("What is no HTTP date is nothing [H-071] [H-072]", "[base][date]") {
  const std::string text =
      GENERATE("", "0", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
               "Sun, 06 Nov 1994 08:49:37 +0900", "Sun, 06 Nov 1994 08:49:37 +0000",
               "Sun, 06 Nov 1994 08:49:37 gmt", "sun, 06 nov 1994 08:49:37 GMT",
               "SUN, 06 NOV 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
               "Sun, 06 Nov 94 08:49:37 GMT", "Sun 06 Nov 1994 08:49:37 GMT",
               "Xyz, 06 Nov 1994 08:49:37 GMT", "일, 06 Nov 1994 08:49:37 GMT",
               "Sun, 06 Nvm 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
               "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 2026 08:49:37 GMT",
               "Sun, 06 Nov 0000 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
               "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
               "Sun, 06 Nov 1994 08:49:-1 GMT", "Sun, 06 Nov 1994 08.49.37 GMT",
               "Sun, +6 Nov 1994 08:49:37 GMT",
               "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
               "Sun, 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT",
               "Sun, 06 Nov 1994 08:49:37 GMT; size=1",
               "Sun, 06 Nov 1994 08:49:37 GMT; length=", "Sun, 06 Nov 1994 08:49:37 GMT; length=x",
               "Sun, 06 Nov 1994 08:49:37 GMT;", "Sun, 06 Nov 1994 08:49:37 GMTX",
               "Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
               "Sunday, 6-Nov-94 08:49:37 GMT", "Sunday 06-Nov-94 08:49:37 GMT",
               "Funday, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 KST",
               "Sun Nov 6 08:49:37 1994", "Sun Nov  6 08:49:37 94", "Sun Nov 31 08:49:37 1994",
               "Sun Nov  6 08:49:37 1994 GMT", "Sun Nov  0 08:49:37 1994", "1994-11-06T08:49:37Z");
  INFO(text);
  CHECK_FALSE(parse_http_date(text, now).has_value());
}

TEST_CASE("A wrong weekday does not matter [H-073]", "[base][date]") {
  CHECK(parse_http_date("Mon, 06 Nov 1994 08:49:37 GMT", now) ==
        utc.to_utc({1994, 11, 6, 8, 49, 37}));
  CHECK(parse_http_date("Wednesday, 06-Nov-94 08:49:37 GMT", now) ==
        utc.to_utc({1994, 11, 6, 8, 49, 37}));
  CHECK(parse_http_date("Mon Nov 16 08:49:37 1994", now) == utc.to_utc({1994, 11, 16, 8, 49, 37}));
}

TEST_CASE("Two digits of a year mean one at most 50 years ahead [H-070]", "[base][date]") {
  auto [text, year] = GENERATE(table<std::string, int>({
      {"Sunday, 06-Nov-94 08:49:37 GMT", 1994},
      {"Sunday, 06-Nov-26 08:49:37 GMT", 2026},
      {"Sunday, 06-Nov-75 08:49:37 GMT", 2075},
      {"Sunday, 23-Nov-76 09:05:09 GMT", 2076},  // 50 years to the second
      {"Sunday, 23-Nov-76 09:05:10 GMT", 1976},
      {"Sunday, 06-Nov-77 08:49:37 GMT", 1977},
      {"Sunday, 06-Nov-00 08:49:37 GMT", 2000},
  }));
  INFO(text);
  CHECK(utc.to_local(parse_http_date(text, now).value()).year == year);
  const Timestamp later = utc.to_utc({2060, 1, 1});
  CHECK(utc.to_local(parse_http_date("Sunday, 06-Nov-05 08:49:37 GMT", later).value()).year ==
        2105);
  CHECK(utc.to_local(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", later).value()).year ==
        2094);
}

TEST_CASE("Leap seconds, leap days, 2038 and the ends of the calendar are read [H-076]",
          "[base][date]") {
  CHECK(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", now) == utc.to_utc({2017, 1, 1}));
  CHECK(parse_http_date("Thu, 29 Feb 2024 00:00:00 GMT", now) == utc.to_utc({2024, 2, 29}));
  CHECK(to_unix_seconds(parse_http_date("Tue, 19 Jan 2038 03:14:08 GMT", now).value()) ==
        2147483648);
  CHECK(parse_http_date("Mon, 01 Jan 0001 00:00:00 GMT", now) == utc.to_utc({1, 1, 1}));
  CHECK(parse_http_date("Fri, 31 Dec 9999 23:59:59 GMT", now) ==
        utc.to_utc({9999, 12, 31, 23, 59, 59}));
}

TEST_CASE("Every date that is written is read as the same second", "[base][date]") {
  std::mt19937_64 random(2038);
  for (int round = 0; round < 20'000; ++round) {
    const auto seconds = static_cast<std::int64_t>(random() % 315'537'897'600) - 62'135'596'800;
    REQUIRE(parse_http_date(http_date(from_unix_ms(seconds * 1000)), now) ==
            from_unix_ms(seconds * 1000));
  }
}

TEST_CASE("One changed character makes another date or none", "[base][date]") {
  const std::string good = "Sun, 06 Nov 1994 08:49:37 GMT";
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = good;
      text[at] = static_cast<char>(byte);
      if (text == good) continue;
      INFO(printable(text));
      const auto parsed = parse_http_date(text, now);
      if (parsed && at > 3) REQUIRE(http_date(*parsed).substr(4) == text.substr(4));
    }
  }
}
