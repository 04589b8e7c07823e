// Who of those that are told of changes comes and fetches (docs/notifications.md, "Proof"):
// answers 200 are compared with the parties' User-Agents and networks, and each party's fetch of a
// document is reported once a minute. One object a thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "client_address.hpp"
#include "sosik/base/clock.hpp"
#include "sosik/server/server.hpp"

namespace sosik {

// Immutable, so that threads share it.
class Parties {
 public:
  // Networks that cannot be read are left out: the configuration has complained.
  explicit Parties(const std::vector<Party>&);

  bool empty() const { return known_.empty(); }
  // The names of those whose User-Agent or network it is.
  std::vector<std::string> of(std::string_view user_agent, const ClientAddress&) const;

 private:
  struct Known {
    std::string target;
    std::vector<std::string> agents;
    std::vector<Network> networks;
  };
  std::vector<Known> known_;
};

class Witnesses {
 public:
  explicit Witnesses(std::function<void(const SeenFetch&)> report) : report_(std::move(report)) {}
  void adopt(std::shared_ptr<const Parties> parties) { parties_ = std::move(parties); }
  // Of another site than the main one: others are looked for.
  void adopt_others(std::shared_ptr<const Parties> parties) { others_ = std::move(parties); }

  bool is_looking(SiteId site = main_site) const {
    const auto& parties = site == main_site ? parties_ : others_;
    return parties && !parties->empty();
  }
  void look(std::string_view user_agent, const ClientAddress&, SiteId, const std::string& key,
            Format, Timestamp changed_at, Timestamp now);

 private:
  std::function<void(const SeenFetch&)> report_;
  std::shared_ptr<const Parties> parties_, others_;
  // What was reported lately: anybody may write a User-Agent, and write it often.
  std::unordered_set<std::uint64_t> reported_;
};

}  // namespace sosik
