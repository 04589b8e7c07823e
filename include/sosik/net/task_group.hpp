// A TaskGroup is where tasks live that nobody awaits: it logs what escapes from them, counts them,
// and cancels them when the program goes down. (`detached` would swallow the exception.) Belongs to
// one io_context thread; destroy it only when it is empty or the io_context will not run again.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>

#include "sosik/net/log.hpp"
#include "sosik/net/task.hpp"

namespace sosik {

class TaskGroup {
 public:
  TaskGroup(boost::asio::any_io_executor executor, Log& log);

  // `name` is what the log calls the task: "delivery", "session".
  void spawn(std::string name, Task<> task);
  // Asks every task to end. Tasks spawned later are not asked.
  void cancel();
  std::size_t size() const { return running_.size(); }
  // Until the group is empty or the deadline passes; true when it is empty.
  Task<bool> join(std::chrono::steady_clock::time_point deadline);

 private:
  boost::asio::any_io_executor executor_;
  Log& log_;
  // Each is shared with its task, which may outlive the group when the loop is torn down.
  std::list<std::shared_ptr<boost::asio::cancellation_signal>> running_;
  boost::asio::steady_timer emptied_;
};

}  // namespace sosik
