#include "lookup.hpp"

#include <boost/asio/co_spawn.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "catch.hpp"
#include "run_task.hpp"

using namespace sosik;
namespace asio = boost::asio;
using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

namespace {

// A name server by hand: what begins with "dead" is not answered until open(). Shared, because a
// lookup may outlive who asked.
struct NameServer {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_open = false;
  std::vector<std::string> asked;

  Result<std::vector<std::string>> answer(const std::string& host) {
    std::unique_lock lock(mutex);
    asked.push_back(host);
    changed.notify_all();
    changed.wait(lock, [&] { return is_open || !host.starts_with("dead"); });
    return std::vector<std::string>{"192.0.2.1"};
  }
  void open() {
    std::lock_guard lock(mutex);
    is_open = true;
    changed.notify_all();
  }
  void await_asked(std::size_t count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return asked.size() >= count; });
  }
  std::vector<std::string> all_asked() {
    std::lock_guard lock(mutex);
    return asked;
  }
};

struct Rig {
  std::shared_ptr<NameServer> server = std::make_shared<NameServer>();
  asio::io_context context;
  std::unique_ptr<Lookup> lookup;
  int answered = 0, failed = 0;

  explicit Rig(std::size_t most_threads = 64) {
    auto resolve = [server = server](const std::string& host) { return server->answer(host); };
    lookup = std::make_unique<Lookup>(context, resolve, most_threads);
  }
  ~Rig() { server->open(); }

  void ask(const std::string& host, SteadyClock::time_point deadline) {
    auto take = [this](std::exception_ptr, Result<Lookup::Addresses> found) {
      ++(found ? answered : failed);
    };
    asio::co_spawn(context, lookup->find(host, deadline), take);
  }
};

const auto never = SteadyClock::time_point::max();

}  // namespace

TEST_CASE("Names without an answer hold up no other name, however often they are asked [N-084]",
          "[net][threads]") {
  Rig rig;
  for (int i = 0; i < 4; ++i) {
    for (auto* host : {"dead-a.example", "dead-b.example"}) rig.ask(host, never);
  }
  rig.ask("good.example", SteadyClock::now() + 20s);
  while (rig.answered + rig.failed == 0) rig.context.run_one();
  CHECK(rig.answered == 1);

  // Who waits for the same name waits for the same lookup.
  rig.server->await_asked(3);
  CHECK(rig.server->all_asked().size() == 3);
  rig.server->open();
  rig.context.run();
  CHECK(rig.answered == 9);
}

TEST_CASE("The next question after an answer is asked anew [N-192]", "[net]") {
  Rig rig;
  for (std::size_t n = 1; n <= 2; ++n) {
    auto found = run_task(rig.context, rig.lookup->find("good.example", never));
    REQUIRE(found.has_value());
    CHECK(found->at(0).to_string() == "192.0.2.1");
    CHECK(rig.server->all_asked().size() == n);
  }
}

TEST_CASE("A lookup that nobody waits for any more is not begun", "[net][threads]") {
  Rig rig(1);
  rig.ask("dead.example", never);
  rig.context.poll();
  rig.server->await_asked(1);  // the only thread is taken
  rig.ask("left.example", SteadyClock::now());
  while (rig.failed == 0) rig.context.run_one();
  rig.server->open();
  rig.ask("good.example", never);
  rig.context.run();
  CHECK(rig.answered == 2);
  CHECK(rig.server->all_asked() == std::vector<std::string>{"dead.example", "good.example"});
}

TEST_CASE("Ending does not wait for a name server", "[net][threads]") {
  Rig rig(1);
  rig.ask("dead.example", never);
  rig.ask("queued.example", never);
  rig.context.poll();
  rig.server->await_asked(1);
  rig.lookup.reset();  // returns, although the server is not open
  rig.server->open();
  CHECK(rig.answered == 0);
  CHECK(rig.server->all_asked() == std::vector<std::string>{"dead.example"});
}

TEST_CASE("A resolver that throws is a name without an address", "[net]") {
  asio::io_context context;
  auto resolve = [](const std::string&) -> Result<std::vector<std::string>> {
    throw std::runtime_error("out of luck");
  };
  Lookup lookup(context, resolve);
  auto found = run_task(context, lookup.find("good.example", never));
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().code == Errc::not_found);
  CHECK(found.error().detail.find("out of luck") != std::string::npos);
}
