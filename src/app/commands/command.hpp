// What the commands share: how they are told apart, what they are given, and how they end (exit
// code 0 done, 1 failed, 2 usage). A command prints its result on standard output and its failure,
// one line each, on standard error.
#pragma once
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../config.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/store/store.hpp"

namespace sosik {

constexpr int exit_ok = 0, exit_failed = 1, exit_usage = 2;

struct CommandLine {
  std::string config_file = "sosik.toml";
  ConfigOverrides overrides;
  bool as_json = false;
  std::string site;  // number or host; empty: the configuration's
};

// Prints every problem of the configuration and gives nothing when there is one.
std::unique_ptr<Config> load_or_complain(const CommandLine&);
// Opens the store of the configuration, or complains and gives nothing. A command that only reads
// says create = false: a mistyped name must not leave a store behind. Where the line names a site,
// the configuration's plan becomes that site's.
std::unique_ptr<Store> open_or_complain(const CommandLine&, Config&, bool create = true);
// False when there is certainly no file.
bool has_store(const Config&);
// One line on standard error; returns exit_failed.
int fail(std::string_view reason);
// Text for a terminal: control and bidi characters escaped.
void print_line(std::string_view text);
// One line of JSON on standard output, whatever bytes the strings hold: ill-formed ones become
// U+FFFD, what print_line escapes is escaped as JSON does it.
void print_json(const nlohmann::ordered_json&);
// The documents that a post was held back from, an object each; of a page of an archive "feed" is
// the feed's key, and "archive" the page.
nlohmann::ordered_json held_back_json(const std::vector<HeldBackFrom>&);
// "has moved to https://...", "has moved to the feed 'x'", "is gone"; empty when it is served.
std::string whereabouts(const FeedDefinition&);
// "2026-11-23 18:05" in the site's zone.
std::string shown_date(Timestamp, const TimeZone&);
// A date, which without a zone is the site's, or how long ago: "90s", "30m", "12h", "5d". invalid
Result<Timestamp> moment(const std::string& text, const TimeZone&, Timestamp now);

int serve(const CommandLine&);
int check_config(const CommandLine&);

struct ImportOptions {
  std::string path;
  bool dry_run = false, notify = false;
};
struct FeedImportCommand {
  ImportOptions common;            // without path
  std::vector<std::string> paths;  // files and URLs, the newest document first
  bool own_pages = false;
};
int import_feed(const CommandLine&, const FeedImportCommand&);
int import_markdown_folder(const CommandLine&, const ImportOptions&);

int post_put(const CommandLine&, const std::string& file, bool is_quiet);
int post_show(const CommandLine&, const std::string& post);
int post_list(const CommandLine&, std::size_t limit);
int post_delete(const CommandLine&, const std::string& post);

int feed_list(const CommandLine&);
int feed_render(const CommandLine&, const std::string& key, const std::string& format);

// Those after a number, oldest first; else the newest `limit`, also oldest first.
struct EventsOptions {
  std::optional<std::int64_t> after;
  std::size_t limit = 100;
  std::string type;
};
int events(const CommandLine&, const EventsOptions&);

struct DeliveriesOptions {
  std::string state, kind, target, post, topic, since;
  std::int64_t before = 0;
  std::size_t limit = 50;
  bool with_attempts = false;
};
int deliveries(const CommandLine&, const DeliveriesOptions&);
struct ReplayOptions {
  std::string range, failed_since, target;
};
int replay_deliveries(const CommandLine&, const ReplayOptions&);

int list_targets(const CommandLine&);
// Owed again what it missed since then, where `since` is not empty.
int enable_target(const CommandLine&, const std::string& name, const std::string& since);
int disable_target(const CommandLine&, const std::string& name);

// `post`: a key, slug, entry id or URL.
int explain(const CommandLine&, const std::string& post);

struct TokenOptions {
  std::string name, scope;
  std::optional<int> days;  // how long it lives; nothing: until it is revoked
};
int token_create(const CommandLine&, const TokenOptions&);
int token_list(const CommandLine&);
int token_revoke(const CommandLine&, const std::string& name);

// A value that is not set: as it is, or empty for a new one.
struct SiteOptions {
  std::optional<std::string> host, title, description, language, time_zone, public_url, home_url,
      id_authority, author_name, author_url, author_email, copyright, icon_url;
};
int site_add(const CommandLine&, const SiteOptions&);
int site_list(const CommandLine&);
int site_set(const CommandLine&, const std::string& site, const SiteOptions&);
int site_remove(const CommandLine&, const std::string& site);
// The row of a number or host; not_found.
Result<SiteRow> find_site(Store&, const std::string& number_or_host);

// URLs of stores: copies one into the other. Both empty: the configured store's schema is brought
// up to date.
struct MigrateOptions {
  std::string from, to;
};
int migrate(const CommandLine&, const MigrateOptions&);

}  // namespace sosik
