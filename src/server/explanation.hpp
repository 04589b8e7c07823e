// What a reader is told, in one sentence, when a request comes to nothing.
#pragma once
#include <string_view>

namespace sosik {

std::string_view explanation(int status);

}  // namespace sosik
