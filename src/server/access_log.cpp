#include "access_log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

namespace sosik {

namespace {

constexpr std::chrono::seconds retry_pause{1};
constexpr std::chrono::milliseconds patience{1000};  // with a FIFO whose reader is slow

int open_file(const std::string& name) {
  // Without O_NONBLOCK a FIFO that nobody reads would hold up the start.
  return ::open(name.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
}

Error cannot_open(const std::string& name) {
  return unavailable("cannot open the access log " + name + ": " +
                     std::generic_category().message(errno));
}

}  // namespace

Result<std::unique_ptr<AccessLog>> AccessLog::open(const AccessLogOptions& options, Log& log) {
  const int file = open_file(options.file);
  if (file < 0) return cannot_open(options.file);
  return std::unique_ptr<AccessLog>(new AccessLog(options, log, file));
}

AccessLog::AccessLog(const AccessLogOptions& options, Log& log, int file)
    : name_(options.file), form_(options.form), log_(log), file_(file), writer_([this] {
        write_all();
      }) {}

void AccessLog::stop() {
  if (!writer_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    patience_ends_ = std::chrono::steady_clock::now() + patience;
  }
  changed_.notify_one();
  writer_.join();
  ::close(file_);
}

void AccessLog::Lines::append(const AccessRecord& record) noexcept {
  const std::size_t before = buffer_.size();
  try {
    line_.append(record, buffer_);
    ++count_;
  } catch (const std::bad_alloc&) {
    buffer_.resize(before);  // a piece of a line would spoil the next
    log_.drop(1);
  }
  if (buffer_.size() >= handed_over_at) hand_over();
}

void AccessLog::Lines::hand_over() noexcept {
  if (buffer_.empty()) return;
  const std::uint64_t count = std::exchange(count_, 0);
  try {
    Batch batch;
    batch.count = count;
    batch.lines.reserve(handed_over_at + 4096);
    batch.lines.swap(buffer_);
    log_.take(std::move(batch));
  } catch (const std::bad_alloc&) {
    buffer_.clear();
    log_.drop(count);
  }
}

void AccessLog::drop(std::uint64_t lines) noexcept {
  const std::lock_guard lock(mutex_);
  dropped_ += lines;
}

void AccessLog::take(Batch batch) {
  {
    const std::lock_guard lock(mutex_);
    if (append_to_last(batch)) return;  // the writer has been told of that
    if (batch.is_lines() && queued_ + batch.lines.capacity() > max_queued) {
      dropped_ += batch.count;
      return;
    }
    queue_.push_back(std::move(batch));
    queued_ += queue_.back().lines.capacity();
  }
  changed_.notify_one();
}

// A buffer that is handed over nearly empty is as large as a full one; many of them would take far
// more memory than their lines.
bool AccessLog::append_to_last(const Batch& batch) {
  if (queue_.empty() || !queue_.back().is_lines() || !batch.is_lines()) return false;
  Batch& last = queue_.back();
  if (last.lines.size() + batch.lines.size() > handed_over_at) return false;
  const std::size_t before = last.lines.capacity();
  last.lines += batch.lines;
  last.count += batch.count;
  queued_ += last.lines.capacity() - before;
  return true;
}

Result<void> AccessLog::reopen() {
  const int file = open_file(name_);
  if (file < 0) return cannot_open(name_);
  Batch batch;
  batch.next_file = file;
  try {
    take(std::move(batch));
  } catch (const std::bad_alloc&) {
    ::close(file);
    throw;
  }
  return {};
}

std::uint64_t AccessLog::lines_dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

std::size_t AccessLog::bytes_queued() const {
  const std::lock_guard lock(mutex_);
  return queued_;
}

void AccessLog::write_all() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Batch batch = std::move(queue_.front());
    queue_.pop_front();
    const std::size_t size = batch.lines.capacity();
    lock.unlock();
    bool is_written = true;
    if (!batch.is_lines()) {
      ::close(std::exchange(file_, batch.next_file));
      is_failing_ = is_torn_ = false;
    } else {
      is_written = write(batch.lines);
    }
    lock.lock();
    queued_ -= size;
    if (!is_written) {
      dropped_ += batch.count;
      drop_waiting();
      // A disk that is full now is so for a while: the queue fills meanwhile, and then drops.
      changed_.wait_for(lock, retry_pause, [this] { return is_stopping_; });
    }
  }
}

// All that would go to the same file, where a write has just failed: tried one by one, with a pause
// after each, it would be as late as it is many.
void AccessLog::drop_waiting() {
  while (!queue_.empty() && queue_.front().is_lines()) {
    queued_ -= queue_.front().lines.capacity();
    dropped_ += queue_.front().count;
    queue_.pop_front();
  }
}

// Whole lines or, on a full disk, as much as fits; then the rest is given up, and what is written
// next begins a line of its own.
bool AccessLog::write(std::string_view lines) noexcept {
  try {
    return (!is_torn_ || write_bytes("\n")) && write_bytes(lines);
  } catch (const std::exception&) {  // not even the log could say it; the thread goes on
    return false;
  }
}

bool AccessLog::has_room_soon() const {
  using std::chrono::milliseconds;
  milliseconds left = patience;
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_)
      left = std::chrono::ceil<milliseconds>(patience_ends_ - std::chrono::steady_clock::now());
  }
  pollfd wanted{file_, POLLOUT, 0};
  return left.count() > 0 && ::poll(&wanted, 1, static_cast<int>(left.count())) == 1;
}

bool AccessLog::write_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(file_, bytes.data(), bytes.size());
    if (wrote > 0) {
      is_torn_ = bytes[static_cast<std::size_t>(wrote) - 1] != '\n';
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
      continue;
    }
    const int error = errno;
    if (wrote < 0 && error == EINTR) continue;
    if (wrote < 0 && error == EAGAIN && has_room_soon()) continue;
    const std::string why =
        wrote == 0 ? "nothing is taken" : std::generic_category().message(error);
    if (!std::exchange(is_failing_, true))
      log_.warn("the access log cannot be written", {{"file", name_}, {"why", why}});
    return false;
  }
  if (std::exchange(is_failing_, false)) log_.info("the access log is written again");
  return true;
}

}  // namespace sosik
