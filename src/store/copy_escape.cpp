#include "copy_escape.hpp"

#include "sosik/base/text.hpp"
#include "sqlite/connection.hpp"

namespace sosik::sql {
namespace {

bool can_be_kept(std::string_view text) {
  return is_valid_utf8(text) && text.find('\0') == std::string_view::npos;
}

// Of the character that begins there; 0: none does.
std::size_t length_at(std::string_view text, std::size_t at) {
  for (std::size_t length = 1; length <= 4 && at + length <= text.size(); ++length)
    if (can_be_kept(text.substr(at, length))) return length;
  return 0;
}

void call_escaped(sqlite3_context* context, int, sqlite3_value** arguments) {
  const void* bytes = sqlite3_value_blob(arguments[0]);
  const auto size = static_cast<std::size_t>(sqlite3_value_bytes(arguments[0]));
  const std::string_view text(static_cast<const char*>(bytes), size);
  if (can_be_kept(text)) return sqlite3_result_value(context, arguments[0]);
  const std::string result = escaped(text);
  sqlite3_result_text64(context, result.data(), result.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

}  // namespace

std::string escaped(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = length_at(text, at);
    if (length == 0) {
      const auto byte = static_cast<unsigned char>(text[at++]);
      result.append("\uFFFD").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    } else {
      result.append(text.substr(at, length));
      at += length;
    }
  }
  return result;
}

void offer_escaped(Connection& sqlite) {
  sqlite3_create_function_v2(static_cast<sqlite::Connection&>(sqlite).handle(), "sosik_escaped", 1,
                             SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, call_escaped, nullptr,
                             nullptr, nullptr);
}

}  // namespace sosik::sql
