// A server on loopback with a few documents, and what is asked of it in many tests.
#pragma once
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "fake_clock.hpp"
#include "memory_snapshots.hpp"
#include "raw_client.hpp"
#include "sosik/server/server.hpp"

namespace sosik {

class CollectingLog final : public Log {
 public:
  void info(std::string_view sentence, Fields) override { add(sentence); }
  void warn(std::string_view sentence, Fields) override { add(sentence); }
  void error(std::string_view sentence, Fields) override { add(sentence); }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  void add(std::string_view sentence) {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(sentence);
  }
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

struct ServedSite {
  MemorySnapshots snapshots;
  FakeClock clock;
  CollectingLog log;
  std::unique_ptr<Server> server;

  // One thread, so that every connection meets every other; ticks of 20 ms, so that a timeout is
  // soon over.
  static ServerOptions defaults() {
    ServerOptions options;
    options.listen[0].port = 0;
    options.threads = 1;
    options.public_origin = "https://blog.example";
    options.sweep_interval = std::chrono::milliseconds(20);
    return options;
  }
  explicit ServedSite(ServerOptions options = defaults()) {
    MemoryDocument rss;
    rss.identity = "<rss>" + std::string(3000, 'a') + "</rss>";
    rss.gzip = "not really gzip, but shorter";
    rss.location = "https://blog.example/rss.xml";
    snapshots.put("main", Format::rss, rss);
    MemoryDocument atom = rss;
    atom.identity = "<feed>" + std::string(2000, 'b') + "</feed>";
    atom.location = "https://blog.example/atom.xml";
    atom.media_type = "application/atom+xml; charset=utf-8";
    snapshots.put("main", Format::atom, atom);
    MemoryDocument page;
    page.identity = "<!doctype html><title>모든 글</title>";
    page.media_type = "text/html; charset=utf-8";
    page.location = "https://blog.example/";
    snapshots.put("", Format::html, page);
    MemoryDocument post = page;
    post.identity = "<!doctype html><title>첫 온콜</title>";
    post.location.clear();
    post.changed_at = never;
    snapshots.put("posts/첫-온콜", Format::html, post);
    snapshots.put("tag/한글", Format::rss, rss);
    MemoryDocument large = rss;
    large.identity.assign(3'000'000, 'L');
    large.gzip.assign(1'000'000, 'g');
    snapshots.put("large", Format::rss, large);
    server = start_server(options, snapshots, clock, log).value();
  }
  RawClient connect() const { return RawClient(server->port()); }
  // As the reader at `address`, through a proxy that has to be trusted (defaults() trusts none).
  RawResponse ask_as(const std::string& address, const std::string& target,
                     const std::string& fields = "") const {
    return connect().ask("GET " + target + " HTTP/1.1\r\nHost: blog.example\r\nX-Forwarded-For: " +
                         address + "\r\n" + fields + "\r\n");
  }
};

inline std::string get(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: blog.example\r\n" + fields + "\r\n";
}

}  // namespace sosik
