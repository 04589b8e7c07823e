#include "server_config.hpp"

#include <sys/un.h>

#include <algorithm>
#include <charconv>

#include "config_values.hpp"
#include "sosik/base/network.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"

namespace sosik {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_socket_path = sizeof(sockaddr_un::sun_path) - 1;

// "127.0.0.1:8080", "tls:[::]:8443", "unix:/run/sosik/http.sock".
Result<ListenOn> parse_listen_on(std::string_view text, const fs::path& folder) {
  ListenOn listen;
  constexpr std::string_view unix_scheme = "unix:", tls_scheme = "tls:";
  if (text.starts_with(unix_scheme)) {
    text.remove_prefix(unix_scheme.size());
    if (text.empty()) return invalid("listen address \"unix:\" names no file");
    listen.unix_path = (folder / text).lexically_normal().string();
    if (listen.unix_path.size() > longest_socket_path)
      return invalid("listen address: the path of a Unix socket has at most " +
                     std::to_string(longest_socket_path) + " bytes, \"" +
                     printable(listen.unix_path) + "\" has more");
    return listen;
  }
  listen.uses_tls = text.starts_with(tls_scheme);
  if (listen.uses_tls) text.remove_prefix(tls_scheme.size());
  auto address = parse_listen(text);
  if (!address) return address.error();
  listen.address = address->address;
  listen.port = address->port;
  return listen;
}

void read_listen(TomlTable& table, const fs::path& folder, ServerOptions& server,
                 std::string_view override) {
  auto texts = table.text_or_texts("listen", {"127.0.0.1:8080"});
  if (!override.empty()) texts = {std::string(override)};
  if (texts.empty()) table.problem("listen", "server.listen is empty: nobody could connect");
  server.listen.clear();
  for (const auto& text : texts) {
    auto listen = parse_listen_on(text, folder);
    const auto is_same_place = [&](const ListenOn& other) {
      const bool is_any_free_port = listen->unix_path.empty() && listen->port == 0;
      return !is_any_free_port && other.address == listen->address && other.port == listen->port &&
             other.unix_path == listen->unix_path;
    };
    if (!listen) {
      table.problem("listen", listen.error().detail);
    } else if (std::ranges::any_of(server.listen, is_same_place)) {
      table.problem("listen", "server.listen names \"" + printable(text) + "\" twice");
    } else {
      server.listen.push_back(std::move(*listen));
    }
  }
}

// The files are read by `serve` alone: who runs another command may have no right to the key.
void read_tls(TomlTable& table, const fs::path& folder, ServerOptions& server) {
  server.tls_certificate_file = file_of(table, "tls_certificate_file", folder);
  server.tls_key_file = file_of(table, "tls_key_file", folder);
  server.hsts_seconds = static_cast<int>(table.integer("hsts_seconds", 0, 0, 63072000));
  if (server.tls_certificate_file.empty() != server.tls_key_file.empty()) {
    const bool has_key = server.tls_certificate_file.empty();
    table.problem(has_key ? "tls_key_file" : "tls_certificate_file",
                  "server.tls_certificate_file and server.tls_key_file belong together");
    return;
  }
  const bool uses_tls = std::ranges::any_of(server.listen, &ListenOn::uses_tls);
  if (uses_tls && server.tls_certificate_file.empty())
    table.problem("listen",
                  "server.listen has a tls: address; it needs server.tls_certificate_file and "
                  "server.tls_key_file (PEM)");
}

// "blog.example." is the same host; requests are compared without the dot too.
std::string without_root_dot(std::string host) {
  if (host.ends_with('.')) host.pop_back();
  return host;
}

// `public_url` is where every feed says it lives: 421 there would be the end of it.
void read_hosts(TomlTable& table, const std::string& public_url, ServerOptions& server) {
  bool are_names = true;
  for (const auto& host : table.texts("hosts")) {
    const auto url = ascii_url("http://" + host + "/");
    const auto parsed = url ? parse_http_url(*url) : Result<HttpUrl>(url.error());
    if (parsed && parsed->target == "/" && !parsed->has_userinfo && host.find(':') == host.npos) {
      server.hosts.push_back(without_root_dot(parsed->host));
    } else {
      are_names = false;
      table.problem("hosts", "server.hosts: \"" + printable(host) +
                                 "\" is not a host name, such as \"blog.example.kr\"");
    }
  }
  const auto url = parse_http_url(public_url);
  if (are_names && !server.hosts.empty() && url && !std::ranges::count(server.hosts, url->host))
    table.problem("hosts", "server.hosts lacks \"" + url->host +
                               "\", the host of site.public_url: all feeds would get 421");
}

void read_clients(TomlTable& table, ServerOptions& server) {
  server.trusted_proxies = table.texts("trusted_proxies");
  for (const auto& proxy : server.trusted_proxies) {
    if (proxy == "unix") continue;
    if (auto ok = check_network(proxy); !ok)
      table.problem("trusted_proxies", "server.trusted_proxies: " + ok.error().detail);
  }
  server.polls.per_hour = static_cast<unsigned>(table.integer("polls_per_hour", 60, 0, 3600));
  server.polls.aggregators = table.texts("hosted_aggregators", server.polls.aggregators);
  for (const auto& word : server.polls.aggregators)
    if (!is_agent(word))
      table.problem("hosted_aggregators", "server.hosted_aggregators: \"" + printable(word) +
                                              "\" is no beginning of a word in a User-Agent");
}

void read_access_log(TomlTable& table, const fs::path& folder, ServerOptions& server) {
  server.access_log.file = file_of(table, "access_log", folder);
  server.access_log.form =
      table.choice("access_log_form", "combined", {"combined", "json"}) == "json"
          ? AccessLogOptions::Form::json
          : AccessLogOptions::Form::combined;
}

}  // namespace

