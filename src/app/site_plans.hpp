// The plans in force: the main site's, replaced on SIGHUP, and those of other sites, made of it and
// of their rows when somebody asks (docs/sites.md). Read by whoever renders. Any thread.
#pragma once
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "sosik/syndicate/sites.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

class SitePlans {
 public:
  explicit SitePlans(SyndicationPlan main);
  void set(SyndicationPlan main);
  // `changed`: of which sites nothing holds any more.
  void set(std::shared_ptr<const SiteDirectory>, const std::vector<SiteId>& changed);

  std::shared_ptr<const SyndicationPlan> main() const;
  // nullptr: the site is not served.
  std::shared_ptr<const SyndicationPlan> of(SiteId) const;
  std::shared_ptr<const SiteDirectory> sites() const;

 private:
  mutable std::mutex mutex_;  // protects what follows
  std::shared_ptr<const SyndicationPlan> main_;
  std::shared_ptr<const SiteDirectory> sites_ = std::make_shared<const SiteDirectory>();
  mutable std::unordered_map<SiteId, std::shared_ptr<const SyndicationPlan>> made_;
};

}  // namespace sosik
