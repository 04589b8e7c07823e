// One attempt: request, answer, verdict, with the second request that a redirect or
// a simpler form of the call asks for.
#pragma once
#include <chrono>
#include <optional>
#include <span>

#include "messenger.hpp"
#include "sosik/net/http_client.hpp"

namespace sosik {

struct Telling {
  Verdict verdict;
  std::optional<OutboundResponse> response;
  Timestamp began;
  std::chrono::milliseconds latency{};
};

// What is handed in must outlive the task. A further request is begun only within `patience`, so
// the whole takes at most that and one timeout of the client. Throws when cancelled, and for
// nothing else: what a messenger throws is a failed attempt.
Task<Telling> tell(HttpClient& client, Messenger& messenger, const Clock& clock,
                   std::span<const Delivery> together, const Target& target, const Site& site,
                   std::chrono::milliseconds patience);

// Did the attempt reach its host, so that others to the same host are worth trying?
bool was_reached(const Verdict&);

}  // namespace sosik
