#include "request_head.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>

#include "characters.hpp"
#include "sosik/base/text.hpp"

namespace sosik {
namespace http = boost::beast::http;

namespace {

constexpr int max_empty_lines = 4;
constexpr std::size_t max_joined = 8;  // further lines of a list are refused

FoundHead refused(int status) {
  FoundHead found;
  found.state = FoundHead::State::refused;
  found.status = status;
  return found;
}

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::get;
    case http::verb::head:
      return Method::head;
    case http::verb::options:
      return Method::options;
    case http::verb::unknown:
      return Method::unknown;
    default:
      return Method::other;
  }
}

// RFC 9112 section 2.3: "HTTP/" DIGIT "." DIGIT. Beast takes only 1.0 and 1.1.
int settle_version(char* line_end) {
  const std::string_view version(line_end - 8, 8);
  if (version == "HTTP/1.1" || version.substr(0, 5) != "HTTP/" || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7]))
    return 0;  // right, or for Beast to refuse
  if (version[5] != '1') return 505;
  if (version[7] > '1') line_end[-1] = '1';
  return 0;
}

}  // namespace

FoundHead find_head(std::string_view bytes, HeadScan& scan, const RequestLimits& limits) {
  while (const void* at = std::memchr(bytes.data() + scan.line, '\n', bytes.size() - scan.line)) {
    const auto feed = static_cast<std::size_t>(static_cast<const char*>(at) - bytes.data());
    if (feed == scan.line || bytes[feed - 1] != '\r') return refused(400);  // bare LF (H-013)
    const std::size_t length = feed - 1 - scan.line;
    if (scan.line_end == 0) {
      if (length == 0) {
        if (++scan.empty_lines > max_empty_lines) return refused(400);
        scan.begin = scan.line = feed + 1;
        continue;
      }
      if (length > limits.max_line) return refused(414);
      scan.line_end = feed - 1;
    } else if (length == 0) {
      if (feed + 1 - scan.begin > limits.max_head) return refused(431);
      FoundHead found;
      found.state = FoundHead::State::complete;
      found.end = feed + 1;
      return found;
    } else if (bytes[scan.line] == ' ' || bytes[scan.line] == '\t') {
      return refused(400);  // obs-fold, or white space before the first field (H-010, H-011)
    }
    scan.line = feed + 1;
  }
  const std::size_t size = bytes.size() - scan.begin;
  if (scan.line_end == 0 && size > limits.max_line) return refused(414);
  if (size > limits.max_head) return refused(431);
  return {};
}

RequestParser::RequestParser(const RequestLimits& limits) {
  header_limit(static_cast<std::uint32_t>(limits.max_head + 1));  // find_head has held the limit
  body_limit(limits.max_body);
}

void RequestParser::on_request_impl(http::verb verb, Text method, Text target, int version,
                                    Error&) {
  request.method = method_of(verb);
  is_connect_ = verb == http::verb::connect;
  request.is_http_1_0 = version == 10;
  request.method_text = {method.data(), method.size()};
  request.target = {target.data(), target.size()};
}

void RequestParser::on_field_impl(http::field field, Text name, Text text, Error&) {
  if (is_head_done_) return;  // a trailer: never a header (H-025)
  const std::string_view value(text.data(), text.size());
  switch (field) {
    case http::field::host:
      ++hosts_;
      request.host = value;
      break;
    case http::field::user_agent:
      request.user_agent = value;
      break;
    case http::field::referer:
      request.referer = value;
      break;
    case http::field::accept:
      join(request.accept, value);
      break;
    case http::field::accept_encoding:
      join(request.accept_encoding, value);
      break;
    case http::field::if_none_match:
      join(request.if_none_match, value);
      break;
    case http::field::if_match:
      join(request.if_match, value);
      break;
    case http::field::if_modified_since:
      join(request.if_modified_since, value);
      break;
    case http::field::if_unmodified_since:
      join(request.if_unmodified_since, value);
      break;
    case http::field::transfer_encoding:
      ++transfer_encodings_;
      if (!boost::beast::iequals(text, "chunked")) refuse(400);  // H-002, H-040
      break;
    case http::field::content_length:
      ++content_lengths_;
      if (value.find_first_not_of("0123456789") != value.npos) refuse(400);  // "5, 5": H-005
      break;
    case http::field::expect:
      read_expect(value);
      break;
    case http::field::unknown:
      if (boost::beast::iequals(name, "x-forwarded-for")) join(request.forwarded_for, value);
      break;
    default:
      break;
  }
}

void RequestParser::on_header_impl(Error&) {
  is_head_done_ = true;
  request.keep_alive = keep_alive();
}

