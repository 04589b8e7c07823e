// What single values of a feed document must look like. Pure.
#pragma once
#include <chrono>
#include <optional>
#include <string_view>

namespace sosik {

// Absolute http or https, ASCII, nothing in it that RFC 3986 wants encoded (F-004).
bool is_web_url(std::string_view);
// A URI of any scheme: what an Atom id may be (F-086).
bool is_absolute_uri(std::string_view);
// A tag URI as RFC 4151 and the validator want it, when it begins with "tag:" (F-002).
bool is_tag_uri(std::string_view);
// "audio/mpeg", parameters allowed.
bool is_media_type(std::string_view);
// "hong@example.kr (홍길동)" (F-047).
bool is_mail_with_name(std::string_view);
bool holds_address(std::string_view);  // "kim@example.kr" somewhere in a name (F-097)
bool is_number(std::string_view);      // digits only, at least one, at most 18

struct DateCheck {
  const char* problem = nullptr;  // nullptr: it is fine
  std::optional<std::chrono::sys_seconds> moment = std::nullopt;
};
// "Mon, 23 Nov 2026 18:05:09 +0900", the weekday right (F-066).
DateCheck check_rfc822(std::string_view);
// "2026-11-23T18:05:09+09:00", a fraction allowed (F-088).
DateCheck check_rfc3339(std::string_view);
constexpr std::chrono::sys_seconds year_1990{std::chrono::seconds(631'152'000)};  // F-007

// A closing tag of HTML, or a character reference, is left in a text that is plain (F-029).
bool holds_markup(std::string_view);
// A character that XML permits and the validator warns of: C1 controls, U+FFFD (F-023).
bool holds_doubtful(std::string_view);

}  // namespace sosik