Result<ListenAddress> parse_listen(std::string_view text) {
  const auto fail = [&] {
    return invalid(
        "listen address \"" + printable(text) +
        "\" is not ADDRESS:PORT, such as \"127.0.0.1:8080\", \"[::1]:8080\" or \":8080\"");
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail();
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return fail();
  }
  // An interface may follow ("fe80::1%eth0").
  if (!host.empty() && !parse_address(host.substr(0, host.find('%')))) return fail();
  ListenAddress address{host.empty() ? "0.0.0.0" : std::string(host), 0};
  auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (port.empty() || ec != std::errc() || end != port.data() + port.size()) return fail();
  return address;
}

void read_server(TomlTable& table, const fs::path& folder, Config& config,
                 std::string_view listen_override) {
  ServerOptions& server = config.server;
  read_listen(table, folder, server, listen_override);
  read_tls(table, folder, server);
  read_hosts(table, config.plan.site.public_url, server);
  read_clients(table, server);
  read_access_log(table, folder, server);
  config.rendered_budget = static_cast<std::size_t>(table.integer("memory_mib", 256, 1, 1 << 20))
                           << 20;
  server.threads = static_cast<int>(table.integer("threads", 0, 0, 256));
  server.max_connections =
      static_cast<std::size_t>(table.integer("max_connections", 10000, 1, 1000000));
  const auto seconds = [&](std::string_view key, int otherwise, int least, int most) {
    return std::chrono::seconds(table.integer(key, otherwise, least, most));
  };
  server.header_timeout = seconds("header_timeout_seconds", 10, 1, 300);
  server.idle_timeout = seconds("idle_timeout_seconds", 75, 1, 3600);
  server.write_timeout = seconds("write_timeout_seconds", 30, 1, 3600);
  server.drain_timeout = seconds("drain_timeout_seconds", 10, 0, 300);
}

void read_cdn(TomlTable& table, Config& config) {
  config.heads.surrogate_key_field =
      table.choice("surrogate_keys", "", {"", "Surrogate-Key", "Cache-Tag"});
  config.heads.cdn_max_age_seconds =
      static_cast<int>(table.integer("max_age_seconds", 0, 0, 31536000));
}

}  // namespace sosik
