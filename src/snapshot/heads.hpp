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

// The whole of what follows the Date of a feed that has moved or is gone (H-230, H-233). `location`
// is absolute; where it `depends_on_format`, so does the answer at an address that negotiates.
std::string head_moved(SiteId site, std::string_view key, const HeadOptions&,
                       std::string_view location, bool depends_on_format, std::size_t length);
std::string head_gone(SiteId site, std::string_view key, const HeadOptions&, std::size_t length);

// <url>; rel="alternate"; type="..." (H-214)
std::string alternate_link(std::string_view url, std::string_view type);

}  // namespace sosik
