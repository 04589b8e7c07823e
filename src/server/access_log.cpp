#include "access_log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace sosik {

namespace {

constexpr std::size_t max_queued = 16 * 1024 * 1024;
constexpr std::chrono::seconds retry_pause{1};

int open_file(const std::string& name) {
  // Without O_NONBLOCK a FIFO that nobody reads would hold up the start.
  return ::open(name.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
}

// A FIFO whose reader is slow.
bool has_room_soon(int file) {
  pollfd wanted{file, POLLOUT, 0};
  constexpr int milliseconds = 1000;
  return ::poll(&wanted, 1, milliseconds) == 1;
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

AccessLog::~AccessLog() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_one();
  writer_.join();
  ::close(file_);
}

void AccessLog::Lines::hand_over() {
  if (buffer_.empty()) return;
  Batch batch;
  batch.count = std::exchange(count_, 0);
  batch.lines.reserve(handed_over_at + 4096);
  batch.lines.swap(buffer_);
  log_.take(std::move(batch));
}

void AccessLog::take(Batch batch) {
  {
    const std::lock_guard lock(mutex_);
    if (queued_ + batch.lines.size() > max_queued) {
      dropped_ += batch.count;
      return;
    }
    queued_ += batch.lines.size();
    queue_.push_back(std::move(batch));
  }
  changed_.notify_one();
}

Result<void> AccessLog::reopen() {
  const int file = open_file(name_);
  if (file < 0) return cannot_open(name_);
  Batch batch;
  batch.next_file = file;
  take(std::move(batch));
  return {};
}

std::uint64_t AccessLog::lines_dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void AccessLog::write_all() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Batch batch = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    bool is_written = true;
    if (batch.next_file >= 0) {
      ::close(std::exchange(file_, batch.next_file));
      is_failing_ = is_torn_ = false;
    } else {
      is_written = write(batch.lines);
    }
    lock.lock();
    queued_ -= batch.lines.size();
    if (!is_written) {
      dropped_ += batch.count;
      // A disk that is full now is so for a while: the queue fills meanwhile, and then drops.
      changed_.wait_for(lock, retry_pause, [this] { return is_stopping_; });
    }
  }
}

// Whole lines or, on a full disk, as much as fits; then the rest is given up, and what is written
// next begins a line of its own.
bool AccessLog::write(std::string_view lines) {
  return (!is_torn_ || write_bytes("\n")) && write_bytes(lines);
}

bool AccessLog::write_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(file_, bytes.data(), bytes.size());
    if (wrote > 0) {
      is_torn_ = bytes[static_cast<std::size_t>(wrote) - 1] != '\n';
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
      continue;
    }
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0 && errno == EAGAIN && has_room_soon(file_)) continue;
    const std::string why =
        wrote == 0 ? "nothing is taken" : std::generic_category().message(errno);
    if (!std::exchange(is_failing_, true))
      log_.warn("the access log cannot be written", {{"file", name_}, {"why", why}});
    return false;
  }
  if (std::exchange(is_failing_, false)) log_.info("the access log is written again");
  return true;
}

}  // namespace sosik
