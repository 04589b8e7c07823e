#include "sosik/server/server.hpp"

#include <algorithm>
#include <mutex>
#include <thread>

#include "listen.hpp"
#include "worker.hpp"

namespace sosik {

namespace {

class HttpServer final : public Server {
 public:
  HttpServer(ServerOptions options, Snapshots& snapshots, const Clock& clock, Log& log,
             const Listeners& listeners)
      : options_(std::move(options)),
        port_(listeners.port),
        pool_(blocking_threads()),
        shared_{options_, snapshots, clock, log, pool_} {
    for (int socket : listeners.sockets)
      workers_.push_back(std::make_unique<Worker>(shared_, socket));
    for (auto& worker : workers_) threads_.emplace_back([&worker] { worker->run(); });
  }
  ~HttpServer() override { stop(); }

  unsigned short port() const override { return port_; }

  void stop() override {
    const std::lock_guard lock(stopping_);
    if (threads_.empty()) return;
    for (auto& worker : workers_) worker->stop();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    pool_.join();
  }

  void adopt(ServerChanges changes) override {
    for (auto& worker : workers_) worker->adopt(changes.public_origin, changes.base_path);
  }

  Result<void> reopen() override { return {}; }

  ServerCounters counters() const override {
    ServerCounters sum;
    for (const auto& worker : workers_) {
      const ServerCounters one = worker->counters();
      sum.connections += one.connections;
      sum.requests += one.requests;
      sum.not_modified += one.not_modified;
      sum.bytes += one.bytes;
    }
    return sum;
  }

  std::size_t open_connections() const override { return shared_.connections; }

 private:
  static std::size_t blocking_threads() {
    return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 2, 4);
  }

  const ServerOptions options_;
  const unsigned short port_;
  boost::asio::thread_pool pool_;
  Shared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::mutex stopping_;
  std::vector<std::thread> threads_;  // empty once stopped
};

}  // namespace

Result<std::unique_ptr<Server>> start_server(ServerOptions options, Snapshots& snapshots,
                                             const Clock& clock, Log& log) {
  if (options.threads <= 0)
    options.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  Result<Listeners> listeners =
      listen_on(options.listen[0].address, options.listen[0].port, static_cast<std::size_t>(options.threads));
  if (!listeners) return listeners.error();
  return std::make_unique<HttpServer>(std::move(options), snapshots, clock, log, *listeners);
}

}  // namespace sosik
