// `sosik serve`: builds every part in dependency order and ends them in reverse.
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <mutex>
#include <thread>

#include "../descriptors.hpp"
#include "../installation_key.hpp"
#include "../logging.hpp"
#include "../metrics.hpp"
#include "../step_runner.hpp"
#include "command.hpp"
#include "sosik/admin/admin_server.hpp"
#include "sosik/base/network.hpp"
#include "sosik/publish/custom_header.hpp"
#include "sosik/publish/publisher.hpp"
#include "sosik/publish/webhook_secret.hpp"
#include "sosik/snapshot/builder.hpp"
#include "sosik/store/ledger.hpp"
#include "sosik/syndicate/recover.hpp"

namespace sosik {
namespace {

// The plan in force: replaced on SIGHUP, read by whoever renders.
class CurrentPlan {
 public:
  explicit CurrentPlan(SyndicationPlan plan) { set(std::move(plan)); }
  void set(SyndicationPlan plan) {
    auto next = std::make_shared<const SyndicationPlan>(std::move(plan));
    std::lock_guard lock(mutex_);
    plan_ = std::move(next);
  }
  std::shared_ptr<const SyndicationPlan> get() const {
    std::lock_guard lock(mutex_);
    return plan_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const SyndicationPlan> plan_;
};

// SIGTERM, SIGINT and SIGHUP are blocked before any thread starts, and taken here alone.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is a full disk, not an end
  return set;
}

// Of those whose fetches can be told from others'.
std::vector<Party> parties_of(const SyndicationPlan& plan) {
  std::vector<Party> parties;
  for (const auto& target : plan.targets)
    if (!target.agents.empty() || !target.networks.empty())
      parties.push_back({target.name, target.agents, target.networks});
  return parties;
}

// The new ones, and those that are no longer named.
std::vector<Target> with_those_before(std::vector<Target> targets,
                                      const std::vector<Target>& before) {
  const auto count = targets.size();
  for (const auto& old : before)
    if (std::none_of(targets.begin(), targets.begin() + static_cast<std::ptrdiff_t>(count),
                     [&](const Target& target) { return target.name == old.name; }))
      targets.push_back(old);
  return targets;
}

// How long /readyz waits for a lock: who probes gives up after a second, most of them.
constexpr std::chrono::milliseconds probe_patience{500};

// The limit of a login shell (1,024) is raised to `wanted`, or as far as the system permits. The
// limit there is then.
std::size_t raise_descriptor_limit(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  if (limit.rlim_cur < wanted) {
    limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) getrlimit(RLIMIT_NOFILE, &limit);
  }
  return limit.rlim_cur;
}

bool is_loopback(const std::string& text) {
  const auto address = parse_address(text);
  return address && (parse_network("127.0.0.0/8")->contains(*address) ||
                     parse_network("::1")->contains(*address));
}

std::string shown(const ListenOn& listen) {
  if (!listen.unix_path.empty()) return "unix:" + listen.unix_path;
  const bool is_ipv6 = listen.address.find(':') != std::string::npos;
  return (listen.uses_tls ? "tls:" : "") + (is_ipv6 ? '[' + listen.address + ']' : listen.address) +
         ':' + std::to_string(listen.port);
}

// Where nothing of ours may be made to call (N-186). A port that the system chooses is not known
// yet.
std::vector<std::string> listeners_of(const Config& config) {
  std::vector<std::string> listeners;
  const auto add = [&](std::string address, unsigned short port) {
    if (address.find(':') != std::string::npos) address = '[' + address + ']';
    if (port != 0) listeners.push_back(address + ':' + std::to_string(port));
  };
  for (const auto& listen : config.server.listen)
    if (listen.unix_path.empty()) add(listen.address, listen.port);
  add(config.admin.address, config.admin.port);
  return listeners;
}

void print_urls(const Config& config, const std::vector<ListenOn>& listening,
                unsigned short admin_port) {
  const auto& url = config.plan.site.public_url;
  std::string where;
  for (const auto& listen : listening) where += (where.empty() ? "" : ", ") + shown(listen);
  print_line("Sosik serves \"" + config.plan.site.title + "\" on " + where);
  print_line("  the blog   " + url + "/");
  print_line("  RSS        " + url + "/rss.xml");
  print_line("  Atom       " + url + "/atom.xml");
  print_line("  JSON Feed  " + url + "/feed.json");
  print_line("  operator   http://" + config.admin.address + ':' + std::to_string(admin_port) +
             "/readyz");
  std::fflush(stdout);
}

}  // namespace

