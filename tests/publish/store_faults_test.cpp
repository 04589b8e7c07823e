// A disk that is full while deliveries are worked off (N-210): nothing is lost, nothing told
// twice, and it goes on by itself.
#include <sys/resource.h>

#include <csignal>
#include <optional>
#include <set>

#include "publisher_rig.hpp"

using namespace sosik;
using namespace std::chrono_literals;
using Rig = PublisherRig;

namespace {

// While it lives this process can write to no file: the kernel refuses, as on a full disk.
class FullDisk {
 public:
  FullDisk() {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    rlimit none = before_;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = SIG_DFL;
};

}  // namespace

TEST_CASE("While the disk is full records wait and nothing is claimed; then all goes on [N-210]",
          "[publish][threads][faults]") {
  Rig rig;
  std::optional<FullDisk> full;
  std::set<std::string> ids;
  TestReceiver hook(TestReceiver::Script([&](const std::string& request) {
    if (ids.empty()) full.emplace();
    ids.insert(field_of(request, "webhook-id"));
    return Reply::status(200);
  }));
  rig.tell(TargetKind::webhook, "webhook:build", hook);
  rig.owe(TargetKind::webhook, "webhook:build", "evt_1");
  auto later = rig.owed(TargetKind::webhook, "webhook:build", "evt_2");
  later.next_at = rig.clock.now() + 30s;
  rig.store->syndication().transact([&] { return rig.add(later); }).value();
  rig.start();
  hook.await_requests(1);
  rig.log.await("warn cannot record attempts");
  rig.advance_to(later.next_at);
  rig.log.await("warn cannot claim deliveries");
  CHECK(hook.requests().size() == 1);
  full.reset();
  rig.log.await("info delivered", 2);
  CHECK(hook.requests().size() == 2);
  CHECK(ids == std::set<std::string>{"evt_1", "evt_2"});
  for (const auto& d : rig.deliveries()) {
    CHECK(d.state == DeliveryState::delivered);
    CHECK(d.attempts == 1);
    CHECK(rig.store->ledger().list_attempts(d.id).value().size() == 1);
  }
}

TEST_CASE("A store that was full from the start is worked off when there is room [N-210]",
          "[publish][threads][faults]") {
  Rig rig;
  TestReceiver hook({Reply::status(200)});
  rig.tell(TargetKind::webhook, "webhook:build", hook);
  rig.owe_many("webhook:build", 20);
  {
    const FullDisk full;
    rig.start();
    rig.log.await("warn cannot claim deliveries", 2);
    CHECK(hook.requests().empty());
  }
  rig.log.await("info delivered", 20);
  CHECK(hook.requests().size() == 20);
}
