#include "witnesses.hpp"

#include <algorithm>

#include "aggregator.hpp"
#include "sosik/base/digest.hpp"

namespace sosik {

namespace {

constexpr std::size_t most_remembered = 4096;

}  // namespace

Parties::Parties(const std::vector<Party>& parties) {
  for (const auto& party : parties) {
    Known known{party.target, party.agents, {}};
    for (const auto& text : party.networks)
      if (auto network = parse_network(text)) known.networks.push_back(*network);
    if (!known.agents.empty() || !known.networks.empty()) known_.push_back(std::move(known));
  }
}

std::vector<std::string> Parties::of(std::string_view user_agent,
                                     const ClientAddress& client) const {
  std::vector<std::string> names;
  for (const auto& known : known_) {
    const bool is_its_agent = !known.agents.empty() && is_aggregator(user_agent, known.agents);
    const auto is_inside = [&](const Network& network) {
      return client.is_known() && network.contains(client.bytes());
    };
    if (is_its_agent || std::ranges::any_of(known.networks, is_inside))
      names.push_back(known.target);
  }
  return names;
}

void Witnesses::look(std::string_view user_agent, const ClientAddress& client, SiteId site,
                     const std::string& key, Format format, Timestamp changed_at, Timestamp now) {
  auto targets = (site == main_site ? parties_ : others_)->of(user_agent, client);
  if (targets.empty()) return;
  std::string what = std::to_string(site) + '\n' + key;
  what += '\n';
  what += to_string(format);
  // Once a minute: a party that came by chance before it was told comes again, and so does one that
  // is told of the same revision by a replay.
  what += std::to_string(to_unix_ms(changed_at)) + '\n' + std::to_string(to_unix_seconds(now) / 60);
  for (const auto& target : targets) (what += '\n') += target;
  if (reported_.size() >= most_remembered) reported_.clear();
  if (!reported_.insert(hash64(what)).second) return;
  report_({std::move(targets), key, format, changed_at, now, site});
}

}  // namespace sosik
