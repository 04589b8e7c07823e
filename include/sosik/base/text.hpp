// Unicode text: repair at the edge, keys, cuts. ICU lives behind this header. All strings are
// UTF-8; all functions are pure, thread-safe and linear in their input. See docs of requirement
// numbers K-... beside each.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sosik {

bool is_valid_utf8(std::string_view bytes);

// Each maximal ill-formed subpart becomes U+FFFD (Unicode 3.9); well-formed text comes back
// unchanged.
std::string repair_utf8(std::string_view bytes);

// UHC (windows-949, which is what "euc-kr", "cp949" and their kin mean) to UTF-8. What is no UHC
// becomes U+FFFD, and an ASCII byte behind a broken lead byte is kept (K-040..K-046).
std::string decode_uhc(std::string_view bytes);

// Foreign bytes to clean text, once, at the edge: a BOM at the start goes (K-022), ill-formed UTF-8
// is repaired and then U+FFFD dropped (F-023), CRLF and CR become LF, VT and FF become LF (K-020),
// every other character that XML 1.0 section 2.2 forbids, C1 controls and noncharacters are dropped
// (F-021..F-023).
std::string clean_text(std::string_view bytes);

// clean_text, then all white space runs (also NBSP, U+3000, LF) become one space and the ends are
// trimmed: for titles and names, which are one line. Zero-width spaces beside such a run or at an
// end go with it (K-091).
std::string clean_line(std::string_view bytes);

// Sequences of conjoining jamo that are modern syllables become those (K-003), as macOS writes them
// apart in file names and pasted text. Nothing else changes: old Hangul and compatibility jamo stay
// (K-005, K-006), and so do the ideographs that NFC would merge (K-001).
std::string compose_hangul(std::string_view text);

// What the operator may ask for beyond clean_text. For text that is shown, never for keys or URLs.
struct TextOptions {
  bool compose_hangul = false;
  bool drop_private_use =
      false;  // private use characters and U+FFFC, as word processors leave them
  bool operator==(const TextOptions&) const = default;
};
std::string adjusted(std::string_view text, const TextOptions&);

std::string nfc(std::string_view text);  // K-002; ill-formed bytes stay as they are

// The form under which tags, categories and authors are compared: NFC, width folding of full-width
// ASCII, case folding (K-008). Never shown.
std::string compare_key(std::string_view text);

// True for text of only white space, fillers and zero-width characters (K-010): such a title is no
// title.
bool is_blank(std::string_view text);

// The longest prefix of at most `max` extended grapheme clusters, in bytes (K-030, K-031; a cluster
// of more than 32 code points is cut, K-036).
std::size_t prefix_of_graphemes(std::string_view text, std::size_t max);
// The longest prefix of whole clusters within `max_bytes`.
std::size_t prefix_of_bytes(std::string_view text, std::size_t max_bytes);
// The longest prefix of whole clusters within `max_units` UTF-16 units, in bytes: the limits of
// Telegram, Discord, Slack (K-033).
std::size_t prefix_of_utf16(std::string_view text, std::size_t max_units);
std::size_t count_graphemes(std::string_view text);

// How many columns a text takes where Hangul and emoji take two and Latin letters one (UAX #11;
// ambiguous characters such as `…` take one, a cluster never more than two).
std::size_t display_width(std::string_view text);

// What a limit counts: UTF-8 bytes as Apple's do (K-032), UTF-16 units as Telegram's, Discord's and
// Slack's do (K-033).
enum class Measure { graphemes, columns, utf8_bytes, utf16_units };

// `text` if it fits in `max`; else cut between clusters so that it and the `…` fit, preferring the
// last space within ten graphemes of the end, trailing spaces and punctuation trimmed (K-034,
// K-035); '#', '%' and closing brackets belong to their word and stay. Empty when not even the `…`
// fits.
std::string excerpt(std::string_view text, std::size_t max, Measure = Measure::graphemes);

// A slug from a title (K-065): NFC, letters, digits and -_.~ stay, white space runs become '-', the
// rest goes; at most 100 bytes on a grapheme boundary; never begins or ends in '-' or '.'; empty
// when nothing is left.
std::string slug_from(std::string_view title);

// In numbers and dates that a person writes for us to read these are refused, with these words
// (K-086).
bool has_full_width_digit(std::string_view text);
inline constexpr std::string_view why_no_full_width_digits =
    "full-width digits; write plain digits (전각 숫자 대신 반각 숫자를 쓰세요)";

// Escapes control, bidi, invisible and unassigned characters and ill-formed bytes for a log line or
// a terminal (K-085), as \n, \x1b, \u202e; Hangul and emoji stay readable. A backslash is not
// escaped: this is to be read, not to be undone.
std::string printable(std::string_view text);

}  // namespace sosik
