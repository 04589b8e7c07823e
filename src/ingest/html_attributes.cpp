#include "html_attributes.hpp"

#include <algorithm>
#include <array>

#include "html_address.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"

namespace sosik::html {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number(std::string_view text, std::size_t max_digits) {
  return !text.empty() && text.size() <= max_digits &&
         std::all_of(text.begin(), text.end(), is_digit);
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

// The word if it is one of `words`, else nothing.
std::string keyword(std::string value, std::string_view words) {
  value = lower(std::move(value));
  return !value.empty() && value.find(' ') == std::string::npos && is_one_of(value, words)
             ? value
             : std::string{};
}

bool is_language(std::string_view text) {
  return !text.empty() && text.size() <= 35 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || c == '-' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

std::string known_relations(std::string_view rel) {
  constexpr std::string_view known =
      "author bookmark external license me nofollow noopener noreferrer sponsored tag ugc";
  std::string out;
  std::size_t at = 0;
  while (at < rel.size()) {
    const std::size_t end = std::min(rel.find_first_of(" \t\n\f\r", at), rel.size());
    const std::string word = lower(std::string(rel.substr(at, end - at)));
    if (!word.empty() && is_one_of(word, known) && !is_one_of(word, out))
      out.append(out.empty() ? "" : " ").append(word);
    at = end + 1;
  }
  return out;
}

// Scripts put the true address elsewhere until the picture comes into view, and feed readers run no
// scripts (F-062). What stands in `name` until then is a placeholder, or a blurred small one of the
// picture: so a lazy address goes first where it is plainly one.
template <std::size_t size>
std::string true_address(const GumboNode& node, const char* name,
                         const std::array<const char*, size>& lazy_names) {
  std::string eager = attribute_of(node, name);
  const bool is_shown = !is_placeholder(eager);
  for (const char* lazy_name : lazy_names) {
    std::string lazy = attribute_of(node, lazy_name);
    if (is_shown ? is_rooted_address(lazy) : !is_placeholder(lazy)) return lazy;
  }
  return eager;
}

class Checker {
 public:
  Checker(const GumboNode& node, const SanitiseOptions& options, std::set<std::string>& ids,
          Notices& notices)
      : node_(node), options_(options), ids_(ids), notices_(notices) {}

  // Nothing: the attribute goes. A boolean attribute has an empty value.
  std::optional<std::string> check(std::string_view element, std::string_view name) {
    const std::string key(name);
    if (name == "src") return address(true_source(node_), AddressUse::embed);
    if (name == "poster")
      return address(true_address(node_, "poster", std::array{"data-poster"}), AddressUse::embed);
    if (name == "srcset") return srcset();
    if (gumbo_get_attribute(&node_.v.element.attributes, key.c_str()) == nullptr)
      return std::nullopt;
    std::string value = attribute_of(node_, key.c_str());
    if (name == "href") return address(value, AddressUse::link);
    if (name == "cite") return address(value, AddressUse::embed);
    if (name == "id") return id(std::move(value));
    if (name == "lang" || name == "hreflang" || name == "srclang")
      return kept_if(is_language(value), std::move(value));
    if (name == "dir") return non_empty(keyword(std::move(value), "ltr rtl auto"));
    if (name == "rel") return non_empty(known_relations(value));
    if (is_one_of(name, "width height")) return kept_if(is_number(value, 5), std::move(value));
    if (is_one_of(name, "colspan rowspan span"))
      return kept_if(is_number(value, 4), std::move(value));
    if (is_one_of(name, "start value")) {
      const std::string_view digits =
          std::string_view(value).substr(value.starts_with('-') ? 1 : 0);
      return kept_if(is_number(digits, 9), std::move(value));
    }
    if (is_one_of(name, "controls loop muted open reversed allowfullscreen")) return "";
    if (name == "align") return non_empty(keyword(std::move(value), "left center right justify"));
    if (name == "scope") return non_empty(keyword(std::move(value), "row col rowgroup colgroup"));
    if (name == "loading") return non_empty(keyword(std::move(value), "lazy eager"));
    if (name == "preload") return non_empty(keyword(std::move(value), "none metadata auto"));
    if (name == "kind")
      return non_empty(keyword(std::move(value), "subtitles captions descriptions chapters"));
    if (name == "type" && element == "ol")
      return kept_if(is_one_of(value, "1 a A i I"), std::move(value));
    if (is_one_of(name, "alt title label")) value = adjusted(value, options_.text);
    if (name == "alt") return value;  // an empty alt says that the picture is decoration
    return non_empty(std::move(value));
  }

 private:
  static std::optional<std::string> non_empty(std::string&& value) {
    return kept_if(!value.empty(), std::move(value));
  }
  // `value` is a reference so that the caller's condition sees it whole, whichever argument is
  // evaluated first.
  static std::optional<std::string> kept_if(bool is_kept, std::string&& value) {
    if (!is_kept) return std::nullopt;
    return std::move(value);
  }

  std::optional<std::string> address(const std::string& found, AddressUse use) {
    if (found.empty() && use == AddressUse::embed) return std::nullopt;
    const bool is_local = found.starts_with('#') && !options_.page_url.empty();
    auto safe = safe_address(is_local ? options_.page_url : options_.base_url, found, use);
    if (!safe) notices_.add("removed an address that is unsafe or cannot be made absolute");
    return safe;
  }

  std::optional<std::string> srcset() {
    std::string found = attribute_of(node_, "srcset");
    for (const char* lazy : {"data-srcset", "data-lazy-srcset"})
      if (is_placeholder(found)) found = attribute_of(node_, lazy);
    return non_empty(safe_srcset(options_.base_url, found));
  }

  std::optional<std::string> id(std::string value) {
    if (!is_footnote_id(value) || !ids_.insert(value).second) return std::nullopt;
    return value;
  }

  const GumboNode& node_;
  const SanitiseOptions& options_;
  std::set<std::string>& ids_;
  Notices& notices_;
};

template <class Visit>
void for_each_word(std::string_view words, Visit visit) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    visit(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

// At most one pixel wide or high: "0", "1", "1px".
bool is_tiny(std::string_view length) {
  if (length.ends_with("px")) length.remove_suffix(2);
  return length == "0" || length == "1";
}

std::string without_spaces(const std::string& text) {
  std::string out;
  for (char c : text)
    if (c != ' ' && c != '\t' && c != '\n') out += c;
  return out;
}

std::string style_length(const std::string& style, const std::string& property) {
  const std::string declarations = ";" + lower(without_spaces(style));
  const std::size_t found = declarations.find(";" + property + ":");
  if (found == std::string::npos) return {};
  const std::size_t begin = found + property.size() + 2;
  return declarations.substr(begin, declarations.find_first_of(";!", begin) - begin);
}

}  // namespace

std::string attribute_of(const GumboNode& node, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&node.v.element.attributes, name);
  return found == nullptr ? std::string{} : clean_text(found->value);
}

std::string true_source(const GumboNode& node) {
  return true_address(node, "src", std::array{"data-src", "data-lazy-src", "data-original"});
}

Attributes checked_attributes(const GumboNode& node, const Element& element,
                              const SanitiseOptions& options, std::set<std::string>& ids,
                              Notices& notices) {
  Attributes out;
  Checker checker(node, options, ids, notices);
  const auto add = [&](std::string_view name) {
    if (name.starts_with("data-") || name == "style") return;  // only read
    if (auto value = checker.check(element.name, name))
      out.emplace_back(std::string(name), std::move(*value));
  };
  for_each_word(element.attributes, add);
  for_each_word(global_attributes, add);
  return out;
}

const std::string* find(const Attributes& attributes, std::string_view name) {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const auto& a) { return a.first == name; });
  return found == attributes.end() ? nullptr : &found->second;
}

