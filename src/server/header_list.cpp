#include "header_list.hpp"

#include "characters.hpp"

namespace sosik {

namespace {

// Up to the next `separator` outside quotes; takes it and the separator off `rest`.
std::string_view take_until(char separator, std::string_view& rest) {
  bool is_quoted = false;
  std::size_t i = 0;
  for (; i < rest.size(); ++i) {
    const char c = rest[i];
    if (c == '"')
      is_quoted = !is_quoted;
    else if (c == '\\' && is_quoted && i + 1 < rest.size())
      ++i;
    else if (c == separator && !is_quoted)
      break;
  }
  const std::string_view taken = rest.substr(0, i);
  rest.remove_prefix(std::min(i + 1, rest.size()));
  return trim(taken);
}

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

std::optional<std::string_view> ListReader::next() {
  while (!rest_.empty()) {
    const std::string_view member = take_until(',', rest_);
    if (!member.empty()) return member;
  }
  return std::nullopt;
}

ParameterReader::ParameterReader(std::string_view member) : rest_(member) {
  head_ = take_until(';', rest_);
}

std::optional<ParameterReader::Parameter> ParameterReader::next() {
  while (!rest_.empty()) {
    std::string_view text = take_until(';', rest_);
    if (text.empty()) continue;
    const std::size_t equals = std::min(text.find('='), text.size());
    Parameter parameter{text.substr(0, equals), {}};
    if (equals < text.size()) parameter.value = text.substr(equals + 1);
    return parameter;
  }
  return std::nullopt;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

std::optional<int> parse_qvalue(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int thousandths = text[0] == '1' ? 1000 : 0;
  int unit = 100;
  for (std::size_t i = 2; i < text.size(); ++i, unit /= 10) {
    if (!is_digit(text[i])) return std::nullopt;
    thousandths += (text[i] - '0') * unit;
  }
  if (thousandths > 1000) return std::nullopt;
  return thousandths;
}

std::optional<int> weight(ParameterReader parameters) {
  while (auto parameter = parameters.next())
    if (equal_ignoring_case(parameter->name, "q")) return parse_qvalue(parameter->value);
  return 1000;
}

}  // namespace sosik
