// Result<T> is a T or an Error: what functions return when input, a file, the network or another
// program can make them fail. `if (!r) return r.error();` passes it on; `r.value()` throws a
// std::runtime_error with the detail and belongs where failure would be a bug (tests, start-up).
#pragma once
#include <boost/system/result.hpp>
#include <stdexcept>

#include "sosik/base/error.hpp"

namespace sosik {

template <class T>
using Result = boost::system::result<T, Error>;

[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location&) {
  throw std::runtime_error(error.detail.empty() ? std::string(to_string(error.code))
                                                : error.detail);
}

inline Error invalid(std::string detail) { return {Errc::invalid, std::move(detail)}; }
inline Error not_found(std::string detail) { return {Errc::not_found, std::move(detail)}; }
inline Error unavailable(std::string detail) { return {Errc::unavailable, std::move(detail)}; }

}  // namespace sosik
