#include "telling.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace sosik {

namespace {

constexpr int most_requests = 4;  // the first, and three more (N-187)

// The requests of one attempt, from telling.began on; leaves the verdict and the last answer in
// `telling`.
Task<> exchange(HttpClient& client, Messenger& messenger, const Clock& clock,
                std::span<const Delivery> together, const Target& target, const Site& site,
                std::chrono::steady_clock::time_point begin_by, Telling& telling) {
  auto request = messenger.request(together, target, site, telling.began);
  bool was_redirected = false;
  for (int sent = 0; request; ++sent) {
    if (sent == most_requests || std::chrono::steady_clock::now() > begin_by) {
      telling.verdict.kind = Verdict::Kind::later;
      telling.verdict.detail += " too many times or too slowly";
      co_return;
    }
    auto result = co_await client.send(*request);
    if (!result && was_redirected && result.error().error_class == "url") {
      // Not our URL but one that the party chose, and it may choose another.
      telling.verdict = {
          Verdict::Kind::later, "status",
          telling.verdict.detail + " to where we do not send: " + result.error().detail};
      co_return;
    }
    telling.response.reset();
    if (!result) {
      telling.verdict = verdict_of(result.error());
      co_return;
    }
    telling.verdict = messenger.verdict(target, *request, *result, clock.now());
    telling.response = std::move(*result);
    if (telling.verdict.kind != Verdict::Kind::again) co_return;
    was_redirected = !telling.verdict.again_url.empty();
    if (was_redirected) {
      request->url = telling.verdict.again_url;
    } else {
      request = messenger.request(together, target, site, telling.began);
    }
  }
  telling.verdict = {Verdict::Kind::over, "rejected", request.error().detail};
}

}  // namespace

Task<Telling> tell(HttpClient& client, Messenger& messenger, const Clock& clock,
                   std::span<const Delivery> together, const Target& target, const Site& site,
                   std::chrono::milliseconds patience) {
  Telling telling;
  telling.began = clock.now();
  const auto start = std::chrono::steady_clock::now();
  std::string failure;
  try {
    co_await exchange(client, messenger, clock, together, target, site, start + patience, telling);
  } catch (const boost::system::system_error& e) {
    if (e.code() == boost::asio::error::operation_aborted) throw;  // cancelled: no attempt's end
    failure = e.what();
  } catch (const std::exception& e) {
    failure = e.what();
  }
  // Recorded like any other failure: without a record it would be claimed again for ever.
  if (!failure.empty()) telling.verdict = {Verdict::Kind::later, "protocol", failure};
  telling.latency = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start);
  co_return telling;
}

bool was_reached(const Verdict& verdict) {
  return verdict.error_class != "dns" && verdict.error_class != "connect" &&
         verdict.error_class != "tls" && verdict.error_class != "timeout";
}

}  // namespace sosik
