// Where `server`, `publish` and `admin` say what happened: one event, one line, a constant sentence
// plus fields. `app` hands in an implementation; tests collect. Any thread.
#pragma once
#include <initializer_list>
#include <string_view>
#include <utility>

namespace sosik {

class Log {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;
  virtual ~Log() = default;
  virtual void info(std::string_view sentence, Fields fields = {}) = 0;
  virtual void warn(std::string_view sentence, Fields fields = {}) = 0;
  virtual void error(std::string_view sentence, Fields fields = {}) = 0;
};

}  // namespace sosik
