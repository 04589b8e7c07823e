// A Token lets a program use the admin API. The store keeps its SHA-256 only; the text is shown
// once, when it is made
// (`sosik token create`).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sosik/base/clock.hpp"
#include "sosik/model/site.hpp"

namespace sosik {

// Each includes those before it. read: what is there and what happened; publish: posts, too; admin:
// endpoints, replays.
enum class TokenScope { read, publish, admin };
constexpr std::string_view token_scope_names[] = {"read", "publish", "admin"};
// False of what a damaged row holds: such a token opens nothing.
constexpr bool is_known(TokenScope scope) {
  return scope >= TokenScope::read && scope <= TokenScope::admin;
}
constexpr std::string_view to_string(TokenScope scope) {
  return is_known(scope) ? token_scope_names[static_cast<std::size_t>(scope)] : "unknown";
}

struct Token {
  SiteId site = 1;
  std::string name;  // unique in the site; small letters, digits and '-'
  std::string hash;  // sha256_hex of the text
  TokenScope scope = TokenScope::read;
  Timestamp created_at;
  std::optional<Timestamp> expires_at;
};

}  // namespace sosik
