// All that runs while `sosik serve` does, wired: what each part is given of the configuration and
// of the others. Built in the order of the members, ended in reverse. Of the main thread.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config.hpp"
#include "descriptors.hpp"
#include "metrics.hpp"
#include "site_plans.hpp"
#include "sosik/admin/admin_server.hpp"
#include "sosik/publish/publisher.hpp"
#include "sosik/server/server.hpp"
#include "sosik/snapshot/snapshot.hpp"
#include "sosik/store/store.hpp"
#include "step_runner.hpp"
#include "store_clock.hpp"

namespace sosik {

class Serving {
 public:
  // `log` must outlive this.
  Serving(Config config, Log& log);
  Serving(const Serving&) = delete;

  // Everything, until readers are served. Fails with what to tell the operator; then this is good
  // for nothing but to be destroyed.
  Result<void> start();
  // What SIGHUP asks for: the certificate and the access log opened again;
  void reopen_files();
  // and the configuration taken over, as far as it can be while running. The log has the problems.
  void take_over(const LoadedConfig&);
  // Server and publisher drain, both at the same time; the rest ends with this object.
  void stop();

  const Config& config() const { return config_; }
  std::vector<ListenOn> listening() const;  // none: readers are others' business
  unsigned short admin_port() const { return admin_->port(); }

 private:
  Result<void> share_out_descriptors();
  Result<void> start_step();
  Result<void> put_own_key_in_force();
  Result<void> read_key();
  void build_snapshots();
  void build_publisher();
  Result<void> start_reading();
  Result<void> start_admin();

  SyndicationPlan own_plan(const Config&) const;
  StepRunner::OpenStore store_opener() const;
  StepRunner::Listener listener();
  void tell(const News& news);
  void tell_all();
  void tell_of_plan(const SyndicationPlan&);
  void tell_of_sites(std::shared_ptr<const SiteDirectory>, const std::vector<SiteId>& changed);
  void set_clock(Store& store);
  bool adopt(const Config& wanted);
  ApiContext api_context();
  std::string trouble();
  std::string metrics();

  const Config config_;
  Log& log_;
  const SystemClock machine_clock_;
  StoreClock clock_{machine_clock_};
  DescriptorShares shares_;
  SitePlans plans_;
  std::string key_;  // installation_key.hpp
  // Before the step runs nobody has asked for anything, so its first news have nobody to reach.
  std::mutex reached_;  // guards the next four pointers while they are being set
  std::shared_ptr<Snapshots> snapshots_;
  std::unique_ptr<Publisher> publisher_;
  AdminServer* listener_ = nullptr;
  Server* reached_server_ = nullptr;
  StepTotals totals_;
  std::unique_ptr<StepRunner> step_;
  std::unique_ptr<Server> server_;  // nullptr: not this node's role
  std::unique_ptr<Store> probed_;   // of the operator's questions
  std::unique_ptr<AdminServer> admin_;
};

}  // namespace sosik
