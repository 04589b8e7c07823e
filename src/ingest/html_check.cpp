#include "sosik/ingest/html_check.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "html_elements.hpp"

namespace sosik {
namespace {

using html::Element;
using html::Fate;
using html::is_one_of;

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t'; }

// Where an element may stand, beyond what the parser takes anywhere.
constexpr auto parents = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"caption", "table"},
     {"col", "colgroup"},
     {"colgroup", "table"},
     {"tbody", "table"},
     {"td", "tr"},
     {"tfoot", "table"},
     {"th", "tr"},
     {"thead", "table"},
     {"tr", "table tbody tfoot thead"}});
constexpr std::string_view parts_of_tables = "colgroup table tbody tfoot thead tr";
constexpr std::string_view headings = "h1 h2 h3 h4 h5 h6";
// What hides an open element from the search for one to close (HTML section 13.2.4.2).
constexpr std::string_view scopes = "caption table td th";
constexpr std::string_view addresses = "href src poster cite";

class Check {
 public:
  explicit Check(std::string_view html) : html_(html) {}

  Result<void> run() {
    while (at_ < html_.size() && problem_.empty()) {
      if (html_[at_] == '<')
        tag();
      else
        text();
    }
    if (problem_.empty() && !open_.empty())
      fail("<" + std::string(open_.back()) + "> is not closed");
    if (problem_.empty()) return {};
    return invalid("at byte " + std::to_string(where_) + ": " + problem_);
  }

