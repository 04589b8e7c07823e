#include "logging.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "sosik/base/text.hpp"

namespace sosik {
namespace {

class SpdLog final : public Log {
 public:
  explicit SpdLog(std::string_view level)
      : logger_("sosik", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    logger_.set_level(spdlog::level::from_str(std::string(level)));
  }
  void info(std::string_view sentence, Fields fields) override {
    write(spdlog::level::info, sentence, fields);
  }
  void warn(std::string_view sentence, Fields fields) override {
    write(spdlog::level::warn, sentence, fields);
  }
  void error(std::string_view sentence, Fields fields) override {
    write(spdlog::level::err, sentence, fields);
  }

 private:
  void write(spdlog::level::level_enum level, std::string_view sentence, Fields fields) {
    if (!logger_.should_log(level)) return;
    std::string line(sentence);
    for (const auto& [key, value] : fields) {
      line += ' ';
      line += key;
      line += '=';
      auto shown = printable(value);
      const bool is_plain = !shown.empty() && shown.find_first_of(" \"=") == std::string::npos;
      if (is_plain) {
        line += shown;
        continue;
      }
      line += '"';
      for (char c : shown) {
        if (c == '"') line += '\\';
        line += c;
      }
      line += '"';
    }
    logger_.log(level, "{}", line);
  }

  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<Log> make_log(std::string_view level) { return std::make_unique<SpdLog>(level); }

}  // namespace sosik
