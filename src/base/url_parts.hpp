// The five parts of a URI reference, cut as RFC 3986 appendix B cuts them. Views into the text;
// nothing is decoded.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sosik/base/result.hpp"

namespace sosik {

struct UrlParts {
  std::string_view scheme;  // empty: a relative reference
  std::optional<std::string_view> authority;
  std::string_view path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
};

UrlParts split_url(std::string_view text);

struct Authority {
  std::optional<std::string_view> userinfo;
  std::string_view host;  // an IPv6 address with its brackets
  std::optional<std::string_view> port;
};

Authority split_authority(std::string_view text);

// ASCII lower case, whatever the locale.
std::string ascii_lower(std::string_view text);

// RFC 3986 section 5.2.4.
std::string remove_dot_segments(std::string_view path);

// A host as it goes over the wire: A-labels in lower case (UTS 46, non-transitional; K-062), IPv4
// in dotted decimal whatever notation it came in (0x7f.1, 2130706433), IPv6 in its canonical form
// between brackets.
Result<std::string> ascii_host(std::string_view host);

}  // namespace sosik
