#include "config.hpp"

#include <algorithm>

#include "admin_config.hpp"
#include "config_values.hpp"
#include "definitions.hpp"
#include "publish_config.hpp"
#include "server_config.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/base/url.hpp"
#include "sosik/store/store.hpp"
#include "sosik/syndicate/sites.hpp"

namespace sosik {
namespace {

namespace fs = std::filesystem;

bool is_ip_or_local(std::string_view host) {
  return host == "localhost" || host.find(':') != std::string_view::npos ||
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// A public_url on this machine is the listener's own address, so it goes along when the command
// line moves the listener.
std::string follow_listen(const std::string& public_url, std::string_view listen) {
  const auto url = parse_http_url(public_url);
  const auto address = parse_listen(listen);
  if (!url || !address || !is_ip_or_local(url->host)) return public_url;
  const auto authority = public_url.find("://") + 3;
  const auto path = public_url.find('/', authority);
  const bool is_any = address->address == "0.0.0.0" || address->address == "::";
  std::string host = is_any ? url->host : address->address;
  if (host.find(':') != std::string::npos) host = '[' + host + ']';
  return public_url.substr(0, authority) + host + ':' + std::to_string(address->port) +
         (path == std::string::npos ? std::string() : public_url.substr(path));
}

void read_author(TomlTable& table, Author& author) {
  author.name = table.text("name");
  author.url = url_of(table, "url", table.text("url"));
  author.email = table.text("email");
}

// What may stand there is the same for every site: syndicate/sites.hpp.
void read_site(TomlTable& table, Site& site, const ConfigOverrides& overrides) {
  site.title = table.text("title");
  site.description = table.text("description");
  site.language = table.text("language", "ko");
  site.time_zone = table.text("time_zone", "Asia/Seoul");
  site.public_url = table.text("public_url");
  if (!overrides.public_url.empty())
    site.public_url = overrides.public_url;
  else if (!overrides.listen.empty())
    site.public_url = follow_listen(site.public_url, overrides.listen);
  site.home_url = table.text("home_url");
  site.id_authority = table.text("id_authority");
  table.table("author", [&](TomlTable& author) { read_author(author, site.author); });
  site.copyright = table.text("copyright");
  site.icon_url = table.text("icon_url");
  site.max_age_seconds = static_cast<int>(table.integer("max_age_seconds", 300, 60, 86400));
  for (const auto& problem : complete_site(site, "site.")) table.problem(problem.key, problem.text);
}

Roles roles_of(TomlTable& table, std::string_view override_roles) {
  auto words = table.texts("roles", {"serve", "notify"});
  if (!override_roles.empty()) {
    words.clear();
    for (std::size_t begin = 0, end = 0; end != override_roles.npos; begin = end + 1) {
      end = override_roles.find(',', begin);
      words.emplace_back(override_roles.substr(begin, end - begin));
    }
  }
  Roles roles{false, false};
  for (const auto& word : words) {
    if (word == "serve") {
      roles.serve = true;
    } else if (word == "notify") {
      roles.notify = true;
    } else {
      table.problem("roles", "node.roles has \"" + printable(word) +
                                 "\"; a node may \"serve\" readers and \"notify\" receivers");
    }
  }
  if (words.empty())
    table.problem("roles", "node.roles is empty; name \"serve\", \"notify\" or both");
  return roles;
}

std::string store_of(TomlTable& table, const fs::path& folder, const ConfigOverrides& overrides) {
  auto url = table.text("url", "sqlite:sosik.db");
  const bool from_file = overrides.store_url.empty();
  if (!from_file) url = overrides.store_url;
  constexpr std::string_view scheme = "sqlite:";
  if (is_on_server(url)) return url;
  if (!url.starts_with(scheme) || url.size() == scheme.size()) {
    // Not the rest of it, which may hold a password.
    table.problem("url", "store.url begins with \"" + printable(url.substr(0, url.find(':'))) +
                             "\"; write \"sqlite:PATH\" or "
                             "\"postgresql://USER@HOST:PORT/DATABASE\"");
    return url;
  }
  const fs::path path = url.substr(scheme.size());
  return "sqlite:" + (from_file ? folder / path : fs::absolute(path)).lexically_normal().string();
}

}  // namespace

std::vector<std::string> keys_that_need_a_restart(const Config& now, const Config& wanted) {
  std::vector<std::string> keys;
  const auto compare = [&](bool is_same, const char* key) {
    if (!is_same) keys.emplace_back(key);
  };
  compare(now.store_url == wanted.store_url, "store.url");
  compare(now.roles == wanted.roles, "node.roles");
  compare(now.server.listen == wanted.server.listen, "server.listen");
  compare(now.server.hosts == wanted.server.hosts, "server.hosts");
  compare(now.server.tls_certificate_file == wanted.server.tls_certificate_file,
          "server.tls_certificate_file");
  compare(now.server.tls_key_file == wanted.server.tls_key_file, "server.tls_key_file");
  compare(now.server.hsts_seconds == wanted.server.hsts_seconds, "server.hsts_seconds");
  compare(now.server.trusted_proxies == wanted.server.trusted_proxies, "server.trusted_proxies");
  compare(now.server.polls.per_hour == wanted.server.polls.per_hour, "server.polls_per_hour");
  compare(now.server.polls.aggregators == wanted.server.polls.aggregators,
          "server.hosted_aggregators");
  compare(now.server.access_log.file == wanted.server.access_log.file, "server.access_log");
  compare(now.server.access_log.form == wanted.server.access_log.form, "server.access_log_form");
  compare(now.rendered_budget == wanted.rendered_budget, "server.memory_mib");
  compare(now.heads.is_noindex == wanted.heads.is_noindex, "site.noindex");
  compare(now.heads.surrogate_key_field == wanted.heads.surrogate_key_field, "cdn.surrogate_keys");
  compare(now.heads.cdn_max_age_seconds == wanted.heads.cdn_max_age_seconds, "cdn.max_age_seconds");
  compare(now.server.threads == wanted.server.threads, "server.threads");
  compare(now.server.max_connections == wanted.server.max_connections, "server.max_connections");
  compare(now.server.header_timeout == wanted.server.header_timeout,
          "server.header_timeout_seconds");
  compare(now.server.idle_timeout == wanted.server.idle_timeout, "server.idle_timeout_seconds");
  compare(now.server.write_timeout == wanted.server.write_timeout, "server.write_timeout_seconds");
  compare(now.server.drain_timeout == wanted.server.drain_timeout, "server.drain_timeout_seconds");
  compare(now.admin.address == wanted.admin.address && now.admin.port == wanted.admin.port,
          "admin.listen");
  // Beside the store, where nothing else is said: then it is the store that has changed.
  compare(now.key_file == wanted.key_file || now.store_url != wanted.store_url, "admin.key_file");
  compare(now.api.hook_key == wanted.api.hook_key, "admin.hook_secret_file");
  compare(now.api.allows_http == wanted.api.allows_http, "admin.allow_http");
  compare(now.outbound.allowed_networks == wanted.outbound.allowed_networks,
          "publish.allow_networks");
  compare(now.outbound.allowed_ports == wanted.outbound.allowed_ports, "publish.allow_ports");
  compare(now.outbound.total_timeout == wanted.outbound.total_timeout, "publish.timeout_seconds");
  compare(now.outbound.ca_file == wanted.outbound.ca_file, "publish.ca_file");
  compare(now.outbound.proxy == wanted.outbound.proxy, "publish.proxy");
  const auto &publish = now.publish, &wish = wanted.publish;
  compare(publish.max_in_flight == wish.max_in_flight, "publish.max_in_flight");
  compare(publish.max_per_host == wish.max_per_host, "publish.max_per_host");
  compare(publish.kept.max_age == wish.kept.max_age, "publish.keep_days");
  compare(publish.kept.max_events == wish.kept.max_events, "publish.keep_events");
  compare(publish.kept.max_deliveries == wish.kept.max_deliveries, "publish.keep_deliveries");
  compare(publish.max_backlog == wish.max_backlog, "publish.max_backlog");
  compare(publish.disable_after == wish.disable_after, "publish.disable_after_hours");
  compare(publish.alarm_after == wish.alarm_after, "publish.alarm_minutes");
  compare(now.log_level == wanted.log_level, "log.level");
  return keys;
}

LoadedConfig load_config(const fs::path& file, const ConfigOverrides& overrides) {
  LoadedConfig loaded;
  auto& config = loaded.config;
  auto& plan = config.plan;
  config.file = file;
  const auto folder = fs::absolute(file).parent_path();
  auto table = TomlTable::from_file(file, loaded.problems);
  if (!loaded.problems.empty()) return loaded;

  table.table("site", [&](TomlTable& site) {
    read_site(site, plan.site, overrides);
    config.heads.is_noindex = site.flag("noindex", false);
  });
  table.table("store",
              [&](TomlTable& store) { config.store_url = store_of(store, folder, overrides); });
  config.replaces_key = overrides.replaces_key;
  table.table("node", [&](TomlTable& node) { config.roles = roles_of(node, overrides.roles); });
  FeedDefinition defaults;
  defaults.title = plan.site.title;
  fs::path definitions;
  table.table("feeds", [&](TomlTable& feeds) {
    const auto directory = feeds.text("directory", "feeds");
    definitions = (folder / directory).lexically_normal();
    std::error_code ec;
    if (!fs::is_directory(definitions, ec) && directory != "feeds")
      feeds.problem("directory", "feeds.directory: there is no folder " + definitions.string());
    defaults.limit = static_cast<std::size_t>(feeds.integer("limit", 20, 1, 1000));
    defaults.content = feeds.choice("content", "full", {"full", "summary"}) == "full"
                           ? FeedContent::full
                           : FeedContent::summary;
    plan.text = {feeds.flag("compose_hangul", false), feeds.flag("drop_private_use", false)};
    plan.has_embeds = feeds.flag("embeds", false);
    plan.derived = {feeds.flag("derive_categories", true), feeds.flag("derive_tags", true),
                    feeds.flag("derive_authors", true), defaults.limit, defaults.content};
  });
  table.table("server",
              [&](TomlTable& server) { read_server(server, folder, config, overrides.listen); });
  table.table("admin",
              [&](TomlTable& admin) { read_admin(admin, folder, config, overrides.admin_listen); });
  table.table("cdn", [&](TomlTable& cdn) { read_cdn(cdn, config); });
  plan.definitions =
      load_definitions(definitions, defaults,
                       {plan.site.public_url, config.server.hosts, plan.derived}, loaded.problems);
  table.table("publish",
              [&](TomlTable& publish) { read_publish(publish, folder, config, loaded.problems); });
  table.table("import", [&](TomlTable& import) {
    config.image_base = url_of(import, "image_base", import.text("image_base"));
  });
  table.table("log", [&](TomlTable& log) {
    config.log_level = log.choice("level", "info", {"debug", "info", "warn", "error"});
  });
  table.finish();

  auto address = address_of(plan.site);
  config.server.public_origin = std::move(address.origin);
  config.server.base_path = std::move(address.path);
  if (!plan.site.public_url.empty())  // N-190
    config.outbound.user_agent += " (+" + plan.site.public_url + "/)";
  return loaded;
}

}  // namespace sosik
