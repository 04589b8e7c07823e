// Who may: bearer tokens, and the signatures of Standard Webhooks. Pure, but for the store.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"
#include "sosik/model/token.hpp"
#include "sosik/store/store.hpp"

namespace sosik::admin {

// What follows "Bearer" in Authorization; nothing for another scheme.
std::optional<std::string_view> bearer_text(std::string_view authorization);

// The token behind the text. unauthorized: there is none, or its time is over.
Result<Token> find_token(Store&, std::string_view text, Timestamp now);

struct HookSignature {
  std::string id, timestamp, signature;  // webhook-id, -timestamp, -signature
};
// Fails (unauthorized) when the body was not signed by the key, or its time is not within five
// minutes of `now` (Standard Webhooks: "verifying signatures").
Result<void> check_timestamp(const HookSignature&, Timestamp now);
Result<void> check_signature(const HookSignature&, std::string_view key, std::string_view body);

}  // namespace sosik::admin
