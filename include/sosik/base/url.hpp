// URLs as RFC 3986 and the WHATWG see them, always handed on in ASCII: UTF-8 percent-encoded with
// upper-case hex, host as A-labels (F-004, K-060..K-064). Pure functions; linear time.
#pragma once
#include <string>
#include <string_view>

#include "sosik/base/result.hpp"

namespace sosik {

// An absolute http or https URL in its parts. `host` is in A-label lower case without trailing dot;
// an IPv4 address is in dotted decimal however it was written (0x7f.1, 2130706433), IPv6 without
// brackets; `target` is path plus query, at least "/"; a fragment is dropped.
struct HttpUrl {
  bool is_https = false;
  std::string host;
  unsigned short port = 0;  // always set: 80 or 443 where the text had none
  std::string target;
  bool has_userinfo = false;
};

// Fails (invalid) on another scheme, a host that is empty or none, a port out of range, controls, a
// backslash before the path (readers disagree about which host that names), bytes that are not
// UTF-8, or more than 2,048 bytes.
Result<HttpUrl> parse_http_url(std::string_view text);

// The ASCII form of an absolute URL or reference found in content: existing valid %XX kept,
// everything else that is not allowed encoded exactly once (K-060, K-092), host converted by UTS 46
// (K-062). White space around it and tabs and line breaks inside are dropped first, as browsers do.
// Any scheme; never fails on the path, only on a host or port.
Result<std::string> ascii_url(std::string_view text);

// RFC 3986 section 5.2: `reference` against the absolute `base`; both may be IRIs, the answer is
// ASCII.
Result<std::string> resolve_url(std::string_view base, std::string_view reference);

// One path segment ("." and ".." cannot be one, the caller sees to that): everything but unreserved
// characters and "!$'()*+,;=:@" encoded; '/' too (%2F). Input is made NFC (K-061).
std::string encode_segment(std::string_view utf8);
// A path whose '/' separate segments.
std::string encode_path(std::string_view utf8);
// A value in a query or form: unreserved stay, all else %XX (space is %20).
std::string encode_form(std::string_view utf8);

// %XX decoded exactly once; invalid %-sequences fail (invalid). '+' stays '+'.
Result<std::string> decode_percent(std::string_view text);

// An ASCII URL for a person to read: escapes of visible non-ASCII characters decoded, all else as
// it is (K-066). Never for use as a link.
std::string display_url(std::string_view ascii);

}  // namespace sosik
