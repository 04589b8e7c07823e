// The access log when memory ends: lines are lost and counted, and nothing else.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "access_log.hpp"
#include "catch.hpp"
#include "collected_log.hpp"
#include "failing_memory.hpp"
#include "temp_dir.hpp"

using namespace sosik;

namespace {

AccessRecord asking_for(std::string_view target) {
  AccessRecord record;
  record.at = from_unix_ms(1'795'400'000'000);
  record.client = "203.0.113.7";
  record.method = "GET";
  record.target = target;
  record.version = "HTTP/1.1";
  record.status = 200;
  return record;
}

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

}  // namespace

TEST_CASE("Without memory lines are dropped whole, counted, and end nothing",
          "[server][access_log]") {
  const auto form = GENERATE(AccessLogOptions::Form::combined, AccessLogOptions::Form::json);
  TempDir folder;
  AccessLogOptions options;
  options.file = (folder.path() / "access.log").string();
  options.form = form;
  CollectedLog log;
  std::uint64_t appended = 0;
  auto access_log = AccessLog::open(options, log).value();
  const std::string target(500, 'x');
  for (int allocations = 0; allocations < 20; ++allocations) {
    const bool throws = !fits_in(allocations, [&] {
      AccessLog::Lines lines(*access_log);
      for (int i = 0; i < 3; ++i) lines.append(asking_for(target));
      lines.hand_over();
      lines.append(asking_for("/rss.xml"));
    });
    CHECK(!throws);
    appended += 4;
  }
  access_log->stop();
  std::ifstream in(options.file);
  std::string line;
  std::uint64_t written = 0;
  while (std::getline(in, line)) {
    ++written;
    CHECK(line.find("2026") != line.npos);
    CHECK((line.ends_with("\"-\" \"-\"") || line.ends_with('}')));
    CHECK((line.starts_with("203.") || line.starts_with("{\"time\":\"2026")));
  }
  CHECK(access_log->lines_dropped() > 0);
  CHECK(written > 0);
  CHECK(written + access_log->lines_dropped() == appended);
}

TEST_CASE("Without memory to open the access log again no descriptor is lost",
          "[server][access_log]") {
  TempDir folder;
  AccessLogOptions options;
  options.file = (folder.path() / "access.log").string();
  CollectedLog log;
  auto access_log = AccessLog::open(options, log).value();
  const auto before = open_descriptors();
  int failures = 0;
  // The queue takes memory for many at a time.
  for (int i = 0; i < 100; ++i) {
    if (fits_in(0, [&] { (void)access_log->reopen(); })) continue;
    ++failures;
    access_log->reopen().value();
  }
  access_log->stop();
  CHECK(failures > 0);
  CHECK(open_descriptors() == before - 1);
}
