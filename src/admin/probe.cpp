#include "probe.hpp"

#include <boost/asio/co_spawn.hpp>

#include "sosik/net/deadline.hpp"
#include "sosik/net/offload.hpp"

namespace sosik::admin {
namespace {

Task<> wait_for(boost::asio::steady_timer& timer) { co_await timer.async_wait(as_result); }

}  // namespace

Task<Result<std::string>> Probe::ask() {
  const auto executor = co_await boost::asio::this_coro::executor;
  if (!round_ || round_->answer) {
    const auto next = std::make_shared<Round>(executor);
    boost::asio::co_spawn(executor, run(next), [](const std::exception_ptr&) {});
    round_ = next;
  }
  const auto round = round_;
  if (!round->answer)
    co_await within(std::chrono::steady_clock::now() + patience_, wait_for(round->answered));
  if (round->answer) co_return *round->answer;
  co_return Error{Errc::timeout, "no answer for " + std::to_string(patience_.count()) +
                                     " ms: the disk is slow, or another program holds it locked"};
}

Error Probe::failed(std::string_view why) const {
  log_.error("the operator's question failed", {{"why", why}});
  return unavailable("the question itself failed; the log says why");
}

// Ends with an answer, whatever happens.
Task<> Probe::run(std::shared_ptr<Round> round) {
  try {
    auto work = [this] { return source_(); };
    round->answer = co_await offload(thread_, std::move(work));
  } catch (const std::exception& e) {
    round->answer = failed(e.what());
  } catch (...) {
    round->answer = failed("something was thrown that is no exception");
  }
  round->answered.cancel();
}

}  // namespace sosik::admin
