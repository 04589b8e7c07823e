// The two forms of an access log's line.
#include <array>
#include <charconv>

#include "access_log.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik {

namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

template <class Number>
void append_number(std::string& to, Number number) {
  char digits[24];
  to.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

// Printable ASCII but quote and backslash: nginx writes all else as \xHH.
constexpr std::array<bool, 256> plain = [] {
  std::array<bool, 256> table{};
  for (int c = 0x20; c < 0x7F; ++c) table[static_cast<std::size_t>(c)] = c != '"' && c != '\\';
  return table;
}();

void append_escaped(std::string& to, std::string_view text) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (plain[c]) continue;
    to.append(text, begin, i - begin).append("\\x");
    to += hex_digits[c >> 4];
    to += hex_digits[c & 15];
    begin = i + 1;
  }
  to.append(text, begin);
}

void append_or_dash(std::string& to, std::string_view text) {
  if (text.empty())
    to += '-';
  else
    append_escaped(to, text);
}

// `text` is made safe by printable() where it is not plain anyway, so only ASCII needs escapes.
void append_json(std::string& to, std::string_view name, std::string_view text) {
  to.append(",\"").append(name).append("\":\"");
  bool is_plain = true;
  for (char c : text) is_plain = is_plain && plain[static_cast<unsigned char>(c)];
  if (is_plain) {
    to.append(text).append("\"");
    return;
  }
  for (char c : printable(text)) {
    if (c == '"' || c == '\\') to += '\\';
    to += c;
  }
  to += '"';
}

void append_json(std::string& to, std::string_view name, std::uint64_t number) {
  to.append(",\"").append(name).append("\":");
  append_number(to, number);
}

}  // namespace

std::string_view AccessLine::time_text(Timestamp at) {
  const std::int64_t second = to_unix_seconds(at);
  if (second == second_) return time_;
  if (form_ == AccessLogOptions::Form::json) {
    time_ = rfc3339_date(from_unix_ms(second * 1000), TimeZone::utc());
  } else {  // 24/Nov/2026:17:00:00 +0000, from "Tue, 24 Nov 2026 17:00:00 GMT"
    const std::string date = http_date(at);
    time_ = date.substr(5, 2) + '/' + date.substr(8, 3) + '/' + date.substr(12, 4) + ':' +
            date.substr(17, 8) + " +0000";
  }
  second_ = second;  // last: without memory there is no text of it
  return time_;
}

void AccessLine::append(const AccessRecord& record, std::string& to) {
  if (form_ == AccessLogOptions::Form::json) {
    to.append("{\"time\":\"").append(time_text(record.at)).append("\"");
    append_json(to, "client", record.client);
    append_json(to, "method", record.method);
    append_json(to, "target", record.target);
    append_json(to, "version", record.version);
    append_json(to, "status", static_cast<std::uint64_t>(record.status));
    append_json(to, "body_bytes", record.body_bytes);
    append_json(to, "duration_us", static_cast<std::uint64_t>(record.duration.count()));
    append_json(to, "format", record.format);
    append_json(to, "coding", record.coding);
    to.append(record.is_conditional ? ",\"conditional\":true" : ",\"conditional\":false");
    append_json(to, "referer", record.referer);
    append_json(to, "user_agent", record.user_agent);
    to += "}\n";
    return;
  }
  append_or_dash(to, record.client);
  to.append(" - - [").append(time_text(record.at)).append("] \"");
  if (record.method.empty()) {
    to += '-';  // a request that was not understood
  } else {
    append_escaped(to, record.method);
    to += ' ';
    append_escaped(to, record.target);
    to += ' ';
    to += record.version;
  }
  to += "\" ";
  append_number(to, record.status);
  to += ' ';
  append_number(to, record.body_bytes);
  to += " \"";
  append_or_dash(to, record.referer);
  to += "\" \"";
  append_or_dash(to, record.user_agent);
  to += "\"\n";
}

}  // namespace sosik
