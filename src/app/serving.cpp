#include "serving.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "installation_key.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/base/network.hpp"
#include "sosik/snapshot/builder.hpp"
#include "sosik/syndicate/plan_json.hpp"

namespace sosik {
namespace {

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

// Of those whose fetches can be told from others'.
std::vector<Party> parties_of(const std::vector<Target>& targets) {
  std::vector<Party> parties;
  for (const auto& target : targets)
    if (!target.agents.empty() || !target.networks.empty())
      parties.push_back({target.name, target.agents, target.networks});
  return parties;
}

ServerChanges changes_of(const SyndicationPlan& plan) {
  auto address = address_of(plan.site);
  return {std::move(address.origin), std::move(address.path), plan.indexnow_key,
          parties_of(plan.targets)};
}

// Where the server finds other sites, and what it needs to know of them; nullptr: there are none.
std::shared_ptr<const OtherSites> other_sites(const SiteDirectory& sites,
                                              const SyndicationPlan& main) {
  if (sites.all().empty()) return nullptr;
  auto others = std::make_shared<OtherSites>();
  others->by_host.reserve(sites.all().size());
  for (const auto& known : sites.all()) {
    if (sites.find_host(known->row.host) != known.get()) continue;
    OtherSites::Place place;
    if (known->is_served()) {
      auto address = address_of(known->site);
      place = {known->row.id, std::move(address.origin), std::move(address.path)};
    }
    others->by_host.emplace(known->row.host, std::move(place));
  }
  const auto shared = plan_of(main, Site()).targets;
  others->parties = parties_of(shared);
  for (const auto& target : shared)
    if (target.kind == TargetKind::indexnow && !target.secrets.empty())
      others->indexnow_key = target.secrets.front();
  return others;
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

// Secrets of endpoints come of the key, and receivers refuse what another one has signed. `right`
// is the plan in force that was found to have ours.
Result<void> check_key_in_force(Store& store, const SyndicationPlan& own, std::string& right) {
  auto text = store.read_plan(main_site);
  if (!text) return text.error();
  if (*text == right) return {};
  if (auto checked = check_key(*text, own); !checked) return checked;
  right = *std::move(text);
  return {};
}

bool is_loopback(const std::string& text) {
  const auto address = parse_address(text);
  return address && (parse_network("127.0.0.0/8")->contains(*address) ||
                     parse_network("::1")->contains(*address));
}

}  // namespace

Serving::Serving(Config config, Log& log)
    : config_(std::move(config)), log_(log), plans_(config_.plan) {}

Result<void> Serving::start() {
  if (auto shared = share_out_descriptors(); !shared) return shared;
  // What is beside a file is made only once that file is there; in a database the other nodes' key
  // must be this one's before it steps.
  const bool has_nodes = is_on_server(config_.store_url);
  if (has_nodes)
    if (auto read = read_key(); !read) return read;
  if (auto stepping = start_step(); !stepping) return stepping;
  if (!has_nodes)
    if (auto read = read_key(); !read) return read;
  build_snapshots();
  build_publisher();
  if (auto reading = start_reading(); !reading) return reading;
  if (auto admin = start_admin(); !admin) return admin;
  publisher_->start();
  return {};
}

void Serving::stop() {
  {
    std::lock_guard lock(reached_);
    listener_ = nullptr;  // both end before the step does
    reached_server_ = nullptr;
  }
  std::thread publisher_ends([this] { publisher_->stop(); });
  if (server_) server_->stop();
  publisher_ends.join();
}

Result<void> Serving::share_out_descriptors() {
  const auto wanted = config_.server.max_connections;
  const auto limit = raise_descriptor_limit(descriptors_wanted(wanted));
  const auto shares = share_descriptors(limit, wanted);
  if (!shares) return Error{shares.error().code, "cannot start: " + shares.error().detail};
  shares_ = *shares;
  if (shares_.max_connections < wanted)
    log_.warn("fewer descriptors than server.max_connections asks for",
              {{"descriptors", std::to_string(limit)},
               {"connections", std::to_string(shares_.max_connections)}});
  return {};
}

// A node that leads is in the way. One that runs and does not, or hangs, is a stranger from now on:
// it says so, and claims nothing (build_publisher()).
Result<void> Serving::put_own_key_in_force() {
  if (!config_.roles.notify)
    return invalid("--new-key: this node never puts anything in force; give it the role notify");
  const auto store = open_store(config_.store_url);
  if (!store) return store.error();
  const auto leads = (*store)->lead();
  if (!leads) return leads.error();
  if (!*leads) return invalid("--new-key: another node runs; stop all nodes first");
  if (auto replaced = replace_key(**store, own_plan(config_)); !replaced) return replaced;
  return (*store)->resign();  // or the session, which ends some time later, would be in our own way
}

Result<void> Serving::start_step() {
  // Whoever opens it later finds it there, or it has been taken away.
  const auto create =
      [first = StepRunner::OpenStore([url = config_.store_url] { return open_store(url); }),
       later = store_opener()]() mutable { return std::exchange(first, later)(); };
  if (config_.replaces_key) {
    if (auto replaced = put_own_key_in_force(); !replaced)
      return Error{replaced.error().code, "cannot start: " + replaced.error().detail};
  }
  auto step =
      StepRunner::start(create, own_plan(config_), config_.roles.notify, clock_, log_, listener());
  if (!step) return Error{step.error().code, "cannot start: " + step.error().detail};
  step_ = *std::move(step);
  return {};
}

SyndicationPlan Serving::own_plan(const Config& config) const {
  SyndicationPlan plan = config.plan;
  if (!key_.empty() && is_on_server(config_.store_url))
    plan.key_mark = hex(hmac_sha256(key_, "nodes")).substr(0, 16);
  return plan;
}

// For whoever comes after the step: by then a file that is not there has been moved, and
// an empty one in its place would be served as an empty feed.
StepRunner::OpenStore Serving::store_opener() const {
  return [url = config_.store_url] {
    StoreOptions existing;
    existing.create = false;
    return open_store(url, existing);
  };
}

Result<void> Serving::read_key() {
  auto key = installation_key(config_.key_file);
  if (!key) return Error{key.error().code, "cannot start: " + key.error().detail};
  key_ = *std::move(key);
  return {};
}

void Serving::build_snapshots() {
  SnapshotOptions options;
  options.plan = [this](SiteId site) { return plans_.of(site); };
  options.open_store = store_opener();
  options.refresh = [this](SiteId site, std::string_view key) { return step_->refresh(site, key); };
  options.budget = config_.rendered_budget;
  options.max_descriptors = shares_.body_files;
  options.heads = config_.heads;
  options.remember = [this](SiteId site, DocumentTag tag) {
    step_->remember(site, std::move(tag));
  };
  options.log = [this](std::string_view sentence, SiteId site, std::string_view key,
                       std::string_view reason) {
    log_.error(sentence, {{"site", std::to_string(site)}, {"feed", key}, {"reason", reason}});
  };
  auto made = make_snapshots(std::move(options));
  std::lock_guard lock(reached_);
  snapshots_ = std::move(made);
}

void Serving::build_publisher() {
  const std::lock_guard lock(reached_);
  PublisherOptions options;
  options.works_off = config_.roles.notify;
  options.site = plans_.main()->site;
  options.targets = config_.plan.targets;
  options.sites = [this] { return plans_.sites(); };
  options.installation_key = key_;
  if (auto own = own_plan(config_); !own.key_mark.empty())
    options.may_claim = [own = std::move(own), right = std::string()](Store& store) mutable {
      return check_key_in_force(store, own, right);
    };
  options.outbound = config_.outbound;
  options.outbound.own_listeners = listeners_of(config_);
  options.max_in_flight = config_.publish.max_in_flight;
  options.max_per_host = config_.publish.max_per_host;
  options.keep = config_.publish.kept;
  options.max_backlog = config_.publish.max_backlog;
  options.disable_after = config_.publish.disable_after;
  publisher_ = make_publisher(std::move(options), clock_, log_, store_opener());
}

Result<void> Serving::start_reading() {
  if (!config_.roles.serve) return {};
  const std::lock_guard lock(reached_);
  const auto main = plans_.main();
  auto address = address_of(main->site);
  ServerOptions options = config_.server;
  options.public_origin = std::move(address.origin);
  options.base_path = std::move(address.path);
  options.indexnow_key = main->indexnow_key;
  options.max_connections = shares_.max_connections;
  options.parties = parties_of(config_.plan.targets);
  options.others = other_sites(*plans_.sites(), *main);
  options.on_fetch = [this](const SeenFetch& fetch) { publisher_->saw_fetch(fetch); };
  auto server = start_server(options, *snapshots_, clock_, log_);
  if (!server) return server.error();
  server_ = *std::move(server);
  reached_server_ = server_.get();
  return {};
}

Result<void> Serving::start_admin() {
  StoreOptions options;
  options.create = false;
  options.busy_timeout = probe_patience;
  auto probed = open_store(config_.store_url, options);
  if (!probed) return probed.error();
  probed_ = *std::move(probed);
  auto admin = start_admin_server({config_.admin.address, config_.admin.port},
                                  {[this] { return trouble(); }, [this] { return metrics(); }},
                                  api_context(), log_);
  if (!admin) return admin.error();
  admin_ = *std::move(admin);
  {
    std::lock_guard lock(reached_);
    listener_ = admin_.get();
  }
  if (!is_loopback(config_.admin.address))
    log_.warn("admin.listen is no loopback address: tokens go in clear, unless TLS is before it",
              {{"address", config_.admin.address}});
  return {};
}

StepRunner::Listener Serving::listener() {
  return {
      .on_step = [this](const StepReport& report) { totals_.add(report); },
      .on_plan = [this](const SyndicationPlan& plan) { tell_of_plan(plan); },
      .on_sites =
          [this](std::shared_ptr<const SiteDirectory> sites, const std::vector<SiteId>& changed) {
            tell_of_sites(std::move(sites), changed);
          },
      .on_news = [this](const News& news) { tell(news); },
      .on_gap = [this] { tell_all(); },
      .on_look = [this](Store& store) { set_clock(store); }};
}

// These five are called on the step's thread.
void Serving::tell(const News& news) {
  std::lock_guard lock(reached_);
  if (snapshots_) {
    snapshots_->changed(news.site, news.feeds, news.slugs);
    snapshots_->changed(news.site, news.pages, {});
  }
  if (publisher_ && news.deliveries > 0) publisher_->wake();
  if (listener_) listener_->wake();
}

void Serving::tell_all() {
  std::lock_guard lock(reached_);
  if (snapshots_) snapshots_->reset();
  if (publisher_) publisher_->wake();
  if (listener_) listener_->wake();
}

// Before the step owes something to new targets: what is owed to one that the publisher does not
// know is cancelled. Those that are gone go when the step has done with them (adopt()).
void Serving::tell_of_plan(const SyndicationPlan& plan) {
  const std::lock_guard lock(reached_);
  const auto before = plans_.main();
  plans_.set(plan);
  if (publisher_) publisher_->adopt(plan.site, with_those_before(plan.targets, before->targets));
  if (snapshots_) snapshots_->reset();
  if (!reached_server_) return;
  reached_server_->adopt(changes_of(plan));
  reached_server_->adopt(other_sites(*plans_.sites(), plan));
}

// The server last: whom it sends to a site finds the plan there, and nothing of the one before.
void Serving::tell_of_sites(std::shared_ptr<const SiteDirectory> sites,
                            const std::vector<SiteId>& changed) {
  plans_.set(std::move(sites), changed);
  std::lock_guard lock(reached_);
  if (snapshots_)
    for (const SiteId site : changed) snapshots_->reset(site);
  if (publisher_) publisher_->forget(changed);
  if (reached_server_) reached_server_->adopt(other_sites(*plans_.sites(), *plans_.main()));
}

void Serving::set_clock(Store& store) {
  constexpr std::chrono::milliseconds worth_a_word{1000};
  const auto asked = machine_clock_.now();
  const auto theirs = store.clock();
  if (!theirs || !*theirs) return;  // what is wrong with the store, the step will say
  const bool was_off = std::chrono::abs(clock_.ahead()) >= worth_a_word;
  clock_.set(**theirs, asked, machine_clock_.now());
  const bool is_off = std::chrono::abs(clock_.ahead()) >= worth_a_word;
  if (is_off && !was_off)
    log_.warn("this machine's clock differs from the store's, which is gone by",
              {{"store_ahead_ms", std::to_string(clock_.ahead().count())}});
}

std::vector<ListenOn> Serving::listening() const {
  return server_ ? server_->listening() : std::vector<ListenOn>();
}

void Serving::reopen_files() {
  if (!server_) return;
  if (auto reopened = server_->reopen(); !reopened)
    log_.error("certificate or access log not opened again", {{"why", reopened.error().detail}});
}

void Serving::take_over(const LoadedConfig& loaded) {
  for (const auto& problem : loaded.problems)
    log_.error("configuration not taken over", {{"problem", problem}});
  if (!loaded.problems.empty() || !adopt(loaded.config)) return;
  for (const auto& key : keys_that_need_a_restart(config_, loaded.config))
    log_.warn("a changed key needs a restart", {{"key", key}});
  log_.info("configuration reread", {{"file", loaded.config.file.string()}});
}

// False when all is as it was.
bool Serving::adopt(const Config& wanted) {
  const auto adopted = step_->adopt(own_plan(wanted));
  if (!adopted) log_.error("configuration not taken over", {{"problem", adopted.error().detail}});
  const std::lock_guard lock(reached_);
  const auto in_force = plans_.main();
  publisher_->adopt(in_force->site, in_force->targets);  // without those that are gone
  return adopted.has_value();
}

}  // namespace sosik
