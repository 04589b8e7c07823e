// Addresses found in content: made absolute and ASCII, and refused unless a reader may safely
// follow them (formats.md F-062, F-153; korean.md K-060, K-092). Input is what the HTML parser made
// of an attribute: entities decoded.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace sosik::html {

enum class AddressUse {
  link,   // http, https, mailto, tel
  embed,  // http, https: pictures, sound, frames, sources of quotations
};

// Nothing when the scheme is another one however it is disguised, or when it cannot be made
// absolute.
std::optional<std::string> safe_address(std::string_view base, std::string_view found,
                                        AddressUse use);

// The candidates of a srcset that are safe, each absolute, with descriptor; empty when none is
// left.
std::string safe_srcset(std::string_view base, std::string_view found);

// True for an address that only holds a picture's place until a script loads it: empty, data:,
// about:blank.
bool is_placeholder(std::string_view found);

// True for an address that is plainly one: absolute http(s), or from the root of a host.
bool is_rooted_address(std::string_view found);

// The id of the video that a frame of YouTube's plays; empty for other frames.
std::string_view youtube_video(std::string_view absolute_ascii);

// Where a link inside the same document points: "#fn-1" -> "fn-1", also with the base in front;
// else empty.
std::string_view local_fragment(std::string_view base, std::string_view found);

}  // namespace sosik::html
