#include "request_head.hpp"

#include <algorithm>

#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"

namespace sosik::admin {
namespace {

namespace http = boost::beast::http;

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A line that begins with a blank continues the one before (H-010), or comes before all (H-011).
bool has_folded_line(std::string_view bytes) {
  const auto is_blank_at = [&](std::size_t at) {
    return at < bytes.size() && (bytes[at] == ' ' || bytes[at] == '\t');
  };
  if (is_blank_at(0)) return true;
  for (auto at = bytes.find('\n'); at != bytes.npos; at = bytes.find('\n', at + 1))
    if (is_blank_at(at + 1)) return true;
  return false;
}

// H-021, H-022: path and query in printable ASCII, without what no URL holds.
bool is_good_target(std::string_view target) {
  if (!target.starts_with('/')) return false;
  return std::all_of(target.begin(), target.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7F &&
           std::string_view("\"#<>\\^`{|}").find(static_cast<char>(c)) == std::string_view::npos;
  });
}

bool is_good_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7F &&
           std::string_view("/?#@\\\"<>,").find(static_cast<char>(c)) == std::string_view::npos;
  });
}

template <class Name>
std::optional<std::string> joined(const RequestParser& parser, Name name) {
  const auto [begin, end] = parser.get().equal_range(name);
  if (begin == end) return std::nullopt;
  std::string value;
  for (auto each = begin; each != end; ++each) {
    if (each != begin) value += ", ";
    value.append(each->value());
  }
  return value;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view next_part(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trimmed(part);
}

// Of "q=0.5" 500; of other parameters, and of what is no weight, nothing.
std::optional<int> weight_in(std::string_view parameter) {
  if (parameter.size() < 3 || (parameter[0] != 'q' && parameter[0] != 'Q') || parameter[1] != '=')
    return std::nullopt;
  const auto digits = parameter.substr(2);
  if (digits.size() > 5 || (digits.size() > 1 && digits[1] != '.')) return std::nullopt;
  int weight = 0, unit = 1000;
  for (const char c : digits) {
    if (c == '.') continue;
    if (c < '0' || c > '9') return std::nullopt;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return std::min(weight, 1000);
}

}  // namespace

int parse_head(std::string_view bytes, RequestParser& parser) {
  if (has_folded_line(bytes)) return 400;
  parser.header_limit(max_head + 1);  // whoever read the head has held the limit
  parser.body_limit(boost::none);
  boost::beast::error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(bytes), error);
  if (error == http::error::bad_version) return 505;
  if (error || used != bytes.size() || !parser.is_header_done()) return 400;
  const auto& request = parser.get();
  const bool is_1_0 = request.version() == 10;
  const auto hosts = request.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && !is_1_0)) return 400;  // H-007
  if (hosts == 1 && !is_good_host(request[http::field::host])) return 400;
  const auto codings = request.count(http::field::transfer_encoding);
  const auto lengths = request.count(http::field::content_length);
  if (codings > 1 || lengths > 1 || (codings == 1 && (lengths == 1 || is_1_0))) return 400;
  if (codings == 1 && !boost::beast::iequals(request[http::field::transfer_encoding], "chunked"))
    return 400;  // H-002, H-040, H-041
  if (lengths == 1 && !is_digits(request[http::field::content_length])) return 400;  // H-005
  if (!is_good_target(request.target())) return 400;
  const auto expect = field(parser, http::field::expect);
  if (expect && !is_1_0 && !boost::beast::iequals(*expect, "100-continue")) return 417;
  return 0;
}

std::optional<Target> read_target(std::string_view target) {
  Target read;
  const auto mark = target.find('?');
  read.path = target.substr(0, mark);
  std::string_view rest = mark == target.npos ? std::string_view() : target.substr(mark + 1);
  while (!rest.empty()) {
    std::string pair(next_part(rest, '&'));
    if (pair.empty()) continue;
    std::replace(pair.begin(), pair.end(), '+', ' ');
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = decode_percent(std::string_view(pair).substr(0, equals));
    const auto value =
        decode_percent(std::string_view(pair).substr(std::min(equals + 1, pair.size())));
    if (!name || !value || !is_valid_utf8(*name) || !is_valid_utf8(*value)) return std::nullopt;
    read.query.emplace_back(*name, *value);
  }
  return read;
}

std::optional<std::string> field(const RequestParser& parser, std::string_view name) {
  return joined(parser, boost::beast::string_view(name.data(), name.size()));
}

std::optional<std::string> field(const RequestParser& parser, http::field name) {
  return joined(parser, name);
}

int accept_weight(const std::optional<std::string>& accept, std::string_view type) {
  if (!accept || trimmed(*accept).empty()) return 1000;
  // The range that says most decides (RFC 9110 section 12.5.1).
  const std::string_view ranges[] = {"*/*", "application/*", type};
  std::ptrdiff_t best = -1;
  int weight = 0;
  for (std::string_view rest = *accept; !rest.empty();) {
    std::string_view item = next_part(rest, ',');
    const auto range = next_part(item, ';');
    const auto* found = std::find_if(std::begin(ranges), std::end(ranges), [&](auto known) {
      return boost::beast::iequals(known, range);
    });
    const auto rank = found - ranges;
    if (found == std::end(ranges) || rank < best) continue;
    best = rank;
    weight = 1000;
    while (!item.empty()) weight = weight_in(next_part(item, ';')).value_or(weight);
  }
  return weight;
}

}  // namespace sosik::admin
