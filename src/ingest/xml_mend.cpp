#include "xml_mend.hpp"

#include <gumbo.h>

#include <charconv>
#include <functional>
#include <map>

namespace sosik::feed {
namespace {

constexpr std::size_t longest_reference = 33;  // with its "&"; HTML's longest name has 31 letters
constexpr std::size_t max_known_names = 4096;  // HTML has 2,231

bool is_legal(unsigned long c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c < 0xD800 || (c > 0xDFFF && c < 0xFFFE) || (c > 0xFFFF && c <= 0x10FFFF);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

// What an HTML parser reads for a reference, as XML; empty when it means nothing to it.
std::string meaning_in_html(std::string_view reference) {
  const std::string html = "<body>x" + std::string(reference) + "</body>";
  GumboOutput* tree = gumbo_parse_with_options(&kGumboDefaultOptions, html.data(), html.size());
  std::string found;
  const GumboVector& parts = tree->root->v.element.children;
  for (unsigned i = 0; i < parts.length; ++i) {
    const auto* part = static_cast<const GumboNode*>(parts.data[i]);
    if (part->type != GUMBO_NODE_ELEMENT || part->v.element.tag != GUMBO_TAG_BODY) continue;
    if (part->v.element.children.length == 0) continue;
    const auto* text = static_cast<const GumboNode*>(part->v.element.children.data[0]);
    if (text->type == GUMBO_NODE_TEXT) found = std::string_view(text->v.text.text).substr(1);
  }
  gumbo_destroy_output(&kGumboDefaultOptions, tree);
  // "&nothing;" is "&not" and more to an HTML parser, and not meant so.
  if (found.ends_with(';') && reference != "&semi;") return "";
  return escaped(found);
}

std::string number_replacement(const std::string& as_written) {
  const bool is_hex = as_written[2] == 'x' || as_written[2] == 'X';
  const char* begin = as_written.data() + (is_hex ? 3 : 2);
  const char* end = as_written.data() + as_written.size() - 1;
  unsigned long value = 0;
  const auto [parsed, error] = std::from_chars(begin, end, value, is_hex ? 16 : 10);
  if (begin == end || parsed != end) return "&amp;" + as_written.substr(1);
  if (error != std::errc()) return "";                                    // beyond all characters
  if (value >= 0x80 && value < 0xA0) return meaning_in_html(as_written);  // Windows' characters
  return is_legal(value) ? as_written : " ";
}

// What stands for references; each name is looked up once.
class References {
 public:
  // For "&body;"; nothing of what is no reference.
  std::string replacement(std::string_view body) {
    std::string as_written = "&" + std::string(body) + ";";
    for (const std::string_view known : {"amp", "lt", "gt", "quot", "apos"})
      if (body == known) return as_written;
    if (body.starts_with('#')) return number_replacement(as_written);
    if (const auto found = known_.find(body); found != known_.end()) return found->second;
    // So many different names are no HTML.
    if (known_.size() == max_known_names) return "&amp;" + as_written.substr(1);
    auto meaning = meaning_in_html(as_written);
    if (meaning.empty()) meaning = "&amp;" + as_written.substr(1);
    return known_.emplace(body, std::move(meaning)).first->second;
  }

 private:
  std::map<std::string, std::string, std::less<>> known_;
};

// After a '<': does a tag begin here, or is it only a sign?
bool begins_tag(std::string_view text) {
  const std::size_t name = text.starts_with("</") ? 2 : 1;
  if (text.size() <= name) return false;
  const char c = text[name];
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         (c & 0x80) != 0;
}

std::size_t end_of(std::string_view text, std::string_view mark, std::size_t from) {
  const auto at = text.find(mark, from);
  return at == text.npos ? text.size() : at + mark.size();
}

// The end of "<!DOCTYPE ... [ ... ]>", which begins at 0.
std::size_t end_of_doctype(std::string_view text) {
  int brackets = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (text.substr(i).starts_with("<!--")) {
      i = end_of(text, "-->", i + 4) - 1;
    } else if (text.substr(i).starts_with("<?")) {
      i = end_of(text, "?>", i + 2) - 1;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[') {
      ++brackets;
    } else if (c == ']') {
      --brackets;
    } else if (c == '>' && brackets <= 0) {
      return i + 1;
    }
  }
  return text.size();
}

// Behind the name or number of a reference whose '&' is at 0.
std::size_t end_of_name(std::string_view text) {
  std::size_t i = 1;
  while (i < text.size() && i <= longest_reference &&
         ((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'z') ||
          (text[i] >= 'A' && text[i] <= 'Z') || (i == 1 && text[i] == '#')))
    ++i;
  return i;
}

}  // namespace

std::string mend_xml(std::string_view text) {
  const auto begin = text.find('<');
  if (begin == text.npos) return "";
  text.remove_prefix(begin);
  References references;
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto next = text.find_first_of("<&", i);
    out.append(text.substr(i, next - i));
    if (next == text.npos) break;
    i = next;
    const auto rest = text.substr(i);
    std::size_t size = 1;
    if (rest.starts_with("<![CDATA[")) {
      size = end_of(rest, "]]>", 9);
      out.append(rest.substr(0, size));
    } else if (rest.starts_with("<!--")) {
      size = end_of(rest, "-->", 4);
    } else if (rest.starts_with("<?")) {
      size = end_of(rest, "?>", 2);
    } else if (rest.starts_with("<!")) {
      size = end_of_doctype(rest);
    } else if (rest.front() == '<') {
      out += begins_tag(rest) ? "<" : "&lt;";
    } else {
      const auto end = end_of_name(rest);
      if (end == 1 || end > longest_reference || end == rest.size() || rest[end] != ';') {
        out += "&amp;";
      } else {
        out += references.replacement(rest.substr(1, end - 1));
        size = end + 1;
      }
    }
    i += size;
  }
  return out;
}

}  // namespace sosik::feed