int serve(const CommandLine& line) {
  const auto signals = block_signals();
  auto config = load_or_complain(line);
  if (!config) return exit_failed;
  const SystemClock clock;
  const auto log = make_log(config->log_level);
  ServerOptions server_options = config->server;
  const auto limit = raise_descriptor_limit(descriptors_wanted(server_options.max_connections));
  const auto shares = share_descriptors(limit, server_options.max_connections);
  if (!shares) return fail("cannot start: " + shares.error().detail);
  if (shares->max_connections < server_options.max_connections)
    log->warn("fewer descriptors than server.max_connections asks for",
              {{"descriptors", std::to_string(limit)},
               {"connections", std::to_string(shares->max_connections)}});
  server_options.max_connections = shares->max_connections;
  const auto create = [url = config->store_url] { return open_store(url); };
  // After the start a file that is not there has been moved: an empty one in its place would be
  // served as an empty feed.
  const auto open = [url = config->store_url] {
    StoreOptions existing;
    existing.create = false;
    return open_store(url, existing);
  };
  CurrentPlan plan(config->plan);

  // Before the step runs nobody has asked for anything, so its first reports have nobody to reach.
  std::shared_ptr<Snapshots> snapshots;
  std::unique_ptr<Publisher> publisher;
  AdminServer* listener = nullptr;
  std::mutex reached;  // guards the three pointers above while they are being set
  StepTotals totals;
  const auto on_report = [&](const StepReport& report) {
    totals.add(report);
    std::lock_guard lock(reached);
    if (snapshots && report.others_stepped) snapshots->reset();
    if (snapshots) {
      snapshots->changed(report.changed_feeds, report.changed_slugs);
      snapshots->changed(report.changed_pages, {});
    }
    if (publisher && (report.deliveries > 0 || report.others_stepped)) publisher->wake();
    if (listener) listener->wake();
  };
  auto step = StepRunner::start(create, config->plan, clock, *log, on_report);
  if (!step) return fail("cannot start: " + step.error().detail);
  const auto our_key = installation_key(config->key_file);
  if (!our_key) return fail("cannot start: " + our_key.error().detail);

  SnapshotOptions snapshot_options;
  snapshot_options.plan = [&plan] { return plan.get(); };
  snapshot_options.open_store = open;
  snapshot_options.refresh = [&step](std::string_view key) { return (*step)->refresh(key); };
  snapshot_options.budget = config->rendered_budget;
  snapshot_options.max_descriptors = shares->body_files;
  snapshot_options.heads = config->heads;
  snapshot_options.remember = [&step](DocumentTag tag) { (*step)->remember(std::move(tag)); };
  snapshot_options.log = [&log](std::string_view sentence, std::string_view key,
                                std::string_view reason) {
    log->error(sentence, {{"feed", key}, {"reason", reason}});
  };
  PublisherOptions publisher_options;
  publisher_options.site = config->plan.site;
  publisher_options.targets = config->plan.targets;
  publisher_options.installation_key = *our_key;
  publisher_options.outbound = config->outbound;
  publisher_options.outbound.own_listeners = listeners_of(*config);
  publisher_options.max_in_flight = config->publish.max_in_flight;
  publisher_options.max_per_host = config->publish.max_per_host;
  publisher_options.keep = config->publish.kept;
  publisher_options.max_backlog = config->publish.max_backlog;
  publisher_options.disable_after = config->publish.disable_after;
  {
    auto made = make_snapshots(std::move(snapshot_options));
    auto teller = make_publisher(std::move(publisher_options), clock, *log, open);
    std::lock_guard lock(reached);
    snapshots = std::move(made);
    publisher = std::move(teller);
  }

  server_options.parties = parties_of(config->plan);
  server_options.on_fetch = [&publisher](const SeenFetch& fetch) { publisher->saw_fetch(fetch); };
  auto server = start_server(server_options, *snapshots, clock, *log);
  if (!server) return fail(server.error().detail);
  StoreOptions probed;
  probed.create = false;
  probed.busy_timeout = probe_patience;
  auto ready_store = open_store(config->store_url, probed);
  if (!ready_store) return fail(ready_store.error().detail);
  const auto trouble = [&]() -> std::string {
    if (auto reason = (*step)->trouble(); !reason.empty()) return "step: " + reason;
    if (auto checked = (*ready_store)->check(); !checked) return "store: " + checked.error().detail;
    const auto queues = (*ready_store)->ledger().queue_depths(config->plan.site.id, clock.now());
    if (!queues) return "store: " + queues.error().detail;
    const auto overdue = longest_overdue(*queues, clock.now());
    if (overdue < config->publish.alarm_after) return {};
    return "deliveries: one has been due for " +
           std::to_string(std::chrono::floor<std::chrono::minutes>(overdue).count()) +
           " minutes; `sosik deliveries --state pending` shows which";
  };
  const auto metrics = [&] {
    MetricsSources sources;
    sources.server = (*server)->counters();
    sources.open_connections = (*server)->open_connections();
    sources.max_connections = shares->max_connections;
    sources.certificate_expires_at = (*server)->certificate_expires_at();
    sources.snapshots = snapshots->statistics();
    sources.is_ready = trouble().empty();
    sources.now = clock.now();
    auto& ledger = (*ready_store)->ledger();
    if (auto queues = ledger.queue_depths(config->plan.site.id, sources.now))
      sources.queues = *std::move(queues);
    if (const auto states = ledger.target_states(config->plan.site.id))
      sources.disabled_targets = static_cast<std::size_t>(std::ranges::count_if(
          *states, [](const TargetState& state) { return state.disabled_at.has_value(); }));
    sources.attempts = publisher->attempt_counts();
    return metrics_text(sources, totals);
  };
  ApiContext api;
  api.open_store = open;
  api.site = [&plan] { return plan.get()->site; };
  api.clock = &clock;
  api.image_base = config->image_base;
  api.hook_key = config->api.hook_key;
  api.allows_http = config->api.allows_http;
  api.allowed_ports = config->outbound.allowed_ports;
  api.endpoint_secret = [key = *our_key](const Endpoint& endpoint) {
    return endpoint_secret(key, endpoint.site, endpoint.id, endpoint.generation);
  };
  api.check_header = check_webhook_header;
  api.recover = [&plan, &clock](Store& store, const Endpoint& endpoint, Timestamp since) {
    return recover_deliveries(store, *plan.get(), target_of(endpoint), since, clock.now());
  };
  api.posts_written = [&step] { (*step)->wake(); };
  api.deliveries_owed = [&publisher] { publisher->wake(); };
  auto admin = start_admin_server({config->admin.address, config->admin.port}, {trouble, metrics},
                                  std::move(api), *log);
  if (!admin) return fail(admin.error().detail);
  {
    std::lock_guard lock(reached);
    listener = admin->get();
  }
  if (!is_loopback(config->admin.address))
    log->warn("admin.listen is no loopback address: tokens go in clear, unless TLS is before it",
              {{"address", config->admin.address}});
  publisher->start();
  print_urls(*config, (*server)->listening(), (*admin)->port());

  while (true) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) {
      log->info("stopping", {{"signal", strsignal(signal)}});
      break;
    }
    // First, and whatever becomes of the rest: a log that is rotated and a certificate that was
    // renewed depend on nothing in the file.
    if (auto reopened = (*server)->reopen(); !reopened)
      log->error("certificate or access log not opened again", {{"why", reopened.error().detail}});
    auto loaded = load_config(line.config_file, line.overrides);
    if (!loaded.problems.empty()) {
      for (const auto& problem : loaded.problems)
        log->error("configuration not taken over", {{"problem", problem}});
      continue;
    }
    // Before the step: from then on it may owe something to the new targets, and what is owed to
    // one that the publisher does not know is cancelled. Afterwards those that are gone go.
    const auto before = plan.get();
    publisher->adopt(loaded.config.plan.site,
                     with_those_before(loaded.config.plan.targets, before->targets));
    const auto adopted = (*step)->adopt(loaded.config.plan, [&](const SyndicationPlan& in_force) {
      plan.set(in_force);
      snapshots->reset();
    });
    if (!adopted) {
      log->error("configuration not taken over", {{"problem", adopted.error().detail}});
      publisher->adopt(before->site, before->targets);
      continue;
    }
    (*server)->adopt({loaded.config.server.public_origin, loaded.config.server.base_path,
                      loaded.config.server.indexnow_key, parties_of(loaded.config.plan)});
    publisher->adopt(loaded.config.plan.site, loaded.config.plan.targets);
    for (const auto& key : keys_that_need_a_restart(*config, loaded.config))
      log->warn("a changed key needs a restart", {{"key", key}});
    log->info("configuration reread", {{"file", line.config_file}});
  }
  {
    std::lock_guard lock(reached);
    listener = nullptr;  // it ends before the step does
  }
  std::thread publisher_ends([&] { publisher->stop(); });  // both drain at the same time
  (*server)->stop();
  publisher_ends.join();
  return exit_ok;
}

}  // namespace sosik
