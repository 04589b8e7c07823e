// What an answer means for a delivery, and what is written down of it. Pure: every rule here is
// tested without sockets.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "sosik/base/clock.hpp"
#include "sosik/model/delivery.hpp"
#include "sosik/net/outbound.hpp"
#include "sosik/store/ledger.hpp"

namespace sosik {

struct Verdict {
  enum class Kind {
    told,   // the party took it
    later,  // try again by the schedule
    over,   // it will never work: give up
    again,  // send once more at once, within the same attempt: elsewhere (again_url), or in the
            // simpler form
  };
  Kind kind = Kind::told;
  std::string error_class;                           // empty when told; see Attempt
  std::string detail;                                // one line
  std::optional<std::chrono::seconds> not_before{};  // the party asked to be left alone so long
  std::string again_url{};
  // Not empty: why nothing more is to be sent to this target (N-156: 410; N-172: an unknown
  // webhook). Only with `over`.
  std::string ends_target{};
  // What is refused may be one of several deliveries in the request: the others are told without
  // it.
  bool may_be_of_one = false;
  bool throttles = false;  // the target is overloaded: what else is owed to it waits, too (N-156)
};

// What a failed exchange means: only a URL that breaks our rules is hopeless.
Verdict verdict_of(const OutboundFailure&);

// The common part for answers: 2xx told; 307 and 308 again at Location when `may_redirect` (N-187:
// for publishes and pings, never for webhooks); else later, with the status in words and
// Retry-After.
Verdict verdict_of_status(const OutboundRequest&, const OutboundResponse&, Timestamp now,
                          bool may_redirect);

// A refusal that the same request would meet again: 4xx, but for 408, 425 and 429.
constexpr bool is_final_status(int status) {
  return status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
}

// Seconds or an HTTP date (RFC 9110 section 10.2.3); nothing when it is absent, past or unreadable.
std::optional<std::chrono::seconds> retry_after(const OutboundResponse&, Timestamp now);

// The record of the attempt. `response` is null when there was none.
Attempt attempt_of(const Delivery&, const Verdict&, const OutboundResponse* response,
                   Timestamp began, std::chrono::milliseconds latency);
// A record that says why nothing was tried: "expired", "cancelled", "url".
Attempt attempt_of(const Delivery&, std::string error_class, std::string detail, Timestamp at);

// What follows from it, by the schedule.
AttemptOutcome outcome_of(const Delivery&, const Verdict&, Timestamp now);

}  // namespace sosik
