#include "config_values.hpp"

#include <algorithm>

#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"

namespace sosik {

std::string url_of(TomlTable& table, std::string_view key, std::string_view text) {
  if (text.empty()) return {};
  auto ascii = ascii_url(text);
  if (!ascii || !parse_http_url(*ascii)) {
    table.problem(key, std::string(key) + " is \"" + printable(text) +
                           "\"; it must be an absolute http or https URL");
    return {};
  }
  return *ascii;
}

std::string file_of(TomlTable& table, std::string_view key, const std::filesystem::path& folder) {
  const auto name = table.text(key);
  return name.empty() ? std::string() : (folder / name).lexically_normal().string();
}

bool is_plain_name(std::string_view text) {
  return !text.empty() && text.size() <= 60 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_agent(std::string_view text) {
  return !text.empty() && text.find_first_of(" ();,+") == text.npos;
}

}  // namespace sosik
