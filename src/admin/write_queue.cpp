#include "write_queue.hpp"

#include <boost/asio/co_spawn.hpp>

namespace sosik::admin {
namespace {

constexpr std::size_t largest_batch = 64;  // the step waits meanwhile

bool is_of_store(const Error& error) {
  return error.code == Errc::unavailable || error.code == Errc::corrupt;
}

// What is thrown is the work's own failure, and has been rolled back to before it.
Result<ApiAnswer> guarded(const WriteQueue::Work& work, Store& store, bool& has_thrown) {
  has_thrown = false;
  try {
    return work(store);
  } catch (const std::exception& e) {
    has_thrown = true;
    return unavailable(e.what());
  }
}

}  // namespace

Task<Result<ApiAnswer>> WriteQueue::run(Work work, bool is_large) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto job = std::make_shared<Job>(std::move(work), is_large, executor);
  waiting_.push_back(job);
  if (!is_draining_) {
    try {
      is_draining_ = true;
      boost::asio::co_spawn(executor, drain(), [](const std::exception_ptr& error) {
        if (error) std::rethrow_exception(error);  // to the loop, which logs it
      });
    } catch (...) {
      is_draining_ = false;
      std::erase(waiting_, job);
      throw;
    }
  }
  if (!job->is_through) co_await job->done.async_wait(as_result);
  if (job->failure) std::rethrow_exception(job->failure);
  co_return *std::move(job->result);
}

void WriteQueue::end(Job& job) {
  job.is_through = true;
  job.done.cancel();
}

WriteQueue::Batch WriteQueue::next_batch() {
  Batch batch;
  batch.reserve(largest_batch);  // so that none gets lost for want of memory
  while (!waiting_.empty() && batch.size() < largest_batch) {
    if (!batch.empty() && waiting_.front()->is_large) break;
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    if (batch.back()->is_large) break;
  }
  return batch;
}

// Fails when nothing of the batch is written.
Result<bool> WriteQueue::run_once(Store& store, Batch& batch) {
  bool has_thrown = false;
  if (batch.size() == 1) {
    batch[0]->result = guarded(batch[0]->work, store, has_thrown);
    const auto& result = *batch[0]->result;
    if (!result && is_of_store(result.error())) return result.error();
    return true;
  }
  const auto committed = store.in_transaction(false, [&]() -> Result<void> {
    for (const auto& job : batch) {
      job->result = guarded(job->work, store, has_thrown);
      // The database may have given up the whole transaction. Whatever came next would be written
      // by itself, though all are told that nothing was.
      const auto& result = *job->result;
      if (!result && !has_thrown && is_of_store(result.error())) return result.error();
    }
    return {};
  });
  if (!committed) return committed.error();
  return true;
}

// Batches of several nodes may want the same posts in another order.
Result<bool> WriteQueue::run_batch(Store& store, Batch& batch) {
  constexpr int attempts = 3;
  for (int attempt = 1;; ++attempt) {
    auto done = run_once(store, batch);
    if (done || !done.error().has_lost_race || attempt == attempts) return done;
  }
}

Task<> WriteQueue::drain() {
  while (!waiting_.empty()) {
    std::shared_ptr<Batch> batch;
    std::exception_ptr failure;
    try {
      batch = std::make_shared<Batch>();
      *batch = next_batch();
      auto work = [batch](Store& store) { return run_batch(store, *batch); };
      const auto done = co_await desk_->ask(std::move(work));
      if (!done)
        for (const auto& job : *batch) job->result = done.error();
    } catch (...) {
      failure = std::current_exception();
    }
    // Whatever happened: who is not answered waits for ever. Where there was not even room for a
    // batch, the first in the queue pays for it.
    if (!batch || batch->empty()) {
      waiting_.front()->failure = failure;
      end(*waiting_.front());
      waiting_.pop_front();
      continue;
    }
    for (const auto& job : *batch) {
      job->failure = failure;
      end(*job);
    }
  }
  is_draining_ = false;
}

}  // namespace sosik::admin
