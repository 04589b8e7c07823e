#include "publish_config.hpp"

#include <algorithm>
#include <charconv>

#include "config_values.hpp"
#include "known_parties.hpp"
#include "named_targets.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"

namespace sosik {
namespace {

namespace fs = std::filesystem;

constexpr TargetKind listed_kinds[] = {TargetKind::websub, TargetKind::ping, TargetKind::rsscloud,
                                       TargetKind::indexnow};

std::string_view list_key(TargetKind kind) {
  switch (kind) {
    case TargetKind::websub:
      return "hubs";
    case TargetKind::ping:
      return "pings";
    case TargetKind::rsscloud:
      return "rssclouds";
    default:
      return "indexnow";
  }
}

// N-130.
bool is_indexnow_key(std::string_view key) {
  return key.size() >= 8 && key.size() <= 128 && std::all_of(key.begin(), key.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-';
         });
}

// Parties that are known by their address: the lists first, then what the file of known parties
// turns on. One that is named twice is told once.
void read_listed(TomlTable& table, const std::vector<KnownParty>& known, SyndicationPlan& plan) {
  const bool are_for_all = table.choice("sites", "first", {"first", "all"}) == "all";
  const auto add = [&](TargetKind kind, const std::string& url) {
    Target target;
    target.kind = kind;
    target.name = std::string(to_string(kind)) + ':' + url;
    target.url = url;
    target.is_for_all_sites = are_for_all;
    for (const auto& party : known)
      if (party.kind == kind && party.url == url) {
        target.agents = party.agents;
        target.networks = party.networks;
      }
    if (std::ranges::count(plan.targets, target.name, &Target::name) != 0) return;
    if (kind == TargetKind::websub) plan.site.hubs.push_back(url);
    plan.targets.push_back(std::move(target));
  };
  for (const auto kind : listed_kinds) {
    for (const auto& text : table.texts(list_key(kind)))
      if (const auto url = url_of(table, list_key(kind), text); !url.empty()) add(kind, url);
    for (const auto& party : known)
      if (party.kind == kind && party.is_on) add(kind, party.url);
  }
}

void read_indexnow_key(TomlTable& table, Config& config) {
  auto& plan = config.plan;
  const auto key = table.text("indexnow_key");
  if (!key.empty() && !is_indexnow_key(key)) {
    table.problem("indexnow_key",
                  "publish.indexnow_key must be 8 to 128 ASCII letters, digits and '-'");
    return;
  }
  plan.indexnow_key = key;
  for (auto& target : plan.targets) {
    if (target.kind != TargetKind::indexnow) continue;
    if (key.empty()) {
      table.problem("indexnow",
                    "IndexNow needs publish.indexnow_key: 8 to 128 ASCII letters, digits and '-' "
                    "of your choice, which are served at /{key}.txt");
      return;
    }
    target.secrets = {key};
    // Where the blog has a path of its own, our key is not at the root of the host.
    const auto url = parse_http_url(plan.site.public_url);
    if (url && url->target != "/") target.key_location = plan.site.public_url + '/' + key + ".txt";
  }
}

void read_outbound(TomlTable& table, const fs::path& folder, OutboundOptions& outbound) {
  outbound.allowed_networks = table.texts("allow_networks");
  for (const auto& network : outbound.allowed_networks) {
    if (auto ok = check_network(network); !ok)
      table.problem("allow_networks", "publish.allow_networks: " + ok.error().detail);
  }
  for (const auto& port : table.texts("allow_ports")) {
    unsigned short number = 0;
    auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (ec != std::errc() || end != port.data() + port.size() || number == 0) {
      table.problem("allow_ports",
                    "publish.allow_ports: \"" + printable(port) + "\" is not a port");
    } else {
      outbound.allowed_ports.push_back(number);
    }
  }
  outbound.total_timeout = std::chrono::seconds(table.integer("timeout_seconds", 20, 1, 60));
  outbound.ca_file = table.text("ca_file");
  if (!outbound.ca_file.empty()) outbound.ca_file = (folder / outbound.ca_file).string();
  outbound.proxy = table.text("proxy");
  if (!outbound.proxy.empty())
    if (auto ok = check_proxy(outbound.proxy); !ok)
      table.problem("proxy", "publish.proxy: " + ok.error().detail);
}

void read_limits(TomlTable& table, PublishConfig& publish) {
  const auto count = [&](std::string_view key, std::int64_t otherwise, std::int64_t most) {
    return table.integer(key, otherwise, 1, most);
  };
  publish.max_in_flight = static_cast<std::size_t>(count("max_in_flight", 64, 10'000));
  publish.max_per_host = static_cast<std::size_t>(count("max_per_host", 4, 1000));
  publish.kept.max_age = std::chrono::hours(24 * count("keep_days", 30, 3650));
  publish.kept.max_events = count("keep_events", 100'000, 100'000'000);
  publish.kept.max_deliveries = count("keep_deliveries", 1'000'000, 100'000'000);
  publish.max_backlog = count("max_backlog", 10'000, 100'000'000);
  publish.disable_after = std::chrono::hours(count("disable_after_hours", 120, 8760));
  publish.alarm_after = std::chrono::minutes(count("alarm_minutes", 15, 10'080));
}

}  // namespace

void read_publish(TomlTable& table, const fs::path& folder, Config& config, Problems& problems) {
  auto& plan = config.plan;
  std::vector<KnownParty> known;
  if (const auto file = file_of(table, "aggregators", folder); !file.empty())
    known = read_known_parties(file, problems);
  read_listed(table, known, plan);
  read_indexnow_key(table, config);
  plan.coalesce = std::chrono::seconds(table.integer("coalesce_seconds", 2, 0, 300));
  plan.hold = std::chrono::seconds(table.integer("hold_seconds", 0, 0, 86'400));
  read_outbound(table, folder, config.outbound);
  read_limits(table, config.publish);
  read_named_targets(table, folder, plan);
}

std::vector<std::string> notes_on_targets(const std::vector<Target>& targets) {
  // What Ping-o-Matic passes pings on to, now or once.
  constexpr std::string_view downstream[] = {
      "rpc.weblogs.com",    "blo.gs",           "ping.blo.gs",       "ping.feedburner.com",
      "rpc.technorati.com", "api.my.yahoo.com", "rpc.newsgator.com", "blogsearch.google.com",
      "rpc.icerocket.com"};
  const auto host_of = [](const Target& target) {
    const auto url = parse_http_url(target.url);
    return target.kind == TargetKind::ping && url ? url->host : std::string();
  };
  const bool has_relay = std::ranges::any_of(targets, [&](const Target& target) {
    const auto host = host_of(target);
    return host == "rpc.pingomatic.com" || host == "pingomatic.com";
  });
  std::vector<std::string> notes;
  if (!has_relay) return notes;
  for (const auto& target : targets) {
    const auto host = host_of(target);
    if (std::ranges::count(downstream, host) != 0)
      notes.push_back("publish.pings: Ping-o-Matic passes pings on to " + host +
                      ", which may take the second one for spam; leave one of them out");
  }
  return notes;
}

}  // namespace sosik
