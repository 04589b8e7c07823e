// What writes, in order, on a desk of its own. A commit waits for the disk, some milliseconds, so
// those that came meanwhile share the next one: each is a savepoint in one transaction, and nobody
// is answered before it is on the disk. Lives on the admin thread.
#pragma once
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "api_call.hpp"
#include "sosik/net/desk.hpp"
#include "sosik/net/task.hpp"

namespace sosik::admin {

class WriteQueue {
 public:
  using Work = std::function<Result<ApiAnswer>(Store&)>;

  explicit WriteQueue(Desk<Store>::Open open)
      : desk_(std::make_unique<Desk<Store>>(std::move(open))) {}

  // Work that has lost a race to another node's (Error::has_lost_race) is done again from its
  // beginning. `is_large`: it takes long by itself, and shares no transaction. Throws what the
  // queue itself tripped over: then it is not known whether anything was written, and the next one
  // is done.
  Task<Result<ApiAnswer>> run(Work work, bool is_large);
  // Ends the desk; what waits is not run. When the loop has ended, and before it is destroyed.
  void stop() { desk_.reset(); }

 private:
  struct Job {
    Job(Work wanted, bool alone, const boost::asio::any_io_executor& executor)
        : work(std::move(wanted)),
          is_large(alone),
          done(executor, boost::asio::steady_timer::time_point::max()) {}
    Work work;
    bool is_large;
    std::optional<Result<ApiAnswer>> result;  // the desk's until is_through
    std::exception_ptr failure;               // instead of a result
    bool is_through = false;
    boost::asio::steady_timer done;
  };
  using Batch = std::vector<std::shared_ptr<Job>>;

  static Result<bool> run_once(Store&, Batch&);
  static Result<bool> run_batch(Store&, Batch&);
  static void end(Job&);
  Batch next_batch();
  Task<> drain();

  std::deque<std::shared_ptr<Job>> waiting_;
  bool is_draining_ = false;
  std::unique_ptr<Desk<Store>> desk_;
};

}  // namespace sosik::admin
