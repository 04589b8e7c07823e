// When is a delivery tried again? A table a kind of target, spread by a tenth so that those who
// failed together do not come back together. Pure: no clock and no chance, the spread follows from
// delivery and attempt. The waits of a table never shorten, and every table ends: then the delivery
// is given up, and only an operator's replay begins it anew.
#pragma once
#include <chrono>
#include <optional>
#include <span>

#include "sosik/base/clock.hpp"
#include "sosik/model/delivery.hpp"

namespace sosik {

// The waits after the first, second, ... failed attempt. webhook: Standard Webhooks' own (N-157);
// websub: five hours, a hub reads the feed later anyway; ping and rsscloud: three within half an
// hour, because it is worthless later (N-095); indexnow: seven hours; slack and discord: a
// webhook's, given up within a day, because a chat is read today; purge: three minutes, because
// the CDN's copy has run out by then, or is stale for longer than anything else may wait.
std::span<const std::chrono::seconds> waits(TargetKind);

// Retry-After is believed up to here.
constexpr std::chrono::hours longest_wait{24};
// No ping is tried again later than this after its attempt before (N-095).
constexpr std::chrono::minutes longest_ping_wait{30};
// A ping (or rsscloud) that nobody took up for so long when it was due is dropped (N-209). Age
// alone drops none: a schedule ends within half an hour, and what is raised or replayed is news.
constexpr std::chrono::hours ping_lifetime{1};

// The moment of the attempt after the one that is number `failed` (from 1; Delivery::tries) in its
// schedule, which ended at `now`; nothing when it was the last. `not_before` is what the peer asked
// for (Retry-After): it lengthens a wait up to longest_wait, never shortens one; a ping (or
// rsscloud) that is asked to wait for more than longest_ping_wait is given up.
std::optional<Timestamp> next_attempt(
    const Delivery&, int failed, Timestamp now,
    std::optional<std::chrono::seconds> not_before = std::nullopt);

// Is the delivery, as it was claimed, worthless by now?
bool is_expired(const Delivery&, Timestamp now);

// After a long time down everything is due at once (N-209): how long to hold back a delivery that
// has been due since long before `now`, 0 to `spread`; zero for one that came due recently. The
// same for the same delivery.
std::chrono::milliseconds hold_back(const Delivery&, Timestamp due_since, Timestamp now,
                                    std::chrono::milliseconds spread);

}  // namespace sosik
