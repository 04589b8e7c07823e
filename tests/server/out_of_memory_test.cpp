// When memory ends: lines of the access log are lost and counted, connections are closed, and the
// server goes on.
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "access_log.hpp"
#include "catch.hpp"
#include "collected_log.hpp"
#include "connection.hpp"
#include "failing_memory.hpp"
#include "served_site.hpp"
#include "temp_dir.hpp"

using namespace sosik;

static std::atomic<bool> coroutine_memory_is_gone{false};

// In place of the C library's, because Asio takes the frames of coroutines from it, and nothing
// else here does that is as large.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  constexpr std::size_t frame = 256;
  void* memory = nullptr;
  if ((coroutine_memory_is_gone && size >= frame) ||
      ::posix_memalign(&memory, alignment, size) != 0) {
    errno = ENOMEM;
    return nullptr;
  }
  return memory;
}

namespace {

void connections_lack_memory(bool lack) { refused_size = lack ? sizeof(Connection) : 0; }

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

TEST_CASE("Without memory for a connection, the server closes it and accepts the next",
          "[server]") {
  ServedSite site;
  {
    RawClient before = site.connect();
    REQUIRE(before.ask(get("/rss.xml")).status == 200);
    connections_lack_memory(true);
    std::vector<RawClient> clients;
    while (site.log.lines().empty()) {
      clients.push_back(site.connect());
      std::this_thread::yield();
    }
    connections_lack_memory(false);
    RawClient after = site.connect();
    CHECK(after.ask(get("/rss.xml")).status == 200);
  }
  while (site.server->open_connections() > 0) std::this_thread::yield();
}

TEST_CASE("Without memory for a connection, stopping still comes to its end",
          "[server][drain][threads]") {
  ServerOptions options = ServedSite::defaults();
  options.sweep_interval = std::chrono::hours(1);  // also the pause after the first has failed
  TempDir folder;
  const std::string path = (folder.path() / "http").string();
  options.listen[0].unix_path = path;
  ServedSite site(options);
  RawClient before = RawClient::over_unix(path);
  REQUIRE(before.ask(get("/rss.xml")).status == 200);
  connections_lack_memory(true);
  RawClient first = RawClient::over_unix(path);
  while (site.log.lines().empty()) std::this_thread::yield();
  RawClient waiting = RawClient::over_unix(path);
  site.server->stop();
  connections_lack_memory(false);
  CHECK(before.is_closed());
  CHECK(first.is_closed());
  CHECK(waiting.is_closed());
  CHECK(site.server->open_connections() == 0);
}

TEST_CASE("Without memory to wait with, one connection is closed and the others go on",
          "[server]") {
  ServedSite site;
  RawClient other = site.connect();
  REQUIRE(other.ask(get("/rss.xml")).status == 200);
  RawClient client = site.connect();
  coroutine_memory_is_gone = true;
  // Its body is awaited.
  client.send("GET /rss.xml HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
  CHECK(client.is_closed());
  coroutine_memory_is_gone = false;
  CHECK(other.ask(get("/rss.xml")).status == 200);
  CHECK(site.log.lines().size() == 1);
}
