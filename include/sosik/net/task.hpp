// The coroutine vocabulary: Task<T>, and as_result, with which `auto [ec, n] = co_await ...`
// returns errors, not throws.
#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sosik {

template <class T = void>
using Task = boost::asio::awaitable<T>;

constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace sosik
