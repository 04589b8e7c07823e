// The forms under which texts are compared and named: NFC, comparison keys, slugs.
#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <climits>
#include <stdexcept>

#include "sosik/base/text.hpp"
#include "utf8.hpp"

namespace sosik {
namespace {

constexpr std::size_t max_slug_bytes = 100;

icu::StringPiece piece(std::string_view text) {
  if (text.size() > INT_MAX) throw std::length_error("text over 2 GB");
  return icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size()));
}

void require(UErrorCode status, const char* what) {
  if (U_FAILURE(status)) throw std::runtime_error(std::string(what) + ": " + u_errorName(status));
}

using Instance = const icu::Normalizer2* (*)(UErrorCode&);

// Where the next piece of `text` to be normalised on its own ends. ICU sorts a run of combining
// marks in quadratic time: 256 KB of them take seconds. No writing stacks even a tenth of what ends
// a piece here.
std::size_t end_of_piece(std::string_view text, std::size_t from) {
  constexpr int max_marks = 256;
  int marks = 0;
  std::size_t i = from;
  while (i < text.size() && marks < max_marks) {
    const auto next = utf8::decode(text, i);
    const char32_t c = next.code_point;
    const bool is_plain = c < 0x300 || (c >= 0xAC00 && c <= 0xD7A3);  // no marks there
    marks = is_plain || u_getCombiningClass(static_cast<UChar32>(c)) == 0 ? 0 : marks + 1;
    i += next.length;
  }
  return i;
}

std::string normalized(Instance instance, std::string_view text) {
  if (utf8::printable_ascii_run(text, 0) == text.size()) return std::string(text);
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* form = instance(status);
  require(status, "ICU has no normalisation data");
  std::string out;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = end_of_piece(text, from);
    icu::StringByteSink<std::string> sink(&out, static_cast<std::int32_t>(end - from));
    form->normalizeUTF8(0, piece(text.substr(from, end - from)), sink, nullptr, status);
    require(status, "ICU cannot normalise a text");
    from = end;
  }
  return out;
}

std::string case_folded(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  std::string out;
  icu::StringByteSink<std::string> sink(&out, static_cast<std::int32_t>(text.size()));
  icu::CaseMap::utf8Fold(0, piece(text), sink, nullptr, status);
  require(status, "ICU cannot fold the case of a text");
  return out;
}

// Full-width ASCII and the ideographic space as ASCII; nothing else that NFKC would do (K-007,
// K-008).
std::string width_folded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto next = utf8::decode(text, i);
    if (next.code_point >= 0xFF01 && next.code_point <= 0xFF5E) {
      out += static_cast<char>(next.code_point - 0xFF01 + '!');
    } else if (next.code_point == 0x3000) {
      out += ' ';
    } else {
      out.append(text, i, next.length);
    }
    i += next.length;
  }
  return out;
}

bool stays_in_slug(UChar32 c) {
  if (c == '-' || c == '_' || c == '.' || c == '~') return true;
  if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return false;  // Hangul fillers
  return u_isalpha(c) || u_isdigit(c);
}

bool is_mark(UChar32 c) {
  return (U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_MC_MASK)) != 0 &&
         !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

// No dash or dot at an end: "." and ".." would be path segments with a meaning.
void trim_slug(std::string& slug) {
  const std::size_t end = slug.find_last_not_of("-.");
  slug.erase(end == std::string::npos ? 0 : end + 1);
  slug.erase(0, slug.find_first_not_of("-."));
}

}  // namespace

std::string nfc(std::string_view text) {
  return normalized(icu::Normalizer2::getNFCInstance, text);
}

std::string compare_key(std::string_view text) {
  // Unicode 3.13 D145 folds the decomposed form; composed again because NFC is the form of all our
  // keys.
  const std::string decomposed = normalized(icu::Normalizer2::getNFDInstance, width_folded(text));
  return nfc(case_folded(decomposed));
}

std::string slug_from(std::string_view title) {
  const std::string text = nfc(title);
  std::string slug;
  bool takes_marks = false;  // a combining mark goes with what it stands on; none stands on a dash
  for (std::size_t i = 0; i < text.size();) {
    const auto next = utf8::decode(text, i);
    const auto c = static_cast<UChar32>(next.code_point);
    if (u_isUWhiteSpace(c)) {
      if (!slug.empty() && slug.back() != '-') slug += '-';
      takes_marks = false;
    } else if (is_mark(c)) {
      if (takes_marks) slug.append(text, i, next.length);
    } else {
      const bool stays = stays_in_slug(c) && next.is_well_formed;
      takes_marks = stays && c != '-' && c != '.';
      if (stays && !(c == '-' && slug.ends_with('-'))) slug.append(text, i, next.length);
    }
    i += next.length;
  }
  slug = nfc(slug);  // jamo that met when what stood between them went
  trim_slug(slug);
  slug.resize(prefix_of_bytes(slug, max_slug_bytes));
  trim_slug(slug);
  return slug;
}

}  // namespace sosik
