// Whom the publisher knows, of every site: the main site's targets, and of each other site those
// that are for all sites; endpoints are each site's own (docs/sites.md). No I/O; one thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "known_targets.hpp"
#include "sosik/syndicate/sites.hpp"

namespace sosik {

class SiteTargets {
 public:
  using Sites = std::function<std::shared_ptr<const SiteDirectory>()>;
  SiteTargets(Site main, std::vector<Target> configured, std::string installation_key, Sites sites);

  void adopt(Site main, std::vector<Target> configured);
  // Their rows have changed or gone.
  void forget(const std::vector<SiteId>&);

  enum class Whereabouts { served, not_served, unknown };  // not_served: its row cannot be used
  Whereabouts whereabouts(SiteId) const;
  // nullptr unless it is served. Holds until the next call of one that is not const.
  KnownTargets* of(SiteId);
  KnownTargets& main() { return *main_; }
  // The names of those whose requests go to that host, of all sites that are known.
  std::vector<std::string> names_at(const std::string& host);
  // All sites there are, in order, the main one first: to look after them in turn.
  std::vector<SiteId> all() const;

 private:
  std::shared_ptr<const SiteDirectory> directory() const;

  const std::string key_;
  const Sites sites_;
  SyndicationPlan plan_;  // of the main site: only site and targets
  std::unique_ptr<KnownTargets> main_;
  std::map<SiteId, std::unique_ptr<KnownTargets>> others_;  // that something was claimed of
};

}  // namespace sosik
