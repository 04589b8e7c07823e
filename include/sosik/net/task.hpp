// The coroutine vocabulary: Task<T>, and as_result, with which `auto [ec, n] = co_await ...`
// returns errors, not throws.
#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

// g++ 12 takes the frame of an optimised coroutine for memory of another allocator:
// a false alarm about Asio's own pair of operators, in every file that defines a coroutine.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace sosik {

template <class T = void>
using Task = boost::asio::awaitable<T>;

constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace sosik
