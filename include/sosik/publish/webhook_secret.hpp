// Standard Webhooks keys and signatures (https://www.standardwebhooks.com, N-151 to N-155). Pure,
// thread-safe.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"
#include "sosik/model/site.hpp"

namespace sosik {

// The key bytes behind "whsec_" and the base64 of 24 to 64 bytes. The text of a failure never shows
// the secret.
Result<std::string> parse_webhook_secret(std::string_view text);

// A new secret in its text form: 32 random bytes.
std::string make_webhook_secret();

// The secret of an endpoint of the admin API, in its text form: derived, so that none is stored
// (N-164). Another generation is another secret (N-154).
std::string endpoint_secret(std::string_view installation_key, SiteId, std::string_view endpoint_id,
                            std::int64_t generation);

// The value of webhook-signature for one key: "v1," and the base64 of HMAC-SHA256 over
// "id.timestamp.body", exactly these bytes.
std::string webhook_signature(std::string_view key, std::string_view message_id,
                              Timestamp attempt_at, std::string_view body);

}  // namespace sosik
