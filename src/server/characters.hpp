// Classes of octets in request heads, as tables.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace sosik {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// What an octet means in the path and query of a request-target (RFC 3986 section 3.3, 3.4; RFC
// 9112 section 3.2).
enum class TargetOctet : std::uint8_t {
  plain,      // unreserved, sub-delims, ":" "@" "/" "%" and the brackets that query strings carry
  query,      // "?"
  raw,        // above 0x7F: allowed by nobody, sent by many
  forbidden,  // controls, space, "#" and "<>\^`{|}
};

namespace characters_detail {

constexpr std::array<TargetOctet, 256> make_target_octets() {
  std::array<TargetOctet, 256> table{};
  for (std::size_t i = 0; i < 256; ++i)
    table[i] = i >= 0x80 ? TargetOctet::raw : TargetOctet::forbidden;
  for (char c : std::string_view("0123456789"
                                 "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "-._~!$&'()*+,;=:@/%[]"))
    table[static_cast<unsigned char>(c)] = TargetOctet::plain;
  table['?'] = TargetOctet::query;
  return table;
}
inline constexpr auto target_octets = make_target_octets();

constexpr std::array<bool, 256> make_host_octets() {
  std::array<bool, 256> table{};
  for (char c : std::string_view("0123456789"
                                 "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "-._~"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}
inline constexpr auto host_octets = make_host_octets();

}  // namespace characters_detail

inline TargetOctet target_octet(char c) {
  return characters_detail::target_octets[static_cast<unsigned char>(c)];
}
// In a host name or IPv4 address, besides %XX. RFC 3986 allows sub-delims as well, but no name has
// them, and "a,b" may be two Hosts that somebody joined.
inline bool is_host_octet(char c) {
  return characters_detail::host_octets[static_cast<unsigned char>(c)];
}

// Without the spaces and tabs at both ends (OWS of RFC 9110 section 5.6.3).
constexpr std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace sosik
