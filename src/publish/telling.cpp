#include "telling.hpp"

namespace sosik {

namespace {

constexpr int most_requests = 4;  // the first, and three more (N-187)

}  // namespace

Task<Telling> tell(HttpClient& client, Messenger& messenger, const Clock& clock, Delivery delivery,
                   Target target, Site site, std::chrono::milliseconds patience) {
  Telling telling;
  telling.began = clock.now();
  const auto start = std::chrono::steady_clock::now();
  auto request = messenger.request(delivery, target, site, telling.began);
  for (int sent = 0; request; ++sent) {
    if (sent == most_requests || std::chrono::steady_clock::now() - start > patience) {
      telling.verdict.kind = Verdict::Kind::later;
      telling.verdict.detail += " too many times or too slowly";
      break;
    }
    auto result = co_await client.send(*request);
    telling.response.reset();
    if (!result) {
      telling.verdict = verdict_of(result.error());
      break;
    }
    telling.verdict = messenger.verdict(target, *request, *result, clock.now());
    telling.response = std::move(*result);
    if (telling.verdict.kind != Verdict::Kind::again) break;
    if (telling.verdict.again_url.empty()) {
      request = messenger.request(delivery, target, site, telling.began);
    } else {
      request->url = telling.verdict.again_url;
    }
  }
  if (!request) {
    telling.verdict = {Verdict::Kind::over, "rejected", request.error().detail};
  }
  telling.latency = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start);
  co_return telling;
}

bool was_reached(const Verdict& verdict) {
  return verdict.error_class != "dns" && verdict.error_class != "connect" &&
         verdict.error_class != "tls" && verdict.error_class != "timeout";
}

}  // namespace sosik
