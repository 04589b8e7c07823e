// Inside a step's transaction a failing store ends the step: nothing can be done about it between
// two statements. take() unwraps a Result and throws what Step catches at its surface and hands on
// as the Error that it was.
#pragma once
#include <exception>
#include <utility>

#include "sosik/base/result.hpp"

namespace sosik {

class StoreFailed final : public std::exception {
 public:
  explicit StoreFailed(Error error) : error_(std::move(error)) {}
  const Error& error() const { return error_; }
  const char* what() const noexcept override { return error_.detail.c_str(); }

 private:
  Error error_;
};

template <class T>
T take(Result<T> result) {
  if (!result) throw StoreFailed(result.error());
  return *std::move(result);
}
inline void take(Result<void> result) {
  if (!result) throw StoreFailed(result.error());
}

}  // namespace sosik
