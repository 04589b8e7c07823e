#include "recorder.hpp"

#include <boost/asio/io_context.hpp>
#include <stdexcept>

#include "publisher_rig.hpp"
#include "run_task.hpp"

using namespace sosik;
using namespace std::chrono_literals;

TEST_CASE("A batch that ends by an exception does not keep the next ones from being recorded",
          "[publish][recorder]") {
  PublisherRig rig;
  boost::asio::io_context context;
  StoreDesk desk([&] { return open_store(rig.url); });
  TaskGroup group(context.get_executor(), rig.log);
  int written = 0;
  Recorder recorder(desk, group, rig.clock, rig.log, 60s, 120h, [&] {
    if (++written == 1) throw std::runtime_error("tripped");
  });
  rig.owe_many("webhook:build", 3);
  const auto claimed = rig.store->ledger().claim_deliveries("w", rig.clock.now(), 60s, 10).value();
  REQUIRE(claimed.size() == 3);
  const auto write_down = [&](const Delivery& d) {
    Attempt attempt;
    attempt.number = d.attempts;
    attempt.at = rig.clock.now();
    recorder.write_down(d, attempt, {DeliveryState::delivered, rig.clock.now()});
  };
  const auto run = [&] {
    CHECK(run_task(context, group.join(std::chrono::steady_clock::now() + 1min)));
  };
  write_down(claimed[0]);
  run();
  CHECK(rig.log.text().find("tripped") != std::string::npos);
  write_down(claimed[1]);
  write_down(claimed[2]);
  run();
  CHECK(written >= 2);
  for (const auto& d : rig.deliveries()) CHECK(d.state == DeliveryState::delivered);
}
