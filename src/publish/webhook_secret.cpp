#include "sosik/publish/webhook_secret.hpp"

#include "sosik/base/digest.hpp"

namespace sosik {

namespace {

constexpr std::string_view prefix = "whsec_";

}  // namespace

Result<std::string> parse_webhook_secret(std::string_view text) {
  if (text.substr(0, prefix.size()) != prefix) {
    return invalid("a webhook secret is written whsec_ and base64; this one does not begin so");
  }
  auto key = decode_base64(text.substr(prefix.size()));
  if (!key) return invalid("what follows whsec_ is not base64");
  if (key->size() < 24 || key->size() > 64) {
    return invalid("a webhook secret has 24 to 64 bytes; this one has " +
                   std::to_string(key->size()));
  }
  return *key;
}

std::string make_webhook_secret() { return std::string(prefix) + base64(random_bytes(32)); }

std::string endpoint_secret(std::string_view installation_key, SiteId site,
                            std::string_view endpoint_id, std::int64_t generation) {
  const std::string content = "sosik endpoint secret\n" + std::to_string(site) + '\n' +
                              std::string(endpoint_id) + '\n' + std::to_string(generation);
  return std::string(prefix) + base64(hmac_sha256(installation_key, content));
}

std::string webhook_signature(std::string_view key, std::string_view message_id,
                              Timestamp attempt_at, std::string_view body) {
  std::string content(message_id);
  content += '.';
  content += std::to_string(to_unix_seconds(attempt_at));
  content += '.';
  content += body;
  return "v1," + base64(hmac_sha256(key, content));
}

}  // namespace sosik
