#include "aggregator.hpp"

#include <algorithm>
#include <array>

#include "header_list.hpp"

namespace sosik {

namespace {

constexpr std::size_t looked_at = 512;  // bytes of a User-Agent

// A table, because each 200 to a reader who is not on loopback is asked.
constexpr std::array<bool, 256> separators = [] {
  std::array<bool, 256> table{};
  for (char c : std::string_view(" ();,+")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool begins_as(std::string_view text, const std::vector<std::string>& names) {
  return std::ranges::any_of(names, [&](const std::string& name) {
    return !name.empty() && equal_ignoring_case(text.substr(0, name.size()), name);
  });
}

}  // namespace

bool is_aggregator(std::string_view user_agent, const std::vector<std::string>& names) {
  user_agent = user_agent.substr(0, looked_at);
  bool is_word_start = true;
  for (std::size_t i = 0; i < user_agent.size(); ++i) {
    const bool separates = separators[static_cast<unsigned char>(user_agent[i])];
    if (!separates && is_word_start && begins_as(user_agent.substr(i), names)) return true;
    is_word_start = separates;
  }
  return false;
}

}  // namespace sosik
