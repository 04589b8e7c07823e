#include "sosik/net/task_group.hpp"

#include <boost/asio/io_context.hpp>
#include <stdexcept>

#include "catch.hpp"
#include "collected_log.hpp"
#include "run_task.hpp"
#include "sosik/net/deadline.hpp"

using namespace sosik;
namespace asio = boost::asio;

namespace {

constexpr auto far = std::chrono::hours(1);

Task<> throws() {
  throw std::runtime_error("out of ink");
  co_return;
}

Task<> ends(int& count) {
  ++count;
  co_return;
}

Task<> waits(bool& has_ended) {
  struct Mark {
    bool& flag;
    ~Mark() { flag = true; }
  } mark{has_ended};
  co_await wait_until(std::chrono::steady_clock::now() + far);
}

Task<bool> join_after_cancel(TaskGroup& group) {
  group.cancel();
  co_return co_await group.join(std::chrono::steady_clock::now() + far);
}

Task<int> answers() { co_return 7; }

Task<int> never_answers(bool& has_ended) {
  co_await waits(has_ended);
  co_return 1;
}

}  // namespace

TEST_CASE("A task group logs what escapes from a task, by name", "[net]") {
  asio::io_context context;
  CollectedLog log;
  TaskGroup group(context.get_executor(), log);
  group.spawn("delivery", throws());
  CHECK(group.size() == 1);
  context.run();
  CHECK(group.size() == 0);
  CHECK(log.text() == "error a task ended with an exception task=delivery error=out of ink\n");
}

TEST_CASE("A task group is joined when its last task has ended", "[net]") {
  asio::io_context context;
  CollectedLog log;
  TaskGroup group(context.get_executor(), log);
  int count = 0;
  for (int i = 0; i < 3; ++i) group.spawn("count", ends(count));
  CHECK(run_task(context, group.join(std::chrono::steady_clock::now() + far)));
  CHECK(count == 3);
  CHECK(log.lines().empty());
}

TEST_CASE("A cancelled task group ends its tasks and says nothing", "[net]") {
  asio::io_context context;
  CollectedLog log;
  TaskGroup group(context.get_executor(), log);
  bool first = false, second = false;
  group.spawn("wait", waits(first));
  group.spawn("wait", waits(second));
  context.poll();
  CHECK(run_task(context, join_after_cancel(group)));
  CHECK((first && second));
  CHECK(log.lines().empty());
}

TEST_CASE("Joining gives up at its deadline", "[net]") {
  asio::io_context context;
  CollectedLog log;
  TaskGroup group(context.get_executor(), log);
  bool has_ended = false;
  group.spawn("wait", waits(has_ended));
  bool is_empty = true;
  auto stop_after = [&](std::exception_ptr, bool joined) {
    is_empty = joined;
    context.stop();
  };
  asio::co_spawn(context, group.join(std::chrono::steady_clock::now()), stop_after);
  context.run();
  CHECK_FALSE(is_empty);
  CHECK_FALSE(has_ended);
}

TEST_CASE("A task within its deadline gives its value", "[net]") {
  asio::io_context context;
  auto value = run_task(context, within(std::chrono::steady_clock::now() + far, answers()));
  CHECK(value == 7);
}

TEST_CASE("A task past its deadline is cancelled, and has ended when nothing comes back", "[net]") {
  asio::io_context context;
  bool has_ended = false;
  auto value =
      run_task(context, within(std::chrono::steady_clock::now(), never_answers(has_ended)));
  CHECK_FALSE(value);
  CHECK(has_ended);
}
