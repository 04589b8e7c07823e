// Language tags as feeds may carry them (RFC 5646; korean.md K-076). One rule: what authors and
// content systems write is repaired, what an operator configures is refused with a reason.
#pragma once
#include <string>
#include <string_view>

namespace sosik {

// "ko_KR" and "ko-kr.UTF-8" become "ko-KR"; "kr" (which is Kanuri), "kor" and "korean" become "ko";
// empty when it is no tag.
std::string repaired_language(std::string_view text);

// Empty when the tag is fine as it stands, else what is wrong and what to write.
std::string language_problem(std::string_view tag);

}  // namespace sosik
