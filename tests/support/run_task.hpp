// Runs a coroutine to its end on an io_context of its own thread and gives its value: the door from
// a test into Asio.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "sosik/net/task.hpp"

namespace sosik {

template <class T>
T run_task(boost::asio::io_context& context, Task<T> task) {
  std::exception_ptr failure;
  std::optional<T> value;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr e, T result) {
    failure = e;
    value.emplace(std::move(result));
  });
  context.restart();
  context.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(*value);
}

inline void run_task(boost::asio::io_context& context, Task<> task) {
  std::exception_ptr failure;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr e) { failure = e; });
  context.restart();
  context.run();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace sosik
