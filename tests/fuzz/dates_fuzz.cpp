// Dates of authors, mail and HTTP. Input: the text of a date; its first eight bytes also stand for
// a moment.
#include <cstring>

#include "property.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik {
namespace {

using namespace fuzz;
using std::chrono::floor;
using std::chrono::seconds;

const TimeZone& utc() {
  static const TimeZone zone = TimeZone::utc();
  return zone;
}
const TimeZone& seoul() {
  static const TimeZone zone = TimeZone::named("Asia/Seoul").value();
  return zone;
}

void written_and_read(Timestamp moment) {
  for (const TimeZone* zone : {&utc(), &seoul()}) {
    const auto from_rfc3339 = parse_date(rfc3339_date(moment, *zone), utc());
    must(from_rfc3339.has_value(), "what we write as RFC 3339 can be read");
    must(*from_rfc3339 == moment, "and is the same moment");
    const auto from_rfc822 = parse_date(rfc822_date(moment, *zone), utc());
    must(from_rfc822.has_value(), "what we write as RFC 822 can be read");
    must(floor<seconds>(*from_rfc822) == floor<seconds>(moment), "and is the same second");
    must(!korean_date(moment, *zone).empty(), "every moment can be said in Korean");
  }
  const auto from_http = parse_http_date(http_date(moment), moment);
  must(from_http.has_value(), "what we write as an HTTP date can be read");
  must(floor<seconds>(*from_http) == floor<seconds>(moment), "and is the same second");
}

}  // namespace
}  // namespace sosik

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sosik;
  const std::string_view text = fuzz::text_of(data, size);
  static const Timestamp now = from_unix_ms(1'795'400'000'000);
  for (const TimeZone* zone : {&utc(), &seoul()})
    if (const auto moment = parse_date(text, *zone)) written_and_read(*moment);
  if (const auto moment = parse_http_date(text, now)) written_and_read(*moment);
  if (std::uint64_t number = 0; size >= sizeof number) {
    std::memcpy(&number, data, sizeof number);
    constexpr std::int64_t first = -62'135'510'400'000;  // 0001-01-02, so that no zone leaves
    constexpr std::int64_t last = 253'402'214'400'000;   // 1..9999: 9999-12-31
    written_and_read(from_unix_ms(
        first + static_cast<std::int64_t>(number % static_cast<std::uint64_t>(last - first))));
  }
  return 0;
}
