// A Target is a party to be told of what happens: a hub, a ping service, a search engine, a
// webhook, a chat, a CDN. Targets come from the configuration and, for webhooks, from endpoints
// that the admin API keeps in the store.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/model/site.hpp"

namespace sosik {

// The numbers stand in the store: append only.
enum class TargetKind { websub, ping, webhook, rsscloud, indexnow, slack, discord, purge };
constexpr std::string_view target_kind_names[] = {"websub",   "ping",  "webhook", "rsscloud",
                                                  "indexnow", "slack", "discord", "purge"};
constexpr std::string_view to_string(TargetKind kind) {
  return target_kind_names[static_cast<std::size_t>(kind)];
}

// Two ways of owing. Told of events: a webhook or a chat is owed every event it asked for, in order
// for each post. Told of topics: all others are owed the newest revision of a topic, so that many
// changes may be one call (N-205).
constexpr bool is_told_of_events(TargetKind kind) {
  return kind == TargetKind::webhook || kind == TargetKind::slack || kind == TargetKind::discord;
}

// Which events a target is owed; every list that is not empty must be met (N-163).
struct EventFilter {
  std::vector<std::string>
      events;  // "post.published"; empty: the kind's own choice (docs/notifications.md)
  std::vector<std::string> feeds;       // keys of feeds that the post is in, or that changed
  std::vector<std::string> categories;  // paths; a path stands for those below it too
  bool operator==(const EventFilter&) const = default;
};

struct Target {
  TargetKind kind = TargetKind::websub;
  // Stable key in the store: the kind, ':', and a name ("webhook:build", "slack:team", "purge:cdn",
  // "webhook:ep_...") or, for parties that are known by their address, the URL
  // ("websub:https://hub.example/", "ping:http://...").
  std::string name;
  std::string url;  // absolute ASCII; never logged or shown for webhooks and chats, which hold
                    // secrets in it (N-174)
  // Never logged. webhook: decoded keys, the newest first, each of which signs (N-153, N-154);
  // indexnow: the key; purge: what stands for {token}.
  std::vector<std::string> secrets = {};
  EventFilter filter = {};  // only where is_told_of_events
  bool is_full = false;     // webhook: the payload carries the post's content (N-150)
  // webhook: headers besides ours (N-161). purge: all of its headers; "{token}" stands for the
  // secret.
  std::vector<std::pair<std::string, std::string>> headers = {};
  // purge: method and body; "{url}" (one request a URL), "{urls}" and "{keys}" (JSON arrays) are
  // filled in.
  std::string method = {}, body = {};
  // indexnow: the URL of the key, when it is not at the root of its host (N-130); absolute ASCII.
  std::string key_location = {};
  // By what a fetch of this party is known: beginnings of words of its User-Agent, or networks
  // (CIDR) that it comes from.
  std::vector<std::string> agents = {}, networks = {};
  bool is_for_all_sites = false;  // else it is told of the main site alone (docs/sites.md)
};

// What the store remembers of a target, whatever it is owed.
struct TargetState {
  std::string target;                      // Target::name
  std::optional<Timestamp> tried_at;       // topics: pings keep their distance (N-096); events: of
                                           // the last failure
  std::optional<Timestamp> failing_since;  // events only: the first failure since the last success
  std::optional<Timestamp> disabled_at;    // owed nothing until it is enabled again (N-158)
  std::string disabled_why;                // one line
};

// An Endpoint is a webhook that somebody made by the admin API. It is the target "webhook:" + id.
// Its secrets are not stored: they are derived from the installation's key, the id and a generation
// (N-164).
struct Endpoint {
  SiteId site = 1;
  std::string id;           // "ep_" and 16 hex digits
  std::string description;  // whose it is, one line
  std::string url;
  EventFilter filter;
  bool is_full = false;
  std::vector<std::pair<std::string, std::string>> headers;
  std::int64_t generation = 1;                   // of the secret; rotation adds one
  std::optional<Timestamp> previous_until = {};  // the secret before signs too until then
  Timestamp created_at;
  bool operator==(const Endpoint&) const = default;
};

// The endpoint as a target, without secrets.
Target target_of(const Endpoint&);

}  // namespace sosik
