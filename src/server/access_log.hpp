// The access log: a line a request, in Combined Log Format or as JSON, written by a thread of its
// own, so that no disk ever holds up a reader. Each worker fills its own Lines; full buffers are
// handed over. What cannot be written fast enough is dropped by whole buffers, and counted; what
// waits when a write has failed too.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"
#include "sosik/net/log.hpp"
#include "sosik/server/server.hpp"

namespace sosik {

// What is known of one request when its answer is handed to the socket. Text from outside may hold
// any bytes. Empty: not known.
struct AccessRecord {
  Timestamp at;
  std::string_view client, method, target, version, referer, user_agent;
  int status = 0;
  std::uint64_t body_bytes = 0;
  std::chrono::microseconds duration{0};
  std::string_view format, coding;
  bool is_conditional = false;
};

// Appends the line, with its end. Pure, but that `seconds` keeps the text of the second it was made
// for last. Combined: as nginx writes it, bytes that could forge a line as \xHH. JSON: always valid
// UTF-8, bidi controls escaped (korean.md K-085).
class AccessLine {
 public:
  explicit AccessLine(AccessLogOptions::Form form) : form_(form) {}
  void append(const AccessRecord&, std::string& to);

 private:
  std::string_view time_text(Timestamp);

  const AccessLogOptions::Form form_;
  std::int64_t second_ = -1;
  std::string time_;
};

class AccessLog {
 public:
  static constexpr std::size_t handed_over_at = 64 * 1024;  // bytes
  static constexpr std::size_t max_queued = 16 * 1024 * 1024;

  // Fails with unavailable, naming the file and the reason.
  static Result<std::unique_ptr<AccessLog>> open(const AccessLogOptions&, Log&);
  // Writes what was handed over. A FIFO whose reader is slow is waited for a second in all.
  ~AccessLog() { stop(); }
  // The same, for who wants to know what was dropped. Nothing is handed over afterwards.
  void stop();

  // One worker's; its thread's alone. Handed over when destroyed. For want of memory lines are
  // dropped, and counted.
  class Lines {
   public:
    explicit Lines(AccessLog& log) : log_(log), line_(log.form_) {}
    ~Lines() { hand_over(); }
    Lines(const Lines&) = delete;
    Lines& operator=(const Lines&) = delete;
    void append(const AccessRecord& record) noexcept;
    void hand_over() noexcept;

   private:
    AccessLog& log_;
    AccessLine line_;
    std::string buffer_;
    std::uint64_t count_ = 0;
  };

  // What was handed over before goes to the file that was open, what comes after to the one that
  // now has the name. Any thread. Fails with unavailable, and goes on with the file it has.
  Result<void> reopen();
  std::uint64_t lines_dropped() const;
  // What waits to be written takes this much memory.
  std::size_t bytes_queued() const;

 private:
  struct Batch {
    std::string lines;
    std::uint64_t count = 0;
    int next_file = -1;  // instead of lines: go on with this file

    bool is_lines() const { return next_file < 0; }
  };

  AccessLog(const AccessLogOptions&, Log&, int file);
  void take(Batch batch);
  void drop(std::uint64_t lines) noexcept;
  bool append_to_last(const Batch& batch);
  void write_all();
  void drop_waiting();
  bool write(std::string_view lines) noexcept;
  bool write_bytes(std::string_view bytes);
  bool has_room_soon() const;

  const std::string name_;
  const AccessLogOptions::Form form_;
  Log& log_;
  int file_;                 // the writer's alone, until it has ended
  bool is_failing_ = false;  // the writer's alone
  bool is_torn_ = false;     // the writer's alone: the file ends within a line

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Batch> queue_;
  std::size_t queued_ = 0;  // bytes of memory, those being written included
  std::uint64_t dropped_ = 0;
  bool is_stopping_ = false;
  std::chrono::steady_clock::time_point patience_ends_;  // once stopping

  std::thread writer_;  // last: everything above is there when it starts
};

}  // namespace sosik
