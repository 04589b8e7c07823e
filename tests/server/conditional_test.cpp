#include "conditional.hpp"

#include "catch.hpp"
#include "fake_clock.hpp"
#include "memory_snapshots.hpp"

using namespace sosik;

namespace {

const std::string hash = "0123456789abcdef";

Representation changed_in_2026() {
  Representation r;
  r.etag_hash = hash;
  r.etag = '"' + hash + "-gzip\"";
  r.coding = Coding::gzip;
  r.changed_at = from_unix_ms(1'795'400'000'000);
  r.last_modified = "Last-Modified: " + http_date(r.changed_at) + "\r\n";
  return r;
}

}  // namespace

TEST_CASE("If-None-Match names a version in any coding, weakened or suffixed",
          "[server][H-063][H-064][H-093][H-095]") {
  const auto [value, want] = GENERATE(table<std::string, bool>({
      {"\"0123456789abcdef-gzip\"", true},
      {"\"0123456789abcdef-identity\"", true},
      {"W/\"0123456789abcdef-gzip\"", true},
      {"\"0123456789abcdef-gzip-gzip\"", true},
      {"\"0123456789abcdef-identity--gzip\"", true},
      {"\"0123456789abcdef-identity;br\"", true},
      {"\"0123456789abcdef-identity-br\"", true},
      {"\"0123456789abcdef-identity-zstd\"", true},
      {"W/\"0123456789abcdef-br;gzip\"", true},
      {"\"0123456789abcdef\"", true},
      {"\"x\", \"0123456789abcdef-gzip\"", true},
      {"\"a,b\",,  ,W/\"0123456789abcdef-gzip\"", true},
      {"x, \"0123456789abcdef-gzip\"", true},
      {" * ", true},
      {"*", true},
      {"*, \"0123456789abcdef-gzip\"", false},  // H-066
      {"w/\"0123456789abcdef-gzip\"", false},   // H-065
      {"0123456789abcdef-gzip", false},
      {"\"0123456789abcdefa-gzip\"", false},
      {"\"0123456789abcdeg-gzip\"", false},
      {"\"a,0123456789abcdef-gzip\"", false},
      {"\"0123456789abcdef-gzip", false},
      {"\"\"", false},
      {"", false},
      {",", false},
  }));
  INFO("If-None-Match: " << value);
  CHECK(none_match_names(value, hash) == want);
}

TEST_CASE("Preconditions are evaluated in the order of RFC 9110 section 13.2.2",
          "[server][H-061][H-068]") {
  const Representation r = changed_in_2026();
  const FakeClock clock;
  const std::string same = http_date(r.changed_at);
  const std::string earlier = http_date(r.changed_at - std::chrono::seconds(1));
  const std::string later = http_date(r.changed_at + std::chrono::hours(24 * 365));
  using enum Precondition;

  struct Row {
    std::string name, none_match, modified_since, match, unmodified_since;
    Precondition want;
  };
  const std::string other = "\"feedfeedfeedfeed-gzip\"";
  const Row row = GENERATE_COPY(values<Row>({
      {"nothing", "-", "-", "-", "-", proceed},
      {"same date", "-", same, "-", "-", not_modified},
      {"later date, also in the future (H-074)", "-", later, "-", "-", not_modified},
      {"earlier date", "-", earlier, "-", "-", proceed},
      {"another tag with the same date (H-062)", other, same, "-", "-", proceed},
      {"an unreadable list with the same date (H-062)", "nonsense", same, "-", "-", proceed},
      {"an empty list with the same date (H-062)", "", same, "-", "-", proceed},
      {"the tag with an earlier date", r.etag, earlier, "-", "-", not_modified},
      {"If-Match with the tag", "-", "-", r.etag, "-", proceed},
      {"If-Match with the tag and If-None-Match with it", r.etag, "-", r.etag, "-", not_modified},
      {"If-Match with another tag", "-", "-", other, "-", failed},
      {"If-Match goes before If-None-Match", r.etag, "-", other, "-", failed},
      {"If-Match never takes a weak tag (H-081)", "-", "-", "W/" + r.etag, "-", failed},
      {"If-Match: *", "-", "-", "*", "-", proceed},
      {"If-Unmodified-Since the same", "-", "-", "-", same, proceed},
      {"If-Unmodified-Since earlier", "-", "-", "-", earlier, failed},
      {"If-Unmodified-Since unreadable", "-", "-", "-", "yesterday", proceed},
      {"If-Match hides If-Unmodified-Since", "-", "-", r.etag, earlier, proceed},
      {"two members (H-072)", "-", same + ", " + same, "-", "-", proceed},
      {"another zone (H-072)", "-", "Mon, 23 Nov 2026 11:13:20 +0900", "-", "-", proceed},
      {"RFC 850 (H-069)", "-", "Monday, 23-Nov-26 02:13:20 GMT", "-", "-", not_modified},
      {"asctime (H-069)", "-", "Mon Nov 23 02:13:20 2026", "-", "-", not_modified},
      {"junk of old browsers (H-072)", "-", same + "; length=123", "-", "-", not_modified},
  }));
  INFO(row.name);
  Request request;
  const auto set = [](std::optional<std::string_view>& to, const std::string& from) {
    if (from != "-") to = from;
  };
  set(request.if_none_match, row.none_match);
  set(request.if_modified_since, row.modified_since);
  set(request.if_match, row.match);
  set(request.if_unmodified_since, row.unmodified_since);
  CHECK(evaluate(request, r, true, clock.now()) == row.want);
}

TEST_CASE("A feed that changes in the future of our clock knows no dates", "[server][H-115]") {
  const Representation r = changed_in_2026();
  const FakeClock clock;
  const std::string date = http_date(r.changed_at);
  Request request;
  request.if_modified_since = date;
  CHECK(evaluate(request, r, false, clock.now()) == Precondition::proceed);
  request.if_none_match = r.etag;
  CHECK(evaluate(request, r, false, clock.now()) == Precondition::not_modified);
}

TEST_CASE("A 304 names the acceptable coding that the reader has", "[server][H-094]") {
  MemorySnapshots snapshots;
  MemoryDocument document;
  document.identity = "the whole feed";
  document.gzip = "zipped";
  snapshots.put("main", Format::rss, document);
  const auto snapshot = snapshots.open(main_site, "main").value()->current();
  const Representation& gzip = *snapshot->make(Format::rss, Coding::gzip).value();
  const Representation& identity = *snapshot->make(Format::rss, Coding::identity).value();

  const auto named = [&](const std::string& tags, const std::string& accept_encoding,
                         const Representation& selected) {
    Request request;
    request.if_none_match = tags;
    return &named_representation(request, coding_preference(accept_encoding), *snapshot,
                                 Format::rss, selected);
  };
  CHECK(named(identity.etag, "gzip", gzip) == &identity);
  CHECK(named("W/" + identity.etag, "gzip", gzip) == &identity);
  CHECK(named(gzip.etag, "gzip", gzip) == &gzip);
  CHECK(named(identity.etag + ", " + gzip.etag, "gzip", gzip) == &gzip);
  CHECK(named(gzip.etag, "", identity) == &identity);  // gzip is not acceptable here
  CHECK(named(identity.etag, "gzip, identity;q=0", gzip) == &gzip);
  CHECK(named("\"" + gzip.etag_hash + "-br\"", "gzip", gzip) == &gzip);
}
