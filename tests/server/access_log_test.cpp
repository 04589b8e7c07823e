// The access log as a file: nothing it does may hold up a reader, and what it loses it counts.
#include "access_log.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>

#include "catch.hpp"
#include "collected_log.hpp"
#include "served_site.hpp"
#include "temp_dir.hpp"

using namespace sosik;
namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

AccessLogOptions to(const fs::path& file) {
  AccessLogOptions options;
  options.file = file.string();
  return options;
}

AccessRecord asking_for(std::string_view target) {
  AccessRecord record;
  record.client = "203.0.113.7";
  record.method = "GET";
  record.target = target;
  record.version = "HTTP/1.1";
  record.status = 200;
  return record;
}

// What is handed over from here on is not dropped with what failed.
void await_dropped(const AccessLog& access_log) {
  while (access_log.lines_dropped() == 0) std::this_thread::yield();
}

void hand_over_one(AccessLog& access_log) {
  AccessLog::Lines lines(access_log);
  lines.append(asking_for("/rss.xml"));
}

// Holds up whoever warns until release().
class HoldingLog final : public Log {
 public:
  void info(std::string_view, Fields) override {}
  void error(std::string_view, Fields) override {}
  void warn(std::string_view, Fields) override {
    is_held_.set_value();
    released_.get_future().wait();
  }
  void await_held() { is_held_.get_future().wait(); }
  void release() { released_.set_value(); }

 private:
  std::promise<void> is_held_, released_;
};

class BrokenLog final : public Log {
 public:
  void info(std::string_view, Fields) override { throw std::bad_alloc(); }
  void warn(std::string_view, Fields) override { throw std::bad_alloc(); }
  void error(std::string_view, Fields) override { throw std::bad_alloc(); }
};

ServerOptions logging_to(const fs::path& file) {
  ServerOptions options = ServedSite::defaults();
  options.access_log.file = file.string();
  return options;
}

}  // namespace