 private:
  void fail(std::string problem) {
    if (!problem_.empty()) return;
    problem_ = std::move(problem);
    where_ = at_;
  }
  bool skip(char c) {
    if (at_ >= html_.size() || html_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string_view name() {
    const std::size_t begin = at_;
    while (at_ < html_.size() &&
           (is_letter(html_[at_]) || is_digit(html_[at_]) || html_[at_] == '-'))
      ++at_;
    return html_.substr(begin, at_ - begin);
  }

  void text() {
    const bool is_in_table = !open_.empty() && is_one_of(open_.back(), parts_of_tables);
    while (at_ < html_.size() && html_[at_] != '<' && problem_.empty()) {
      if (is_in_table && !is_space(html_[at_])) return fail("text between the cells of a table");
      character();
    }
  }
  // One character of text or of a value.
  void character() {
    const auto c = static_cast<unsigned char>(html_[at_]);
    if (c < 0x20 && !is_space(html_[at_])) return fail("a control character");
    if (c == 0x7F) return fail("a control character");
    if (c != '&') {
      ++at_;
      return;
    }
    constexpr auto references =
        std::to_array<std::string_view>({"&amp;", "&lt;", "&gt;", "&quot;", "&nbsp;", "&#39;"});
    for (const auto reference : references)
      if (html_.substr(at_).starts_with(reference)) {
        at_ += reference.size();
        return;
      }
    fail("a bare '&'");
  }

  void tag() {
    const std::size_t begin = at_++;
    const bool is_end = skip('/');
    const std::string_view tag = name();
    const Element* element = html::find_element(tag);
    const bool may_be = element != nullptr && element->becomes == tag &&
                        (element->fate == Fate::keep || element->fate == Fate::raw_frame);
    if (!may_be) {
      at_ = begin;
      return fail("a tag that the sanitiser does not write");
    }
    if (is_end) return end(tag);
    look_at_place(*element, begin);
    attributes(*element);
    if (!problem_.empty()) return;
    if (!skip('>')) return fail("<" + std::string(tag) + "> has no end");
    if (!element->is_void) open_.push_back(tag);
  }
  void end(std::string_view tag) {
    if (!skip('>')) return fail("</" + std::string(tag) + "> has no end");
    if (open_.empty() || open_.back() != tag)
      return fail("</" + std::string(tag) + "> closes nothing");
    open_.pop_back();
  }

  // Is one of these open, before anything that hides it?
  bool is_open(std::string_view names, std::string_view hidden_by) const {
    for (auto one = open_.rbegin(); one != open_.rend(); ++one) {
      if (is_one_of(*one, names)) return true;
      if (is_one_of(*one, hidden_by)) return false;
    }
    return false;
  }
  void look_at_place(const Element& element, std::size_t begin) {
    const std::string_view tag = element.name;
    const std::string_view parent = open_.empty() ? std::string_view() : open_.back();
    const auto reject = [&](const char* problem) {
      at_ = begin;
      fail("<" + std::string(tag) + "> " + problem);
    };
    const auto needs = std::ranges::find(parents, tag, [](auto& p) { return p.first; });
    if (needs != parents.end()) {
      if (!is_one_of(parent, needs->second)) reject("is outside of its table");
    } else if (is_one_of(parent, parts_of_tables)) {
      reject("is between the cells of a table");
    } else if ((element.closes_p || tag == "table") && is_open("p", scopes)) {
      reject("ends an open <p>");
    } else if (is_one_of(tag, headings) && is_one_of(parent, headings)) {
      reject("is in another heading");
    } else if (tag == "a" && is_open("a", scopes)) {
      reject("is in another <a>");
    } else if ((tag == "li" && is_open_item("li")) ||
               ((tag == "dt" || tag == "dd") && is_open_item("dt dd"))) {
      reject("ends an open item of its list");
    }
  }
  // As the parser looks for one that a new item ends.
  bool is_open_item(std::string_view names) const {
    for (auto one = open_.rbegin(); one != open_.rend(); ++one) {
      if (is_one_of(*one, names)) return true;
      const Element* element = html::find_element(*one);
      const bool is_special = element->is_block && !is_one_of(*one, "address div p");
      if (is_special) return false;
    }
    return false;
  }

  void attributes(const Element& element) {
    std::vector<std::string_view> seen;
    while (problem_.empty() && skip(' ')) {
      const std::string_view attribute = name();
      if (!is_one_of(attribute, element.attributes) &&
          !is_one_of(attribute, html::global_attributes) && attribute != "class")
        return fail("an attribute that the sanitiser does not write");
      if (attribute.starts_with("on") || attribute == "style" || attribute.starts_with("data-"))
        return fail("an attribute that the sanitiser does not write");
      if (std::ranges::find(seen, attribute) != seen.end())
        return fail("the attribute " + std::string(attribute) + " is there twice");
      seen.push_back(attribute);
      if (!skip('=') || !skip('"'))
        return fail("the value of " + std::string(attribute) + " is not quoted");
      value(attribute);
    }
  }
  void value(std::string_view attribute) {
    const std::size_t begin = at_;
    while (at_ < html_.size() && html_[at_] != '"' && problem_.empty()) character();
    const auto text = html_.substr(begin, at_ - begin);
    if (!problem_.empty()) return;
    if (!skip('"')) return fail("a value has no end");
    if (is_one_of(attribute, addresses) && !is_absolute(text))
      fail("the address in " + std::string(attribute) + " is not absolute");
    if (attribute == "srcset") candidates(text);
  }
  static bool is_absolute(std::string_view address) {
    constexpr auto schemes =
        std::to_array<std::string_view>({"https://", "http://", "mailto:", "tel:", "data:image/"});
    return std::ranges::all_of(address, [](char c) { return c > ' ' && c < 0x7F; }) &&
           std::ranges::any_of(schemes, [&](auto s) { return address.starts_with(s); });
  }
  // "https://a.example/1.png 1x, https://a.example/2.png 2x" (F-214).
  void candidates(std::string_view list) {
    while (!list.empty() && problem_.empty()) {
      const auto begin = list.find_first_not_of(" ,");
      if (begin == std::string_view::npos) return;
      list.remove_prefix(begin);
      const auto end = list.find(' ');
      auto address = list.substr(0, end);
      if (end == std::string_view::npos || address.ends_with(',')) {
        while (address.ends_with(',')) address.remove_suffix(1);
      }
      if (!is_absolute(address)) return fail("an address in srcset is not absolute");
      const auto comma = list.substr(0, end).ends_with(',')
                             ? end
                             : list.find(',', end == std::string_view::npos ? list.size() : end);
      list.remove_prefix(comma == std::string_view::npos ? list.size() : comma);
    }
  }

  const std::string_view html_;
  std::size_t at_ = 0, where_ = 0;
  std::string problem_;
  std::vector<std::string_view> open_;
};

}  // namespace

Result<void> check_clean_html(std::string_view html) { return Check(html).run(); }

}  // namespace sosik
