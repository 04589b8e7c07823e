// `sosik token`: who may use the admin API. Tokens are made here alone: a stolen one makes no
// other.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "../config_values.hpp"
#include "command.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/base/text.hpp"

namespace sosik {
namespace {

// RFC 4648 section 5, without padding.
std::string base64url(std::string_view bytes) {
  std::string text = base64(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

TokenScope scope_of(std::string_view name) {
  const auto* found = std::ranges::find(token_scope_names, name);
  return static_cast<TokenScope>(found - std::begin(token_scope_names));
}

}  // namespace

int token_create(const CommandLine& line, const TokenOptions& options) {
  if (!is_plain_name(options.name))
    return fail("token '" + options.name + "': a name has small letters, digits and '-' only");
  auto config = load_or_complain(line);
  auto store = config ? open_or_complain(line, *config) : nullptr;
  if (!store) return exit_failed;
  const auto& site = config->plan.site;
  const std::string text = "sosik_" + base64url(random_bytes(32));
  Token token;
  token.site = site.id;
  token.name = options.name;
  token.hash = sha256_hex(text);
  token.scope = scope_of(options.scope);
  token.created_at = SystemClock().now();
  if (options.days) token.expires_at = token.created_at + std::chrono::days(*options.days);
  if (auto added = store->add_token(token); !added) return fail(added.error().detail);
  if (!line.as_json) {
    print_line(text);
    return exit_ok;
  }
  nlohmann::ordered_json shown = {{"name", token.name}, {"scope", options.scope}, {"token", text}};
  if (token.expires_at)
    shown["expires_at"] = rfc3339_date(*token.expires_at, *TimeZone::named(site.time_zone));
  print_json(shown);
  return exit_ok;
}

int token_list(const CommandLine& line) {
  auto config = load_or_complain(line);
  auto store = config ? open_or_complain(line, *config, false) : nullptr;
  if (!store) return exit_failed;
  const auto& site = config->plan.site;
  const auto tokens = store->list_tokens(site.id);
  if (!tokens) return fail(tokens.error().detail);
  const auto zone = *TimeZone::named(site.time_zone);
  const auto now = SystemClock().now();
  auto array = nlohmann::ordered_json::array();
  for (const auto& token : *tokens) {
    const bool is_expired = token.expires_at && *token.expires_at <= now;
    if (line.as_json) {
      nlohmann::ordered_json shown = {{"name", token.name},
                                      {"scope", to_string(token.scope)},
                                      {"created_at", rfc3339_date(token.created_at, zone)},
                                      {"is_expired", is_expired}};
      if (token.expires_at) shown["expires_at"] = rfc3339_date(*token.expires_at, zone);
      array.push_back(std::move(shown));
      continue;
    }
    auto text = token.name + "  " + std::string(to_string(token.scope)) + "  made " +
                shown_date(token.created_at, zone);
    if (token.expires_at)
      text += (is_expired ? "  expired " : "  expires ") + shown_date(*token.expires_at, zone);
    print_line(text);
  }
  if (line.as_json) print_json(array);
  return exit_ok;
}

int token_revoke(const CommandLine& line, const std::string& name) {
  auto config = load_or_complain(line);
  auto store = config ? open_or_complain(line, *config, false) : nullptr;
  if (!store) return exit_failed;
  if (auto done = store->delete_token(config->plan.site.id, name); !done)
    return fail(done.error().detail);
  if (line.as_json)
    print_json({{"revoked", name}});
  else
    print_line("revoked " + name);
  return exit_ok;
}

}  // namespace sosik
