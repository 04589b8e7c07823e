// A Log that remembers its lines, "level sentence key=value ...", for tests to look at. Any thread.
#pragma once
#include <mutex>
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

 private:
  void add(std::string_view level, std::string_view sentence, Fields fields) {
    std::string line = std::string(level) + " " + std::string(sentence);
    for (auto& [key, value] : fields) line += " " + std::string(key) + "=" + std::string(value);
    std::lock_guard lock(mutex_);
    lines_.push_back(line);
  }

  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace sosik
