#include "sosik/base/url.hpp"

#include <algorithm>

#include "percent.hpp"
#include "sosik/base/text.hpp"
#include "url_parts.hpp"

namespace sosik {
namespace {

constexpr std::size_t max_http_url = 2048;  // N-180

Error bad_url(std::string_view url, std::string_view why) {
  const auto shown = url.substr(0, prefix_of_bytes(url, 200));
  return invalid("URL '" + printable(shown) + (shown.size() < url.size() ? "…" : "") +
                 "': " + std::string(why));
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

// Nothing when the text is no port. An empty text is the scheme's own port.
std::optional<unsigned short> parse_port(std::string_view text, unsigned short standard) {
  if (text.empty()) return standard;
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > 65535) return std::nullopt;
  }
  if (value == 0) return std::nullopt;
  return static_cast<unsigned short>(value);
}

bool is_http(std::string_view scheme) { return scheme == "http" || scheme == "https"; }

// As browsers read an attribute (WHATWG URL section 4.4): no white space or controls at the ends,
// no tab or line break inside. Without this "java\nscript:" would look like a relative path here
// and like a scheme there.
std::string without_breaks(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= 0x20) text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= 0x20) text.remove_suffix(1);
  std::string out(text);
  std::erase_if(out, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
  return out;
}

// Appends "//authority". Only http and https hosts are known to be domain names; others are encoded
// as they stand.
Result<void> append_authority(std::string& out, std::string_view authority,
                              std::string_view scheme) {
  if (authority.find('\\') !=
      std::string_view::npos)  // browsers end the host here, RFC 3986 does not
    return invalid("a backslash before the path");
  const Authority parts = split_authority(authority);
  out += "//";
  if (parts.userinfo) {
    percent::append_encoded_once(out, *parts.userinfo, percent::userinfo);
    out += '@';
  }
  if (scheme.empty() || is_http(scheme) || parts.host.starts_with('[')) {
    auto host = ascii_host(parts.host);
    if (!host) return host.error();
    out += *host;
  } else {
    percent::append_encoded_once(out, parts.host, percent::registered_name);
  }
  if (parts.port && !parts.port->empty()) {
    if (!parse_port(*parts.port, 0)) return invalid("the port is no number from 1 to 65535");
    out.append(":").append(*parts.port);
  }
  return {};
}

Result<std::string> encoded(std::string_view text) {
  const UrlParts parts = split_url(text);
  const std::string scheme = ascii_lower(parts.scheme);
  if (is_http(scheme) && !parts.authority) return bad_url(text, "no host");

  std::string out;
  out.reserve(text.size() + 16);
  if (!scheme.empty()) out.append(scheme).append(":");
  if (parts.authority) {
    if (auto done = append_authority(out, *parts.authority, scheme); !done)
      return bad_url(text, done.error().detail);
  }
  percent::append_encoded_once(out, parts.path, percent::path);
  if (parts.query) {
    out += '?';
    percent::append_encoded_once(out, *parts.query, percent::query_or_fragment);
  }
  if (parts.fragment) {
    out += '#';
    percent::append_encoded_once(out, *parts.fragment, percent::query_or_fragment);
  }
  return out;
}

// RFC 3986 section 5.2.3.
std::string merged_path(const UrlParts& base, std::string_view reference_path) {
  if (base.authority && base.path.empty()) return "/" + std::string(reference_path);
  const std::size_t slash = base.path.rfind('/');
  std::string out(base.path.substr(0, slash == std::string_view::npos ? 0 : slash + 1));
  return out.append(reference_path);
}

std::string joined(const UrlParts& parts) {
  std::string out;
  if (!parts.scheme.empty()) out.append(parts.scheme).append(":");
  if (parts.authority) out.append("//").append(*parts.authority);
  // Without authority a path must not begin with two slashes, or it would read as one.
  if (!parts.authority && parts.path.starts_with("//")) out += "/.";
  out.append(parts.path);
  if (parts.query) out.append("?").append(*parts.query);
  if (parts.fragment) out.append("#").append(*parts.fragment);
  return out;
}

}  // namespace

Result<HttpUrl> parse_http_url(std::string_view text) {
  if (text.size() > max_http_url) return bad_url(text, "longer than 2048 bytes");
  if (std::any_of(text.begin(), text.end(), is_control))
    return bad_url(text, "holds a control character");
  if (!is_valid_utf8(text)) return bad_url(text, "is not UTF-8");
  const UrlParts parts = split_url(text);
  const std::string scheme = ascii_lower(parts.scheme);
  if (!is_http(scheme)) return bad_url(text, "is not an absolute http or https URL");
  if (!parts.authority) return bad_url(text, "no host");
  if (parts.authority->find('\\') != std::string_view::npos)
    return bad_url(text, "a backslash before the path");

  const Authority authority = split_authority(*parts.authority);
  auto host = ascii_host(authority.host);
  if (!host) return bad_url(text, host.error().detail);
  HttpUrl url;
  url.is_https = scheme == "https";
  url.has_userinfo = authority.userinfo.has_value();
  url.host = std::move(*host);
  if (url.host.front() == '[') url.host = url.host.substr(1, url.host.size() - 2);
  if (url.host.back() == '.') url.host.pop_back();  // H-274
  const auto port = parse_port(authority.port.value_or(""), url.is_https ? 443 : 80);
  if (!port) return bad_url(text, "the port is no number from 1 to 65535");
  url.port = *port;
  percent::append_encoded_once(url.target, parts.path.empty() ? "/" : parts.path, percent::path);
  if (parts.query) {
    url.target += '?';
    percent::append_encoded_once(url.target, *parts.query, percent::query_or_fragment);
  }
  return url;
}

Result<std::string> ascii_url(std::string_view text) { return encoded(without_breaks(text)); }

Result<std::string> resolve_url(std::string_view base_text, std::string_view reference_text) {
  const std::string base_url = without_breaks(base_text);
  const std::string reference_url = without_breaks(reference_text);
  const UrlParts base = split_url(base_url);
  const UrlParts reference = split_url(reference_url);
  if (base.scheme.empty()) return bad_url(base_url, "cannot be a base: no scheme");

  UrlParts target = reference;
  std::string path(reference.path);
  if (reference.scheme.empty()) {
    target.scheme = base.scheme;
    if (!reference.authority) {
      target.authority = base.authority;
      if (reference.path.empty()) {
        path = base.path;
        if (!reference.query) target.query = base.query;
      } else if (!reference.path.starts_with('/')) {
        path = merged_path(base, reference.path);
      }
    }
  }
  // Opaque paths ("mailto:", "data:") have no segments.
  if (target.authority || path.starts_with('/')) path = remove_dot_segments(path);
  target.path = path;
  return encoded(joined(target));
}

}  // namespace sosik
