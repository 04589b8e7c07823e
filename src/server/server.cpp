#include "sosik/server/server.hpp"

#include <algorithm>
#include <csignal>
#include <mutex>
#include <thread>

#include "current_tls.hpp"
#include "listen.hpp"
#include "worker.hpp"

namespace sosik {

namespace {

class HttpServer final : public Server {
 public:
  HttpServer(ServerOptions options, Snapshots& snapshots, const Clock& clock, Log& log,
             TrustedProxies proxies, std::unique_ptr<AccessLog> access_log)
      : options_(std::move(options)),
        tls_(options_.tls_certificate_file, options_.tls_key_file),
        trusted_proxies_(std::move(proxies)),
        polls_(options_.polls),
        access_log_(std::move(access_log)),
        pool_(blocking_threads()),
        shared_{options_,         snapshots,         clock, log, pool_, polls_,
                trusted_proxies_, access_log_.get(), tls_} {}
  ~HttpServer() override { stop(); }

  Result<void> start() {
    if (auto loaded = tls_.reload(); !loaded) return loaded;
    const auto count = static_cast<std::size_t>(options_.threads);
    for (const ListenOn& listen : options_.listen) {
      auto listeners = listen_on(listen, count);
      if (!listeners) return listeners.error();
      listening_.push_back(listen);
      listening_.back().port = listeners->port;
      listeners_.push_back(std::move(*listeners));
    }
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<Listening> own;
      for (std::size_t l = 0; l < listeners_.size(); ++l)
        own.push_back({listeners_[l].release(i), listening_[l].uses_tls});
      workers_.push_back(std::make_unique<Worker>(shared_, own));
    }
    for (auto& worker : workers_) threads_.emplace_back([&worker] { worker->run(); });
    return {};
  }

  const std::vector<ListenOn>& listening() const override { return listening_; }

  void stop() override {
    const std::lock_guard lock(stopping_);
    if (threads_.empty()) return;
    for (auto& worker : workers_) worker->stop();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    pool_.join();
  }

  void adopt(ServerChanges changes) override {
    for (auto& worker : workers_) worker->adopt(changes);
  }

  void adopt(std::shared_ptr<const OtherSites> others) override {
    for (auto& worker : workers_) worker->adopt(others);
  }

  Result<void> reopen() override {
    auto opened = access_log_ ? access_log_->reopen() : Result<void>();
    auto loaded = tls_.reload();
    return opened ? loaded : opened;
  }

  ServerCounters counters() const override {
    ServerCounters sum;
    for (const auto& worker : workers_) worker->add_counters(sum);
    std::ranges::sort(sum.by_status, {}, &ServerCounters::Answers::status);
    sum.throttled_addresses = polls_.throttled_addresses();
    sum.throttled_aggregators = polls_.throttled_aggregators();
    if (access_log_) sum.log_lines_dropped = access_log_->lines_dropped();
    return sum;
  }

  std::size_t open_connections() const override { return shared_.connections; }
  std::optional<Timestamp> certificate_expires_at() const override { return tls_.expires_at(); }

 private:
  static std::size_t blocking_threads() {
    return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 2, 4);
  }

  const ServerOptions options_;
  std::vector<ListenOn> listening_;
  CurrentTls tls_;
  const TrustedProxies trusted_proxies_;
  PollBudget polls_;
  std::unique_ptr<AccessLog> access_log_;  // nullptr: none is kept
  boost::asio::thread_pool pool_;
  Shared shared_;
  std::vector<Listeners> listeners_;  // of Unix sockets the files, until the end
  std::vector<std::unique_ptr<Worker>> workers_;
  std::mutex stopping_;
  std::vector<std::thread> threads_;  // empty once stopped
};

}  // namespace

Result<std::unique_ptr<Server>> start_server(ServerOptions options, Snapshots& snapshots,
                                             const Clock& clock, Log& log) {
  std::signal(SIGPIPE, SIG_IGN);
  if (options.threads <= 0)
    options.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  auto proxies = TrustedProxies::parse(options.trusted_proxies);
  if (!proxies) return proxies.error();
  std::unique_ptr<AccessLog> access_log;
  if (!options.access_log.file.empty()) {
    auto opened = AccessLog::open(options.access_log, log);
    if (!opened) return opened.error();
    access_log = std::move(*opened);
  }
  auto server = std::make_unique<HttpServer>(std::move(options), snapshots, clock, log,
                                             std::move(*proxies), std::move(access_log));
  if (auto started = server->start(); !started) return started.error();
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace sosik
