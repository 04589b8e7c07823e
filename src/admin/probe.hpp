// A question of the operator's that may take long to answer, such as one that asks the store: put
// on a thread of its own, never twice at once, and waited for only so long. Lives on the admin
// thread.
#pragma once
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sosik/base/result.hpp"
#include "sosik/net/log.hpp"
#include "sosik/net/task.hpp"

namespace sosik::admin {

class Probe {
 public:
  using Source = std::function<std::string()>;  // called on `thread`

  // Destroyed before the loop is, after `thread` was joined.
  Probe(boost::asio::thread_pool& thread, Source source, std::chrono::milliseconds patience,
        Log& log)
      : thread_(thread), source_(std::move(source)), patience_(patience), log_(log) {}

  // What the source says. Who comes while it is being asked hears what it says to the one before.
  // Fails with timeout, and with unavailable when the source threw, which the log is told; `detail`
  // is for the operator.
  Task<Result<std::string>> ask();

 private:
  struct Round {
    explicit Round(const boost::asio::any_io_executor& executor)
        : answered(executor, boost::asio::steady_timer::time_point::max()) {}
    std::optional<Result<std::string>> answer;
    boost::asio::steady_timer answered;
  };
  Error failed(std::string_view why) const;
  Task<> run(std::shared_ptr<Round>);

  boost::asio::thread_pool& thread_;
  const Source source_;
  const std::chrono::milliseconds patience_;
  Log& log_;
  std::shared_ptr<Round> round_;  // the last one
};

}  // namespace sosik::admin
