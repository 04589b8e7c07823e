// The header lines of a representation, made once with it. Everything in them is a constant, a
// number, or a URL of ours in ASCII, so no line can be broken by what somebody wrote (H-035,
// H-212).
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "document.hpp"

namespace sosik {

std::string head_200(const DocumentFacts&, Coding, std::size_t length, std::string_view etag);
// The 304 repeats what caches and readers keep (H-077..H-080): no Content-Type, -Length, -Encoding.
std::string head_304(const DocumentFacts&, std::string_view etag);

// <url>; rel="alternate"; type="..." (H-214)
std::string alternate_link(std::string_view url, std::string_view type);

}  // namespace sosik
