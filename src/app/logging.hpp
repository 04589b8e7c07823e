// The program's log: one event, one line on standard error, `time level sentence key=value ...`;
// values with spaces are quoted, control and bidi characters escaped (korean.md K-085). spdlog
// lives behind this header. Any thread.
#pragma once
#include <memory>
#include <string_view>

#include "sosik/net/log.hpp"

namespace sosik {

std::unique_ptr<Log> make_log(std::string_view level);

}  // namespace sosik
