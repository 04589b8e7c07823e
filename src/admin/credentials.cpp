#include "credentials.hpp"

#include <charconv>
#include <chrono>

#include "sosik/base/digest.hpp"

namespace sosik::admin {
namespace {

constexpr std::chrono::minutes tolerance{5};

Error unauthorized(std::string detail) { return {Errc::unauthorized, std::move(detail)}; }

}  // namespace

std::optional<std::string_view> bearer_text(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() <= scheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != scheme[i]) return std::nullopt;
  }
  auto text = authorization.substr(scheme.size());
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

Result<Token> find_token(Store& store, std::string_view text, Timestamp now) {
  const auto hash = sha256_hex(text);
  auto token = store.find_token(hash);
  if (!token && token.error().code == Errc::not_found)
    return unauthorized("there is no such token");
  if (!token) return token.error();
  if (!equal_in_constant_time(token->hash, hash)) return unauthorized("there is no such token");
  if (!is_known(token->scope))
    return unauthorized("the token '" + token->name + "' has no scope that is known; make it anew");
  if (token->expires_at && *token->expires_at <= now)
    return unauthorized("the token '" + token->name + "' has expired");
  return token;
}

Result<void> check_timestamp(const HookSignature& given, Timestamp now) {
  std::int64_t seconds = 0;
  const char* end = given.timestamp.data() + given.timestamp.size();
  const auto [stop, ec] = std::from_chars(given.timestamp.data(), end, seconds);
  if (ec != std::errc() || stop != end) return unauthorized("webhook-timestamp is no number");
  const auto here = to_unix_seconds(now);  // `seconds` may be any number: nothing is added to it
  constexpr auto most = std::chrono::seconds(tolerance).count();
  if (seconds < here - most || seconds > here + most)
    return unauthorized("webhook-timestamp is more than five minutes away from the time here");
  return {};
}

Result<void> check_signature(const HookSignature& given, std::string_view key,
                             std::string_view body) {
  std::string content = given.id + '.' + given.timestamp + '.';
  content += body;
  const std::string wanted = "v1," + base64(hmac_sha256(key, content));
  bool is_good = false;  // of a list; all are compared
  for (std::string_view rest = given.signature; !rest.empty();) {
    const auto blank = std::min(rest.find(' '), rest.size());
    if (equal_in_constant_time(rest.substr(0, blank), wanted)) is_good = true;
    rest.remove_prefix(std::min(blank + 1, rest.size()));
  }
  if (given.id.empty() || !is_good) return unauthorized("webhook-signature does not fit the body");
  return {};
}

}  // namespace sosik::admin
