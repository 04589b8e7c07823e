// offload: blocking work (SQL, rendering, compression, name lookups) off the event loop.
//
//   auto work = [&store, key] { return store.feed_state(1, key); };
//   auto state = co_await offload(pool, std::move(work));
//
// `work` runs on one of the pool's threads, is destroyed there, and the caller resumes on its own
// executor with what it returned; an exception of `work` is thrown at the caller. It cannot be
// cancelled: whoever waits, waits to the end, so what `work` captures by reference lives as long as
// the coroutine that awaits. Join the pool before the caller's io_context is destroyed. Name the
// lambda on a line of its own, as above (g++ 12.2 and co_await).
#pragma once
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "sosik/net/task.hpp"

namespace sosik {

namespace offload_detail {

// What `work` gave: its value (monostate for void) unless it threw.
template <class R>
using Value = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

template <class R, class Work>
std::optional<Value<R>> run(Work work, std::exception_ptr& failure) noexcept {
  try {
    if constexpr (std::is_void_v<R>) {
      work();
      return std::monostate{};
    } else {
      return std::optional<Value<R>>(work());
    }
  } catch (...) {
    failure = std::current_exception();
    return std::nullopt;
  }
}

template <class R, class Work>
struct Initiate {
  boost::asio::thread_pool* pool;

  template <class Handler>
  void operator()(Handler&& handler, Work work) const {
    auto executor = boost::asio::get_associated_executor(handler);
    auto guard = boost::asio::make_work_guard(executor);  // the caller's loop stays alive meanwhile
    boost::asio::post(*pool, [handler = std::forward<Handler>(handler), work = std::move(work),
                              guard = std::move(guard)]() mutable {
      std::exception_ptr failure;
      std::optional<Value<R>> value = run<R>(std::move(work), failure);
      auto there = guard.get_executor();
      boost::asio::post(there, [handler = std::move(handler), guard = std::move(guard),
                                failure = std::move(failure), value = std::move(value)]() mutable {
        handler(failure, std::move(value));
      });
    });
  }
};

}  // namespace offload_detail

template <class Work>
Task<std::invoke_result_t<Work&>> offload(boost::asio::thread_pool& pool, Work work) {
  using R = std::invoke_result_t<Work&>;
  using Value = offload_detail::Value<R>;
  offload_detail::Initiate<R, Work> initiate{&pool};
  std::optional<Value> value =
      co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>,
                                           void(std::exception_ptr, std::optional<Value>)>(
          std::move(initiate), boost::asio::use_awaitable, std::move(work));
  if constexpr (!std::is_void_v<R>) co_return std::move(*value);
}

}  // namespace sosik