void RequestParser::read_expect(std::string_view value) {
  if (request.is_http_1_0) return;
  if (boost::beast::iequals(value, "100-continue"))
    request.expects_continue = true;
  else
    refuse(417);  // H-030
}

void RequestParser::join(std::optional<std::string_view>& member, std::string_view value) {
  if (!member) {
    member = value;
    return;
  }
  if (joined_count_ == max_joined) return refuse(431);
  if (!joined_) joined_ = std::make_unique<std::string[]>(max_joined);
  std::string& whole = joined_[joined_count_++];
  whole.append(*member).append(", ").append(value);
  member = whole;
}

// The four forms of RFC 9112 section 3.2.
void RequestParser::read_target() {
  if (is_connect_) {
    request.path = request.target;
    request.keep_alive = false;  // what follows would be a tunnel
    return;
  }
  std::string_view rest = request.target;
  if (rest == "*") {
    if (request.method != Method::options) return refuse(400);  // H-020
    request.path = rest;
    return;
  }
  if (rest.empty()) return refuse(400);
  if (rest[0] != '/') {  // absolute-form: its authority overrides Host (H-019)
    const std::size_t scheme = boost::beast::iequals(rest.substr(0, 7), "http://")    ? 7
                               : boost::beast::iequals(rest.substr(0, 8), "https://") ? 8
                                                                                      : 0;
    if (scheme == 0) return refuse(400);
    rest.remove_prefix(scheme);
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    if (!is_valid_host(rest.substr(0, end))) return refuse(400);
    request.host = rest.substr(0, end);
    rest.remove_prefix(end);
  }
  bool has_raw_octets = false;
  std::size_t path_end = rest.size();
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const TargetOctet kind = target_octet(rest[i]);
    if (kind == TargetOctet::plain) continue;
    if (kind == TargetOctet::query) {
      if (path_end == rest.size()) path_end = i;
    } else if (kind == TargetOctet::raw && path_end == rest.size()) {
      has_raw_octets = true;
    } else {
      return refuse(400);  // H-021, H-022; raw octets in a query have no address to redirect to
    }
  }
  // Korean typed into curl: the router answers 301 to the encoded form, because that is how it
  // spells the path.
  if (has_raw_octets && (!request.is_read() || !is_valid_utf8(rest))) return refuse(400);
  request.path = rest.substr(0, path_end);
  if (request.path.empty()) request.path = "/";
}

int parse_head(char* bytes, const HeadScan& scan, std::size_t end, RequestParser& parser) {
  if (scan.line_end - scan.begin >= 8)
    if (const int status = settle_version(bytes + scan.line_end)) return status;
  boost::beast::error_code error;
  const std::size_t size = end - scan.begin;
  const std::size_t used = parser.put(boost::asio::const_buffer(bytes + scan.begin, size), error);
  if (error == http::error::body_limit) return 413;  // H-006
  if (error || used != size || !parser.is_header_done()) return 400;

  Request& request = parser.request;
  if (parser.transfer_encodings_ > 1 || parser.content_lengths_ > 1 ||
      (parser.transfer_encodings_ != 0 && (request.is_http_1_0 || parser.content_lengths_ != 0)))
    return 400;  // H-001, H-003..H-005
  if (parser.hosts_ > 1 || (parser.hosts_ == 0 && !request.is_http_1_0)) return 400;  // H-007
  if (parser.hosts_ == 1 && !is_valid_host(request.host)) return 400;
  if (parser.refusal != 0) return parser.refusal;
  parser.read_target();
  if (parser.refusal != 0) return parser.refusal;
  request.has_body = !parser.is_done();
  if (!request.has_body) request.expects_continue = false;
  return 0;
}

bool is_valid_host(std::string_view host) {
  std::size_t end;
  if (host.starts_with('[')) {
    end = host.find(']');
    if (end == host.npos || end < 3) return false;
    for (char c : host.substr(1, end - 1))
      if (!is_hex_digit(c) && c != ':' && c != '.') return false;
    ++end;
  } else {
    end = std::min(host.find(':'), host.size());
    if (end == 0) return false;
    for (std::size_t i = 0; i < end; ++i) {
      if (host[i] == '%') {
        if (i + 2 >= end || !is_hex_digit(host[i + 1]) || !is_hex_digit(host[i + 2])) return false;
      } else if (!is_host_octet(host[i])) {
        return false;
      } else if (host[i] == '.' && (i == 0 || host[i - 1] == '.')) {
        return false;  // an empty label; one dot at the end is the root
      }
    }
  }
  std::string_view port = host.substr(end);
  if (port.empty()) return true;
  if (port[0] != ':' || port.size() > 6) return false;
  for (char c : port.substr(1))
    if (!is_digit(c)) return false;
  return true;
}

}  // namespace sosik
