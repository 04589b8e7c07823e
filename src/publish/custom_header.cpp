#include "sosik/publish/custom_header.hpp"

#include <algorithm>
#include <string>

#include "sosik/base/text.hpp"

namespace sosik {

namespace {

constexpr std::size_t longest_name = 100, longest_value = 4096;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  });
}

// Visible ASCII with spaces inside: a line break would begin a header of its own.
bool is_value(std::string_view text) {
  return !text.empty() && text.front() != ' ' && text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_clients_own(std::string_view name) {
  constexpr std::string_view names[] = {
      "host", "user-agent", "accept-encoding",   "connection", "keep-alive",
      "te",   "trailer",    "transfer-encoding", "upgrade",    "expect"};
  return std::ranges::count(names, name) != 0 || name.starts_with("proxy-");
}

Result<void> check(std::string_view name, std::string_view value) {
  if (!is_token(name) || name.size() > longest_name)
    return invalid("\"" + printable(name.substr(0, longest_name)) + "\" is no name of a header");
  if (!is_value(value) || value.size() > longest_value)
    return invalid("the header " + std::string(name) +
                   " needs a value of visible ASCII characters, at most " +
                   std::to_string(longest_value));
  if (is_clients_own(lower(name)))
    return invalid("the header " + std::string(name) + " is ours to write");
  return {};
}

}  // namespace

Result<void> check_webhook_header(std::string_view name, std::string_view value) {
  if (auto checked = check(name, value); !checked) return checked;
  const auto known = lower(name);
  if (known.starts_with("content-") || known.starts_with("webhook-"))
    return invalid("the header " + std::string(name) + " is ours to write");
  return {};
}

Result<void> check_purge_header(std::string_view name, std::string_view value) {
  if (auto checked = check(name, value); !checked) return checked;
  const auto known = lower(name);
  if (known.starts_with("content-") && known != "content-type")
    return invalid("the header " + std::string(name) + " is ours to write");
  return {};
}

}  // namespace sosik
