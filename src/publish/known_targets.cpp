#include "known_targets.hpp"

#include "sosik/base/url.hpp"
#include "sosik/publish/webhook_secret.hpp"

namespace sosik {

KnownTargets::KnownTargets(Site site, std::vector<Target> configured, std::string installation_key)
    : key_(std::move(installation_key)) {
  adopt(std::move(site), std::move(configured));
}

void KnownTargets::adopt(Site site, std::vector<Target> configured) {
  site_ = std::make_shared<const Site>(std::move(site));
  by_host_.reset();
  configured_.clear();
  for (auto& target : configured) {
    auto name = target.name;
    configured_.emplace(std::move(name), std::make_shared<const Target>(std::move(target)));
  }
}

void KnownTargets::set_endpoints(std::vector<Endpoint> endpoints, std::int64_t version) {
  by_host_.reset();
  endpoints_.clear();
  for (auto& endpoint : endpoints) {
    auto name = target_of(endpoint).name;
    endpoints_.emplace(std::move(name), KnownEndpoint{std::move(endpoint), nullptr, false});
  }
  version_ = version;
}

std::shared_ptr<const Target> KnownTargets::find(const std::string& name, Timestamp now) {
  if (const auto at = configured_.find(name); at != configured_.end()) return at->second;
  const auto at = endpoints_.find(name);
  if (at == endpoints_.end()) return nullptr;
  auto& known = at->second;
  const bool has_previous = known.endpoint.generation > 1 && known.endpoint.previous_until &&
                            *known.endpoint.previous_until > now;
  if (!known.target || known.has_previous != has_previous) {
    known.target = make_target(known.endpoint, has_previous);
    known.has_previous = has_previous;
  }
  return known.target;
}

const std::vector<std::string>& KnownTargets::names_at(const std::string& host) {
  if (!by_host_) {
    by_host_.emplace();
    for (const auto& [name, target] : configured_) (*by_host_)[host_of(*target)].push_back(name);
    for (const auto& [name, known] : endpoints_)
      (*by_host_)[host_of(target_of(known.endpoint))].push_back(name);
  }
  return (*by_host_)[host];
}

std::string host_of(const Target& target) {
  const auto url = parse_http_url(target.url);
  return url ? url->host + ":" + std::to_string(url->port) : target.name;
}

std::shared_ptr<const Target> KnownTargets::make_target(const Endpoint& endpoint,
                                                        bool with_previous) const {
  auto target = target_of(endpoint);
  const auto add = [&](std::int64_t generation) {
    const auto text = endpoint_secret(key_, endpoint.site, endpoint.id, generation);
    target.secrets.push_back(parse_webhook_secret(text).value());
  };
  add(endpoint.generation);
  if (with_previous) add(endpoint.generation - 1);
  return std::make_shared<const Target>(std::move(target));
}

}  // namespace sosik