bool is_tracking_pixel(const GumboNode& img) {
  const std::string style = attribute_of(img, "style");
  const auto is_tiny_in = [&](const char* side) {
    return is_tiny(attribute_of(img, side)) || is_tiny(style_length(style, side));
  };
  return is_tiny_in("width") && is_tiny_in("height");
}

bool is_footnote_id(std::string_view id) {
  if (id.size() > 100) return false;
  for (char c : id) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && !is_digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
        c != '-' && c != '_' && c != ':' && c != '.' && c != '%')
      return false;
  }
  // cmark, kramdown and Goldmark, then WordPress and Ghost, then Word.
  for (std::string_view prefix :
       {"fn-", "fnref-", "fn:", "fnref:", "footnote-", "footnote-ref-", "_ftn", "_ftnref"})
    if (id.size() > prefix.size() && id.starts_with(prefix)) return true;
  for (std::string_view prefix : {"fnref", "fn"})
    if (id.starts_with(prefix) && is_number(id.substr(prefix.size()), 6)) return true;
  return false;
}

bool is_allowed_frame(std::string_view address, const SanitiseOptions& options) {
  const auto url = parse_http_url(address);
  return url && url->is_https && !url->has_userinfo && url->port == 443 &&
         std::find(options.iframe_hosts.begin(), options.iframe_hosts.end(), url->host) !=
             options.iframe_hosts.end();
}

}  // namespace sosik::html
