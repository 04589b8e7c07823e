#include "telling.hpp"

#include <boost/asio/io_context.hpp>
#include <stdexcept>

#include "catch.hpp"
#include "fake_clock.hpp"
#include "run_task.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

// Answers 204 without a network.
class PoliteClient final : public HttpClient {
 public:
  Task<OutboundResult> send(OutboundRequest) override {
    OutboundResponse response;
    response.status = 204;
    co_return response;
  }
};

class BrokenMessenger final : public Messenger {
 public:
  explicit BrokenMessenger(bool fails_early) : fails_early_(fails_early) {}
  Result<OutboundRequest> request(std::span<const Delivery>, const Target&, const Site&,
                                  Timestamp) override {
    if (fails_early_) throw std::runtime_error("cannot write the request");
    return OutboundRequest{};
  }
  Verdict verdict(const Target&, const OutboundRequest&, const OutboundResponse&,
                  Timestamp) override {
    throw std::runtime_error("cannot read the answer");
  }

 private:
  const bool fails_early_;
};

}  // namespace

TEST_CASE("A messenger that throws is a failed attempt like others, tried again by the schedule",
          "[publish]") {
  const bool fails_early = GENERATE(true, false);
  boost::asio::io_context context;
  FakeClock clock;
  PoliteClient client;
  BrokenMessenger messenger(fails_early);
  const Delivery delivery;
  const Target target;
  const Site site;
  auto telling =
      run_task(context, tell(client, messenger, clock, std::span(&delivery, 1), target, site, 20s));
  CHECK(telling.verdict.kind == Verdict::Kind::later);
  CHECK(telling.verdict.error_class == "protocol");
  CHECK(telling.verdict.detail ==
        (fails_early ? "cannot write the request" : "cannot read the answer"));
  CHECK(telling.began == clock.now());
  CHECK(was_reached(telling.verdict));
}
