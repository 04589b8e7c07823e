// A Log that remembers its lines, "level sentence key=value ...", for tests to look at and to wait
// for. Any thread.
#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "sosik/net/log.hpp"

namespace sosik {

class CollectedLog final : public Log {
 public:
  void info(std::string_view sentence, Fields fields) override { add("info", sentence, fields); }
  void warn(std::string_view sentence, Fields fields) override { add("warn", sentence, fields); }
  void error(std::string_view sentence, Fields fields) override { add("error", sentence, fields); }

  std::vector<std::string> lines() const {
    std::lock_guard lock(mutex_);
    return lines_;
  }
  std::string text() const {
    std::string all;
    for (auto& line : lines()) all += line + "\n";
    return all;
  }

  // Blocks until `count` lines hold `part`; throws when that takes longer than a minute.
  void await(const std::string& part, std::size_t count = 1) const {
    std::unique_lock lock(mutex_);
    auto has_come = [&] {
      std::size_t found = 0;
      for (auto& line : lines_) found += line.find(part) != std::string::npos;
      return found >= count;
    };
    if (changed_.wait_for(lock, std::chrono::minutes(1), has_come)) return;
    std::string all = "the log never said \"" + part + "\", but:\n";
    for (auto& line : lines_) all += line + "\n";
    throw std::runtime_error(all);
  }

 private:
  void add(std::string_view level, std::string_view sentence, Fields fields) {
    std::string line = std::string(level) + " " + std::string(sentence);
    for (auto& [key, value] : fields) line += " " + std::string(key) + "=" + std::string(value);
    std::lock_guard lock(mutex_);
    lines_.push_back(line);
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::string> lines_;
};

}  // namespace sosik
