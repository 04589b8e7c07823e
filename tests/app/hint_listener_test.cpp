// From the node that steps to the others, over a real server.
#include "../../src/app/hint_listener.hpp"

#include <atomic>
#include <semaphore>

#include "../../src/app/step_runner.hpp"
#include "../syndicate/step_fixture.hpp"
#include "catch.hpp"
#include "collected_log.hpp"

using namespace sosik;
using namespace std::chrono_literals;

TEST_CASE("A hint calls the listener, and the listener ends without one [S-047]",
          "[app][postgresql][threads]") {
  StoreFile file(true);
  const auto sender = file.open();
  std::binary_semaphore heard{0};
  HintListener listener([&] { return Result<std::unique_ptr<Store>>(file.open()); },
                        [&] { heard.release(); });
  bool has_heard = false;  // it listens a moment after it was made
  for (int i = 0; i < 600 && !has_heard; ++i) {
    REQUIRE(sender->hint().has_value());
    has_heard = heard.try_acquire_for(100ms);
  }
  CHECK(has_heard);
}

TEST_CASE("The node that steps hints at what it did [S-047]", "[app][postgresql][threads]") {
  StoreFile file(true);
  FakeClock clock;
  CollectedLog log;
  const auto waiting = file.open();
  REQUIRE_FALSE(waiting->wait_for_hint(0ms).value());
  const StepRunner::Listener listener{.on_step = [](const StepReport&) {},
                                      .on_plan = [](const SyndicationPlan&) {},
                                      .on_sites = {},
                                      .on_news = [](const News&) {},
                                      .on_gap = [] {},
                                      .on_look = [](Store&) {}};
  const auto runner = StepRunner::start([&] { return Result<std::unique_ptr<Store>>(file.open()); },
                                        sample_plan(), true, clock, log, listener)
                          .value();
  CHECK(waiting->wait_for_hint(60s).value());
}
