// The one place where text becomes markup: every character that enters an XML or HTML document of
// ours passes through escape(), or was written by the sanitiser (F-014).
#pragma once
#include <string>
#include <string_view>

namespace sosik {

enum class EscapeFor {
  text,       // element content: & < > CR (F-025)
  attribute,  // a double-quoted value: also " TAB LF
  rss_plain,  // RSS elements that hold no markup: & as &#x26; and < as &#x3C;, so that no reader
              // decodes twice (F-026)
};

// Characters that XML 1.0 section 2.2 forbids vanish, and so does what is not UTF-8; VT and FF
// become LF (F-022, K-020).
std::string escape(std::string_view text, EscapeFor);
// The same cleaning without escaping, for JSON.
std::string only_legal(std::string_view text);

}  // namespace sosik
