// The Server answers readers: one thread a core, each with its own io_context and SO_REUSEPORT
// acceptor; a connection lives on one thread for life. The hot path (a representation that is made)
// touches no database and no lock; making one goes to a small pool of blocking threads.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"
#include "sosik/net/log.hpp"
#include "sosik/snapshot/snapshot.hpp"

namespace sosik {

struct ServerOptions {
  std::string address = "127.0.0.1";
  unsigned short port = 8080;  // 0: any free one; Server::port() tells
  std::string base_path;       // path of public_url, "" or "/blog": every route is below it
  std::string public_origin;   // "https://blog.example": for Location headers
  int threads = 0;             // 0: one a core
  std::size_t max_connections = 10000;  // in all; the next one is closed at once
  std::size_t max_header_bytes = 16 * 1024, max_body_bytes = 64 * 1024;
  // How long a head may take from its first byte, a connection may say nothing, a write may make no
  // progress, and requests in progress may take once stop() was called.
  std::chrono::milliseconds header_timeout{10'000}, idle_timeout{75'000}, write_timeout{30'000};
  std::chrono::milliseconds drain_timeout{10'000};
  // A response is given up when it takes longer than write_timeout and its size at this rate, even
  // if each write makes progress. Bytes a second, not 0.
  std::size_t min_write_rate = 1024;
  std::chrono::milliseconds sweep_interval{1000};  // how often deadlines are looked at
};

struct ServerCounters {
  std::uint64_t connections = 0, requests = 0, not_modified = 0, bytes = 0;
};

class Server {
 public:
  virtual ~Server() = default;  // stop() and join
  virtual unsigned short port() const = 0;
  // Stops accepting, lets requests in progress end for drain_timeout, then closes; returns when all
  // threads ended.
  virtual void stop() = 0;
  // A new public_url, after SIGHUP. Any thread; holds for every request sent after it returned.
  virtual void adopt(std::string public_origin, std::string base_path) = 0;
  virtual ServerCounters counters() const = 0;
  virtual std::size_t open_connections() const = 0;
};

// Listens and serves until stop(). Fails with unavailable, naming address, port and the system's
// reason ("address already in use").
Result<std::unique_ptr<Server>> start_server(ServerOptions, Snapshots&, const Clock&, Log&);

}  // namespace sosik
