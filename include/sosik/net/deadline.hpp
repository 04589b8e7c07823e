// within: a task that must end in time. Pass a deadline (a time point) down, not a timeout, so that
// the parts of one piece of work share one end.
//
//   auto answer = co_await within(deadline, ask(question));
//   if (!answer) ...   // the deadline passed; the task was cancelled and has ended
//
// Cancelling is a request: the task ends at its next asynchronous operation that can be cancelled,
// and `within` returns only then. What cannot be cancelled (offload) holds it up. An exception of
// the task is thrown on.
#pragma once
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "sosik/net/task.hpp"

namespace sosik {

using Deadline = std::chrono::steady_clock::time_point;

inline Task<> wait_until(Deadline deadline) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, deadline);
  co_await timer.async_wait(as_result);
}

// The task's value, std::monostate for Task<void>; nothing when the deadline came first.
template <class T>
Task<std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>>> within(
    Deadline deadline, Task<T> task) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto either = std::move(task) || wait_until(deadline);
  auto first = co_await std::move(either);
  if (first.index() == 1) co_return std::nullopt;
  co_return std::get<0>(std::move(first));
}

}  // namespace sosik
