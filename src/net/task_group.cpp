#include "sosik/net/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>

namespace sosik {

namespace asio = boost::asio;

namespace {

// The text of what escaped; empty for the ordinary end of a cancelled task.
std::string escaped(const std::exception_ptr& failure) {
  if (!failure) return {};
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& e) {
    return e.code() == asio::error::operation_aborted ? "" : e.what();
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "not a std::exception";
  }
}

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor executor, Log& log)
    : executor_(std::move(executor)), log_(log), emptied_(executor_) {}

void TaskGroup::spawn(std::string name, Task<> task) {
  auto signal = std::make_shared<asio::cancellation_signal>();
  auto self = running_.insert(running_.end(), signal);
  auto slot = signal->slot();
  auto ended = [this, self, signal, name = std::move(name)](const std::exception_ptr& failure) {
    running_.erase(self);
    if (auto text = escaped(failure); !text.empty()) {
      log_.error("a task ended with an exception", {{"task", name}, {"error", text}});
    }
    if (running_.empty()) emptied_.cancel();
  };
  asio::co_spawn(executor_, std::move(task), asio::bind_cancellation_slot(slot, std::move(ended)));
}

void TaskGroup::cancel() {
  // A task may end, and leave the list, while it is being asked.
  const auto asked = running_;
  for (auto& signal : asked) signal->emit(asio::cancellation_type::all);
}

Task<bool> TaskGroup::join(std::chrono::steady_clock::time_point deadline) {
  while (!running_.empty()) {
    emptied_.expires_at(deadline);
    auto [ec] = co_await emptied_.async_wait(as_result);
    if (!ec) break;  // the deadline
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none)
      break;
  }
  co_return running_.empty();
}

}  // namespace sosik
