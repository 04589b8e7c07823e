#include "known_parties.hpp"

#include <algorithm>

#include "config_values.hpp"
#include "sosik/base/text.hpp"
#include "sosik/net/outbound.hpp"

namespace sosik {
namespace {

void read_party(TomlTable& table, TargetKind kind, std::vector<KnownParty>& parties) {
  KnownParty party;
  party.kind = kind;
  const auto url = table.text("url");
  party.url = url_of(table, "url", url);
  if (url.empty()) table.problem("url", "a party needs a url");
  party.is_on = table.flag("on", false);
  party.agents = table.texts("agents");
  for (const auto& agent : party.agents)
    if (!is_agent(agent))
      table.problem("agents", "agents: \"" + printable(agent) +
                                  "\" is no beginning of a word in a User-Agent");
  party.networks = table.texts("networks");
  for (const auto& network : party.networks)
    if (auto ok = check_network(network); !ok)
      table.problem("networks", "networks: " + ok.error().detail);
  table.text("note");  // for people
  const bool is_known = std::ranges::any_of(parties, [&](const KnownParty& other) {
    return other.kind == kind && other.url == party.url;
  });
  if (is_known) table.problem("url", "the file names " + printable(url) + " twice");
  if (!party.url.empty() && !is_known) parties.push_back(std::move(party));
}

}  // namespace

std::vector<KnownParty> read_known_parties(const std::filesystem::path& file, Problems& problems) {
  std::vector<KnownParty> parties;
  auto root = TomlTable::from_file(file, problems);
  for (const auto kind :
       {TargetKind::websub, TargetKind::ping, TargetKind::rsscloud, TargetKind::indexnow})
    root.tables(to_string(kind), [&](TomlTable& table) { read_party(table, kind, parties); });
  root.finish();
  return parties;
}

}  // namespace sosik
