// Header fields that an operator adds to what we send, checked where they are written down: in the
// configuration, in the admin API. Pure. Fails with invalid; the text of a failure shows the name,
// never the value, which may be a secret.
#pragma once
#include <string_view>

#include "sosik/base/result.hpp"

namespace sosik {

// Of a webhook (N-161): not what the client writes (Host, User-Agent, Connection, ...), what says
// how the body is to be read (Content-*), or what Standard Webhooks define (webhook-*).
Result<void> check_webhook_header(std::string_view name, std::string_view value);

// Of a purge call, whose body is the operator's: Content-Type is allowed.
Result<void> check_purge_header(std::string_view name, std::string_view value);

}  // namespace sosik
