// Percent-encoding by component (RFC 3986 sections 2 and 3): what may stand bare where, and one
// loop that uses it.
#pragma once
#include <array>
#include <string>
#include <string_view>

namespace sosik::percent {

// The ASCII characters that stay as they are; everything else becomes %XX.
class Bare {
 public:
  explicit constexpr Bare(std::string_view punctuation) {
    for (char c = '0'; c <= '9'; ++c) allow(c);
    for (char c = 'a'; c <= 'z'; ++c) allow(c);
    for (char c = 'A'; c <= 'Z'; ++c) allow(c);
    for (const char c : punctuation) allow(c);
  }
  constexpr bool has(char c) const { return allowed_[static_cast<unsigned char>(c)]; }

 private:
  constexpr void allow(char c) { allowed_[static_cast<unsigned char>(c)] = true; }
  std::array<bool, 256> allowed_{};
};

inline constexpr Bare unreserved("-._~");
inline constexpr Bare minted_segment("-._~!$'()*+,;=:@");  // a segment that we make ourselves
inline constexpr Bare path("-._~!$&'()*+,;=:@/");          // pchar and '/'
inline constexpr Bare query_or_fragment("-._~!$&'()*+,;=:@/?");
inline constexpr Bare userinfo("-._~!$&'()*+,;=:");
inline constexpr Bare registered_name("-._~!$&'()*+,;=");

// -1 for anything but a hex digit.
constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
// Whether "%XX" stands at `at`.
bool is_escape(std::string_view text, std::size_t at);

void append_encoded(std::string& out, std::string_view text, const Bare& bare);
// The same for text that may hold escapes already: a valid one is kept as it is, a stray '%'
// becomes %25 (K-060).
void append_encoded_once(std::string& out, std::string_view text, const Bare& bare);

}  // namespace sosik::percent
