#include "html_address.hpp"

#include <algorithm>

#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"

namespace sosik::html {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// As browsers read an address (WHATWG URL 4.4): line ends and tabs go wherever they are, controls
// and spaces at the ends.
std::string without_controls(std::string_view found) {
  std::string out;
  for (char c : found)
    if (c != '\t' && c != '\n' && c != '\r') out += c;
  const auto is_edge = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  out.erase(out.begin(), std::find_if_not(out.begin(), out.end(), is_edge));
  out.erase(std::find_if_not(out.rbegin(), out.rend(), is_edge).base(), out.end());
  return out;
}

// The scheme in lower case, with whatever does not belong into one left out, so that no disguise
// helps; nothing for a relative reference. "제목:부제" has none.
std::optional<std::string> scheme_of(std::string_view address) {
  const std::size_t end = address.find_first_of(":/?#");
  if (end == std::string_view::npos || address[end] != ':') return std::nullopt;
  std::string scheme;
  for (char c : address.substr(0, end)) {
    if (is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.') scheme += to_lower(c);
  }
  if (scheme.empty() || !is_letter(scheme.front())) return std::nullopt;
  return scheme;
}

bool is_absolute_http(std::string_view address) {
  const std::size_t host = address.starts_with("https://")  ? 8
                           : address.starts_with("http://") ? 7
                                                            : std::string_view::npos;
  return host < address.size() && address[host] != '/' && address[host] != '?' &&
         address[host] != '#';
}

bool is_descriptor(std::string_view text) {
  if (text.size() < 2 || (text.back() != 'w' && text.back() != 'x')) return false;
  text.remove_suffix(1);
  return text.size() <= 8 &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
}

}  // namespace

std::optional<std::string> safe_address(std::string_view base, std::string_view found,
                                        AddressUse use) {
  const std::string address = without_controls(found);
  if (address.size() > 65'536) return std::nullopt;
  const auto scheme = scheme_of(address);
  if (scheme && (*scheme == "mailto" || *scheme == "tel")) {
    const auto ascii = ascii_url(address);
    if (use != AddressUse::link || !ascii || !ascii->starts_with(*scheme + ":"))
      return std::nullopt;
    return *ascii;
  }
  if (scheme && *scheme != "http" && *scheme != "https") return std::nullopt;
  if (scheme) {
    std::string whole = address;
    std::transform(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(scheme->size()),
                   whole.begin(), to_lower);
    const auto ascii = ascii_url(whole);
    if (!ascii || !is_absolute_http(*ascii)) return std::nullopt;
    return *ascii;
  }
  // A colon in the first segment would make RFC 3986 see a scheme.
  const std::size_t colon = address.find_first_of(":/?#");
  const bool needs_dot = colon != std::string::npos && address[colon] == ':';
  const auto resolved = resolve_url(base, needs_dot ? "./" + address : address);
  if (!resolved || !is_absolute_http(*resolved)) return std::nullopt;
  return *resolved;
}

// HTML section 4.8.4.2.2: addresses end at white space, a comma at their end ends the candidate
// too.
std::string safe_srcset(std::string_view base, std::string_view found) {
  std::string out;
  std::size_t at = 0;
  while (at < found.size()) {
    while (at < found.size() && (is_space(found[at]) || found[at] == ',')) ++at;
    const std::size_t begin = at;
    while (at < found.size() && !is_space(found[at])) ++at;
    std::string_view address = found.substr(begin, at - begin);
    std::string_view descriptor;
    if (address.ends_with(',')) {
      while (address.ends_with(',')) address.remove_suffix(1);
    } else {
      while (at < found.size() && is_space(found[at])) ++at;
      const std::size_t end = std::min(found.find(',', at), found.size());
      descriptor = found.substr(at, end - at);
      while (!descriptor.empty() && is_space(descriptor.back())) descriptor.remove_suffix(1);
      at = end;
    }
    if (address.empty() || (!descriptor.empty() && !is_descriptor(descriptor))) continue;
    const auto safe = safe_address(base, address, AddressUse::embed);
    if (!safe || safe->ends_with(',') || safe->starts_with(',')) continue;
    if (!out.empty()) out += ", ";
    out += *safe;
    if (!descriptor.empty()) out.append(" ").append(descriptor);
  }
  return out;
}

bool is_placeholder(std::string_view found) {
  const std::string address = without_controls(found);
  const auto scheme = scheme_of(address);
  return address.empty() || address == "#" || (scheme && (*scheme == "data" || *scheme == "about"));
}

bool is_rooted_address(std::string_view found) {
  const std::string address = without_controls(found);
  const auto scheme = scheme_of(address);
  if (scheme) return *scheme == "http" || *scheme == "https";
  return address.size() > 1 && address.front() == '/';
}

std::string_view youtube_video(std::string_view address) {
  const auto is_id = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; };
  for (const std::string_view player :
       {"https://www.youtube.com/embed/", "https://www.youtube-nocookie.com/embed/",
        "https://youtube.com/embed/"}) {
    if (!address.starts_with(player)) continue;
    const auto rest = address.substr(player.size());
    const auto id = rest.substr(0, rest.find_first_of("?#"));
    constexpr std::size_t id_size = 11;
    if (id.size() == id_size && std::all_of(id.begin(), id.end(), is_id)) return id;
  }
  return {};
}

std::string_view local_fragment(std::string_view base, std::string_view found) {
  if (!base.empty() && found.starts_with(base)) found.remove_prefix(base.size());
  return found.starts_with('#') ? found.substr(1) : std::string_view{};
}

}  // namespace sosik::html
