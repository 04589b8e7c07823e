#include "sosik/net/offload.hpp"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <stdexcept>
#include <thread>

#include "catch.hpp"
#include "run_task.hpp"
#include "sosik/base/result.hpp"

using namespace sosik;
namespace asio = boost::asio;

namespace {

Task<> where_it_runs(asio::thread_pool& pool, std::thread::id& inside, std::thread::id& after) {
  auto work = [] { return std::this_thread::get_id(); };
  inside = co_await offload(pool, std::move(work));
  after = std::this_thread::get_id();
}

Task<> move_only(asio::thread_pool& pool, int& got) {
  auto owned = std::make_unique<int>(7);
  auto work = [owned = std::move(owned)]() -> Result<std::unique_ptr<int>> {
    return std::make_unique<int>(*owned + 1);
  };
  auto value = co_await offload(pool, std::move(work));
  got = **value;
}

Task<> nothing(asio::thread_pool& pool, std::atomic<int>& count) {
  auto work = [&count] { ++count; };
  co_await offload(pool, std::move(work));
}

Task<> throws(asio::thread_pool& pool) {
  auto work = []() -> int { throw std::runtime_error("no such table"); };
  co_await offload(pool, std::move(work));
}

}  // namespace

TEST_CASE("Offloaded work runs on the pool and the caller resumes on its own thread",
          "[net][threads]") {
  asio::io_context context;
  asio::thread_pool pool(1);
  std::thread::id inside, after;
  run_task(context, where_it_runs(pool, inside, after));
  CHECK(inside != std::this_thread::get_id());
  CHECK(inside != std::thread::id());
  CHECK(after == std::this_thread::get_id());
}

TEST_CASE("Offloaded work may own and return what cannot be copied", "[net][threads]") {
  asio::io_context context;
  asio::thread_pool pool(1);
  int got = 0;
  run_task(context, move_only(pool, got));
  CHECK(got == 8);
}

TEST_CASE("Many callers share a pool and each resumes once", "[net][threads]") {
  asio::io_context context(1);
  asio::thread_pool pool(3);
  std::atomic<int> count = 0;
  int resumed = 0;
  for (int i = 0; i < 200; ++i) {
    asio::co_spawn(context, nothing(pool, count), [&](std::exception_ptr) { ++resumed; });
  }
  context.run();
  CHECK(count == 200);
  CHECK(resumed == 200);
}

TEST_CASE("What offloaded work throws is thrown at the caller", "[net][threads]") {
  asio::io_context context;
  asio::thread_pool pool(1);
  CHECK_THROWS_WITH(run_task(context, throws(pool)), "no such table");
}
