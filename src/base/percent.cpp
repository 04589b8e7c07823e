#include "percent.hpp"

#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"

namespace sosik {
namespace percent {
namespace {

void append_escape(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

}  // namespace

bool is_escape(std::string_view text, std::size_t at) {
  return at + 2 < text.size() && text[at] == '%' && hex_value(text[at + 1]) >= 0 &&
         hex_value(text[at + 2]) >= 0;
}

void append_encoded(std::string& out, std::string_view text, const Bare& bare) {
  for (const char c : text) {
    if (bare.has(c)) {
      out += c;
    } else {
      append_escape(out, c);
    }
  }
}

void append_encoded_once(std::string& out, std::string_view text, const Bare& bare) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (bare.has(text[i]) || is_escape(text, i)) {
      out += text[i];
    } else {
      append_escape(out, text[i]);
    }
  }
}

}  // namespace percent

std::string encode_segment(std::string_view utf8) {
  std::string out;
  percent::append_encoded(out, nfc(utf8), percent::minted_segment);
  return out;
}

std::string encode_path(std::string_view utf8) {
  constexpr percent::Bare minted_path("-._~!$'()*+,;=:@/");
  std::string out;
  percent::append_encoded(out, nfc(utf8), minted_path);
  return out;
}

std::string encode_form(std::string_view utf8) {
  std::string out;
  percent::append_encoded(out, utf8, percent::unreserved);
  return out;
}

Result<std::string> decode_percent(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (!percent::is_escape(text, i))
      return invalid("percent-encoding: '%' without two hex digits at byte " + std::to_string(i));
    out +=
        static_cast<char>(percent::hex_value(text[i + 1]) << 4 | percent::hex_value(text[i + 2]));
    i += 2;
  }
  return out;
}

}  // namespace sosik
