#include "catch.hpp"
#include "sosik/base/timestamp.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

const TimeZone seoul = TimeZone::named("Asia/Seoul").value();

auto fields(const LocalTime& t) {
  return std::tuple(t.year, t.month, t.day, t.hour, t.minute, t.second, t.millisecond);
}

}  // namespace

TEST_CASE("A time zone goes by its IANA name", "[base][date]") {
  CHECK(seoul.name() == "Asia/Seoul");
  CHECK(TimeZone::named("UTC").value().name() == "UTC");
  CHECK(TimeZone::named("Etc/UTC").value().offset_at(from_unix_ms(0)) == 0s);
}

TEST_CASE("A name that is no zone is refused with the name in the reason", "[base][date]") {
  const std::string name =
      GENERATE("", "Asia/Soul", "KST", "+09:00", "../../etc/passwd", "/etc/localtime", "Asia");
  const auto zone = TimeZone::named(name);
  REQUIRE(zone.has_error());
  CHECK(zone.error().code == Errc::invalid);
  CHECK(zone.error().detail.find("'" + name + "'") != std::string::npos);
}

TEST_CASE("Offsets follow the zone's history [K-071] [K-072]", "[base][date]") {
  const auto offset = [](int year, unsigned month, unsigned day) {
    return seoul.offset_at(TimeZone::utc().to_utc({year, month, day}));
  };
  CHECK(offset(2026, 11, 23) == 9h);
  CHECK(offset(2099, 7, 1) == 9h);
  CHECK(offset(1988, 7, 1) == 10h);
  CHECK(offset(1960, 6, 1) == 9h + 30min);
  CHECK(offset(1955, 1, 1) == 8h + 30min);
  CHECK(offset(1987, 7, 1) == 10h);
  CHECK(offset(1900, 1, 1) == 8h + 27min + 52s);
}

TEST_CASE("A time inside a gap means the moment after it [K-073]", "[base][date]") {
  const Timestamp after = TimeZone::utc().to_utc({1988, 5, 7, 17});
  CHECK(seoul.to_utc({1988, 5, 8, 2, 0}) == after);
  CHECK(seoul.to_utc({1988, 5, 8, 2, 30}) == after);
  CHECK(seoul.to_utc({1988, 5, 8, 2, 59, 59, 999}) == after);
  CHECK(seoul.to_utc({1988, 5, 8, 3}) == after);
  CHECK(seoul.to_utc({1988, 5, 8, 1, 59, 59}) == after - 1s);
}

TEST_CASE("A time that came twice means the first [K-073]", "[base][date]") {
  // On 9 October 1988 the clocks in Seoul went from 03:00 back to 02:00.
  CHECK(seoul.to_utc({1988, 10, 9, 2, 30}) == TimeZone::utc().to_utc({1988, 10, 8, 16, 30}));
  CHECK(seoul.to_utc({1988, 10, 9, 3, 0}) == TimeZone::utc().to_utc({1988, 10, 8, 18, 0}));
}

TEST_CASE("Local time and back is the same instant", "[base][date]") {
  const auto zone =
      TimeZone::named(GENERATE("Asia/Seoul", "UTC", "America/New_York", "Asia/Kathmandu")).value();
  for (int year : {1, 1899, 1969, 1988, 2000, 2026, 2036, 9999}) {
    const LocalTime local{year, 2, 28, 13, 14, 15, 16};
    INFO(zone.name() << " " << year);
    CHECK(fields(zone.to_local(zone.to_utc(local))) == fields(local));
  }
}

TEST_CASE("A day that does not exist is a mistake of the caller", "[base][date]") {
  CHECK_THROWS_AS(seoul.to_utc({2026, 2, 30}), std::invalid_argument);
  CHECK_THROWS_AS(seoul.to_utc({2026, 13, 1}), std::invalid_argument);
  CHECK_THROWS_AS(seoul.to_utc({2026, 1, 1, 24}), std::invalid_argument);
}
