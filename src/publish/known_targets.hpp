// Whom the publisher knows: the targets of the configuration, and the endpoints of the store with
// the secrets that belong to them. No I/O; one thread. What is found stays as it is for whoever
// holds it.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/model/site.hpp"
#include "sosik/model/target.hpp"

namespace sosik {

class KnownTargets {
 public:
  // `installation_key`: what the endpoints' secrets are derived from.
  KnownTargets(Site site, std::vector<Target> configured, std::string installation_key);

  void adopt(Site site, std::vector<Target> configured);
  // `version` is the store's (Ledger::targets_version) when `endpoints` were read.
  void set_endpoints(std::vector<Endpoint> endpoints, std::int64_t version);
  std::optional<std::int64_t> version() const { return version_; }

  // Null when nobody has that name. An endpoint's secret before signs too until its time is over.
  std::shared_ptr<const Target> find(const std::string& name, Timestamp now);
  std::shared_ptr<const Site> site() const { return site_; }
  // The names of those whose requests go to that host (host_of).
  const std::vector<std::string>& names_at(const std::string& host);

 private:
  struct KnownEndpoint {
    Endpoint endpoint;
    std::shared_ptr<const Target> target;  // made when it is first asked for
    bool has_previous = false;
  };
  std::shared_ptr<const Target> make_target(const Endpoint&, bool with_previous) const;

  const std::string key_;
  std::shared_ptr<const Site> site_;
  std::unordered_map<std::string, std::shared_ptr<const Target>> configured_;
  std::unordered_map<std::string, KnownEndpoint> endpoints_;
  std::optional<std::int64_t> version_;
  // Made when it is first asked for: mostly no host is too slow.
  std::optional<std::unordered_map<std::string, std::vector<std::string>>> by_host_;
};

// Where the target's requests go, with the port: services of one machine fail one by one. The name
// of the target where its URL does not say: its requests go wherever the topic is.
std::string host_of(const Target&);

}  // namespace sosik
