// What SQLite does, counted in instructions of its virtual machine, which has no clock.
#pragma once
#include <sqlite3.h>

#include <cstdint>

namespace sosik {

// Counts the instructions of every connection that is opened while it lives, from the first on.
class InstructionCount {
 public:
  InstructionCount() {
    count_ = 0;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch));
  }
  ~InstructionCount() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(watch)); }
  std::int64_t value() const { return count_; }

 private:
  static int watch(sqlite3* db, char**, const void*) {
    sqlite3_progress_handler(db, 1, count, nullptr);
    return SQLITE_OK;
  }
  static int count(void*) {
    ++count_;
    return 0;
  }
  static inline std::int64_t count_ = 0;
};

}  // namespace sosik
