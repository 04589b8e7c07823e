// Language tags as feeds may carry them (RFC 5646; korean.md K-076).
#pragma once
#include <string>
#include <string_view>

namespace sosik {

// Empty when the tag is fine, else what is wrong and what to write.
std::string language_problem(std::string_view tag);

}  // namespace sosik