TEST_CASE("Every answer is a line, in order, refusals included", "[server][access_log]") {
  TempDir folder;
  const auto file = folder.path() / "access.log";
  {
    ServerOptions options = logging_to(file);
    options.trusted_proxies = {"127.0.0.1"};
    ServedSite site(options);
    RawClient client = site.connect();
    const RawResponse full = client.ask(get("/rss.xml?utm=x", "User-Agent: a\"b\r\n"));
    client.ask(get("/rss.xml", "Referer: https://r.example/\r\nIf-None-Match: " +
                                   full.field("etag") + "\r\nX-Forwarded-For: 203.0.113.7\r\n"));
    client.ask("HEAD /rss.xml HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false);
    client.ask(get("/nothing"));
    client.ask("GET /\nforged HTTP/1.1\r\n\r\n");
  }
  std::string text = text_of(file);
  const std::string time = " - - [23/Nov/2026:09:05:09 +0000] ";
  const std::string want =
      "127.0.0.1" + time + "\"GET /rss.xml?utm=x HTTP/1.1\" 200 3011 \"-\" \"a\\x22b\"\n" +
      "203.0.113.7" + time + "\"GET /rss.xml HTTP/1.1\" 304 0 \"https://r.example/\" \"-\"\n" +
      "127.0.0.1" + time + "\"HEAD /rss.xml HTTP/1.0\" 200 0 \"-\" \"-\"\n" + "127.0.0.1" + time +
      "\"GET /nothing HTTP/1.1\" 404 34 \"-\" \"-\"\n" + "127.0.0.1" + time +
      "\"-\" 400 41 \"-\" \"-\"\n";
  CHECK(text == want);
}

TEST_CASE("After a rotation lines go to the new file, and none is lost",
          "[server][access_log][threads]") {
  TempDir folder;
  const auto file = folder.path() / "access.log";
  {
    ServerOptions options = logging_to(file);
    options.threads = 2;
    ServedSite site(options);
    for (int i = 0; i < 10; ++i) CHECK(site.connect().ask(get("/rss.xml")).status == 200);
    fs::rename(file, folder.path() / "access.log.1");
    CHECK(site.server->reopen().has_value());
    CHECK(fs::exists(file));
    for (int i = 0; i < 10; ++i) CHECK(site.connect().ask(get("/atom.xml")).status == 200);
  }
  const std::string old = text_of(folder.path() / "access.log.1"), fresh = text_of(file);
  const std::string all = old + fresh;
  CHECK(std::count(all.begin(), all.end(), '\n') == 20);
  CHECK(old.find("/atom.xml") == old.npos);
}

TEST_CASE("A log that cannot be opened again goes on with the file it has",
          "[server][access_log]") {
  TempDir folder;
  const auto inner = folder.path() / "logs", file = inner / "access.log";
  fs::create_directory(inner);
  {
    ServedSite site(logging_to(file));
    fs::rename(inner, folder.path() / "moved");
    const auto reopened = site.server->reopen();
    REQUIRE_FALSE(reopened.has_value());
    CHECK(reopened.error().detail ==
          "cannot open the access log " + file.string() + ": No such file or directory");
    CHECK(site.connect().ask(get("/rss.xml")).status == 200);
  }
  CHECK(text_of(folder.path() / "moved" / "access.log").find("/rss.xml") != std::string::npos);
}

TEST_CASE("A log that cannot be written fails the start", "[server][access_log]") {
  TempDir folder;
  MemorySnapshots snapshots;
  FakeClock clock;
  CollectingLog log;
  SECTION("a folder") {
    const auto options = logging_to(folder.path());
    CHECK(start_server(options, snapshots, clock, log).error().code == Errc::unavailable);
  }
  SECTION("a FIFO that nobody reads") {
    const auto fifo = folder.path() / "fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(start_server(logging_to(fifo), snapshots, clock, log).error().code == Errc::unavailable);
  }
}

TEST_CASE("On a full disk readers are served, lines are counted, and it is said once",
          "[server][access_log]") {
  CollectedLog log;
  auto access_log = AccessLog::open(to("/dev/full"), log).value();
  for (int i = 0; i < 3; ++i) {
    AccessLog::Lines lines(*access_log);
    lines.append(asking_for("/rss.xml"));
    lines.append(asking_for("/rss.xml"));
  }
  log.await("cannot be written");
  access_log->reopen().value();  // is taken in turn behind the lines
  ServedSite site(logging_to("/dev/full"));
  CHECK(site.connect().ask(get("/rss.xml")).status == 200);
  access_log.reset();
  CHECK(log.lines() == std::vector<std::string>{"warn the access log cannot be written "
                                                "file=/dev/full why=No space left on device"});
}

TEST_CASE("A FIFO whose reader goes away costs lines and nothing else", "[server][access_log]") {
  TempDir folder;
  const auto fifo = folder.path() / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  int reader = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  CollectedLog log;
  auto access_log = AccessLog::open(to(fifo), log).value();
  ::close(reader);
  {
    AccessLog::Lines lines(*access_log);
    lines.append(asking_for("/rss.xml"));
  }
  log.await("cannot be written file=" + fifo.string() + " why=Broken pipe");
  await_dropped(*access_log);
  reader = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
  {
    AccessLog::Lines lines(*access_log);
    lines.append(asking_for("/atom.xml"));
  }
  log.await("is written again");
  char bytes[200] = "";
  CHECK(::read(reader, bytes, sizeof bytes) > 0);
  CHECK(std::string(bytes).find("/atom.xml") != std::string::npos);
  ::close(reader);
  CHECK(access_log->lines_dropped() == 1);
}

TEST_CASE("A line that was cut off by a full disk spoils no other", "[server][access_log]") {
  TempDir folder;
  const auto file = folder.path() / "access.log";
  CollectedLog log;
  auto access_log = AccessLog::open(to(file), log).value();
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  rlimit low = old;
  low.rlim_cur = 60'010;  // within a line
  ::setrlimit(RLIMIT_FSIZE, &low);
  {
    AccessLog::Lines lines(*access_log);
    for (int i = 0; i < 1000; ++i) lines.append(asking_for("/rss.xml"));
  }
  log.await("cannot be written");
  await_dropped(*access_log);
  ::setrlimit(RLIMIT_FSIZE, &old);
  {
    AccessLog::Lines lines(*access_log);
    lines.append(asking_for("/atom.xml"));
  }
  log.await("is written again");
  access_log.reset();
  std::ifstream in(file);
  std::string line, last;
  int cut = 0;
  while (std::getline(in, line)) {
    cut += !line.ends_with("\"-\" \"-\"");
    last = line;
  }
  CHECK(cut == 1);
  CHECK(last.starts_with("203.0.113.7 - - "));
  CHECK(last.find("\"GET /atom.xml HTTP/1.1\"") != last.npos);
}

TEST_CASE("Lines that wait take the memory of their bytes, and all go when a write has failed",
          "[server][access_log][threads]") {
  HoldingLog log;
  auto access_log = AccessLog::open(to("/dev/full"), log).value();
  hand_over_one(*access_log);
  log.await_held();  // the writer, with the first line
  {
    AccessLog::Lines lines(*access_log);
    for (int i = 0; i < 1000; ++i) {
      lines.append(asking_for("/rss.xml"));
      lines.hand_over();  // as once a second
    }
  }
  CHECK(access_log->bytes_queued() < 4 * AccessLog::handed_over_at);
  CHECK(access_log->lines_dropped() == 0);
  log.release();
  await_dropped(*access_log);
  CHECK(access_log->lines_dropped() == 1001);
  CHECK(access_log->bytes_queued() == 0);
}

TEST_CASE("No more waits than fits in the queue", "[server][access_log][threads]") {
  HoldingLog log;
  auto access_log = AccessLog::open(to("/dev/full"), log).value();
  hand_over_one(*access_log);
  log.await_held();
  const std::string target(60'000, 'x');  // two of them make no buffer
  while (access_log->lines_dropped() == 0) {
    AccessLog::Lines lines(*access_log);
    lines.append(asking_for(target));
  }
  CHECK(access_log->bytes_queued() <= AccessLog::max_queued);
  CHECK(access_log->bytes_queued() > AccessLog::max_queued - 3 * AccessLog::handed_over_at);
  log.release();
}

TEST_CASE("A log that throws costs the lines it was about, not the program",
          "[server][access_log]") {
  BrokenLog log;
  auto access_log = AccessLog::open(to("/dev/full"), log).value();
  hand_over_one(*access_log);
  await_dropped(*access_log);
  hand_over_one(*access_log);
  access_log->stop();
  CHECK(access_log->lines_dropped() == 2);
}

TEST_CASE("A FIFO whose reader is slow is waited for a second when stopping, not for all its lines",
          "[server][access_log][threads]") {
  TempDir folder;
  const auto fifo = folder.path() / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const int reader = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  CollectedLog log;
  auto access_log = AccessLog::open(to(fifo), log).value();
  // Takes a page a millisecond at the most, so eight mebibytes take it two seconds at the least.
  std::thread slow([reader] {
    char page[4096];
    while (::read(reader, page, sizeof page) != 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  });
  {
    AccessLog::Lines lines(*access_log);
    const std::string target(8192, 'x');
    for (int i = 0; i < 1024; ++i) lines.append(asking_for(target));
  }
  access_log->stop();
  slow.join();
  ::close(reader);
  CHECK(access_log->lines_dropped() > 0);
  CHECK(access_log->lines_dropped() < 1024);
}
