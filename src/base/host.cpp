// Hosts: UTS 46 by ICU, and the spellings of IP addresses that resolvers understand (N-185).
#include <arpa/inet.h>
#include <unicode/bytestream.h>
#include <unicode/idna.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <vector>

#include "percent.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "url_parts.hpp"

namespace sosik {
namespace {

constexpr std::size_t max_host = 253;  // RFC 1035 section 2.3.4, in text form
constexpr std::size_t max_label = 63;

Error bad_host(std::string_view host, std::string_view why) {
  return invalid("host '" + printable(host.substr(0, max_host)) + "': " + std::string(why));
}

const icu::IDNA& idna() {
  static const std::unique_ptr<const icu::IDNA> instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<const icu::IDNA> made(icu::IDNA::createUTS46Instance(
        UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ, status));
    if (U_FAILURE(status)) throw std::runtime_error("ICU has no UTS 46 data");
    return made;
  }();
  return *instance;
}

Result<std::string> to_a_labels(std::string_view host) {
  // Old hosts with leading, trailing or doubled hyphens exist; WHATWG lets them pass too
  // (CheckHyphens is false).
  constexpr std::uint32_t tolerated =
      UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;
  UErrorCode status = U_ZERO_ERROR;
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  icu::IDNAInfo info;
  idna().nameToASCII_UTF8(icu::StringPiece(host.data(), static_cast<std::int32_t>(host.size())),
                          sink, info, status);
  if (U_FAILURE(status)) return bad_host(host, "cannot be converted to ASCII");
  if ((info.getErrors() & ~tolerated) != 0)
    return bad_host(host, "is no valid internationalised name (UTS 46)");
  return out;
}

bool is_number(std::string_view label) {
  if (label.empty()) return false;
  if (label.starts_with("0x") && label.find_first_not_of("0123456789abcdef", 2) == label.npos)
    return true;
  return label.find_first_not_of("0123456789") == label.npos;
}

// One number of an IPv4 address: decimal, octal after 0, hexadecimal after 0x. -1 when too large or
// no number.
long long ipv4_number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  long long value = 0;
  for (const char c : text) {
    const int digit = percent::hex_value(c);
    if (digit < 0 || digit >= base) return -1;
    value = value * base + digit;
    if (value > 0xFFFFFFFF) return -1;
  }
  return value;
}

std::vector<std::string_view> labels_of(std::string_view host) {
  std::vector<std::string_view> labels;
  for (std::size_t from = 0; from <= host.size();) {
    const std::size_t dot = std::min(host.find('.', from), host.size());
    labels.push_back(host.substr(from, dot - from));
    from = dot + 1;
  }
  return labels;
}

// The WHATWG IPv4 parser: the last number fills all bytes that are left.
Result<std::string> canonical_ipv4(std::string_view host,
                                   const std::vector<std::string_view>& labels) {
  if (labels.size() > 4) return bad_host(host, "is no IPv4 address: more than four numbers");
  long long address = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const long long number = labels[i].empty() ? -1 : ipv4_number(labels[i]);
    const bool is_last = i + 1 == labels.size();
    const long long limit = is_last ? 1LL << (8 * (4 - i)) : 256;
    if (number < 0 || number >= limit) return bad_host(host, "is no IPv4 address");
    address += is_last ? number : number << (8 * (3 - i));
  }
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += std::to_string(address >> shift & 255);
    if (shift > 0) out += '.';
  }
  return out;
}

Result<std::string> canonical_ipv6(std::string_view host) {
  const std::string address(host.substr(1, host.size() - 2));
  std::array<unsigned char, 16> bytes;
  std::array<char, INET6_ADDRSTRLEN> text;
  if (address.find('\0') != std::string::npos ||
      inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1 ||
      inet_ntop(AF_INET6, bytes.data(), text.data(), text.size()) == nullptr)
    return bad_host(host, "is no IPv6 address");
  return "[" + std::string(text.data()) + "]";
}

}  // namespace

Result<std::string> ascii_host(std::string_view host) {
  if (host.empty()) return invalid("host: empty");
  if (host.front() == '[' && host.back() == ']') return canonical_ipv6(host);

  // A name of 253 bytes is at most four times as long in UTF-8 or %XX.
  if (host.size() > 4 * max_host) return bad_host(host, "too long");
  auto decoded = decode_percent(host);
  if (!decoded) return bad_host(host, "a '%' without two hex digits");
  if (!is_valid_utf8(*decoded)) return bad_host(host, "is not UTF-8");

  auto name = to_a_labels(*decoded);
  if (!name) return name;
  constexpr percent::Bare allowed("-_.");
  for (const char c : *name)
    if (!allowed.has(c)) return bad_host(host, "holds a character that no host may have");

  std::string_view unrooted = *name;
  if (unrooted.ends_with('.')) unrooted.remove_suffix(1);
  if (unrooted.empty() || unrooted.size() > max_host) return bad_host(host, "empty or too long");
  const auto labels = labels_of(unrooted);
  for (const auto label : labels)
    if (label.empty() || label.size() > max_label)
      return bad_host(host, "has an empty or too long label");
  if (is_number(labels.back())) return canonical_ipv4(unrooted, labels);
  return name;
}

}  // namespace sosik
