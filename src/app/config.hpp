// The configuration: one TOML file (conf/sosik.toml shows every key with its default) and the feed
// definitions in its feeds directory. Plain values, read once at start and again on SIGHUP; each
// part of the program is given only what it needs. All problems are reported together, each with
// file and line.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sosik/base/result.hpp"
#include "sosik/net/http_client.hpp"
#include "sosik/server/server.hpp"
#include "sosik/snapshot/builder.hpp"
#include "sosik/store/ledger.hpp"
#include "sosik/syndicate/step.hpp"
#include "toml_reader.hpp"

namespace sosik {

struct ListenAddress {
  std::string address;
  unsigned short port = 0;
};

// How deliveries are worked off and kept.
struct PublishConfig {
  std::size_t max_in_flight = 64, max_per_host = 4;
  LedgerLimits kept;
  std::int64_t max_backlog = 10'000;      // open deliveries of a target; beyond it is disabled
  std::chrono::hours disable_after{120};  // of failures without a success, of a webhook or chat
  std::chrono::minutes alarm_after{15};   // /readyz: since what is due longest came due
};

// Of the admin API.
struct ApiConfig {
  std::string hook_key;      // decoded; empty: hooks need a token
  bool allows_http = false;  // endpoints may be http://
};

// What this node does for readers and receivers (docs/nodes.md).
struct Roles {
  bool serve = true, notify = true;
  bool operator==(const Roles&) const = default;
};

struct Config {
  std::filesystem::path file;
  Roles roles;
  bool replaces_key = false;  // the key that nodes of this store had is lost (--new-key)
  SyndicationPlan plan;       // site, definitions, derived feeds, targets
  std::string store_url;      // "sqlite:/absolute/path" or "postgresql://..."
  ServerOptions server;
  std::size_t rendered_budget = 0;  // bytes
  HeadOptions heads;
  ListenAddress admin;
  ApiConfig api;
  std::filesystem::path key_file;  // installation_key.hpp
  OutboundOptions outbound;
  PublishConfig publish;
  std::string log_level = "info";
  std::string image_base;  // import.image_base: where relative images of imported Markdown live
};

// What the command line may say instead of the file; empty: the file's.
struct ConfigOverrides {
  std::string listen, admin_listen, public_url, store_url;
  std::string roles;          // "serve,notify"
  bool replaces_key = false;  // Config::replaces_key
};

// The configuration, or what is wrong with it: a line each, "FILE:LINE: ...".
struct LoadedConfig {
  Config config;
  Problems problems;
};
LoadedConfig load_config(const std::filesystem::path& file, const ConfigOverrides& = {});

// The keys that differ and that a running server takes over only when it is started again; SIGHUP
// takes over all others.
std::vector<std::string> keys_that_need_a_restart(const Config& now, const Config& wanted);

// "127.0.0.1:8080", "[::1]:8080", ":8080" (all addresses). Fails with invalid.
Result<ListenAddress> parse_listen(std::string_view text);

}  // namespace sosik
