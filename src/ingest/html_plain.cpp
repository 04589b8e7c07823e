#include "html_plain.hpp"

#include <algorithm>

#include "html_tokens.hpp"

namespace sosik::html {
namespace {

// Elements whose start tag ends a forgotten <svg> or <math> (HTML section 13.2.6.5).
constexpr std::string_view break_out =
    "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li "
    "listing menu meta "
    "nobr ol p pre ruby s small span strong strike sub sup table tt u ul var";
// Where SVG holds HTML that is a part of the drawing.
constexpr std::string_view html_inside = "foreignobject desc title annotation-xml";

class PlainWriter {
 public:
  PlainWriter(std::string_view html, Markup markup, Notices& notices)
      : tokens_(html), markup_(markup), notices_(notices) {}

  Plain run() {
    if (markup_ != Markup::all) begin_paragraph();
    while (has_pending_ || tokens_.next(token_)) {
      has_pending_ = false;
      if (token_.kind == TokenKind::text)
        write_text(token_.text);
      else if (const Element* element = find_element(token_.name); element && is_markup(*element))
        token_.kind == TokenKind::start ? write_start(*element) : write_end(*element);
      else if (markup_ == Markup::titles)
        write_text(token_.text);
    }
    if (markup_ == Markup::titles) write_text(tokens_.remains());
    if (markup_ != Markup::all) drop_blank();
    if (tokens_.was_cut()) notices_.add("dropped a tag or comment that never ends");
    return std::move(plain_);
  }

 private:
  // Titles are plain text that may hold markup: "if (a<b && c>d)" and "<script> 태그" hold none.
  // A start tag is meant as one when nothing can stand in it, when it is ended, or when it has
  // attributes with values; an end tag always, for validators take it for one (F-026, F-029).
  bool is_markup(const Element& element) {
    if (markup_ != Markup::titles || token_.kind == TokenKind::end) return true;
    bool has_value = false;
    for (const Attribute& a : token_.attributes) {
      if (!is_attribute_name(a.name)) return false;
      has_value = has_value || !a.value.empty();
    }
    return element.is_void || has_value || element.fate == Fate::drop ||
           element.fate == Fate::checkbox || tokens_.has_end_tag(token_.name);
  }

  static bool is_attribute_name(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':';
    });
  }

  // In titles an '&' begins a character reference only if that is ended: "?a=1&copy=2" holds none.
  static bool is_reference(std::string_view text) {
    constexpr std::size_t longest_name = 32;
    const auto end = text.substr(0, longest_name).find(';');
    return end != std::string_view::npos && end > 1 &&
           std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(end),
                       [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                (c >= '0' && c <= '9') || c == '#';
                       });
  }

  void write_text(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '<')
        plain_.html += "&lt;";
      else if (c == '&' && markup_ == Markup::titles && !is_reference(text.substr(i)))
        plain_.html += "&amp;";
      else
        plain_.html += c;
    }
    plain_.cost.text();
  }

  void write_start(const Element& element) {
    switch (element.fate) {
      case Fate::keep:
        return open(element);
      case Fate::unwrap:
        return;
      case Fate::drop:
        return notice_removal(element);
      case Fate::drop_content:
        return drop_content(element);
      case Fate::drop_raw:
        notice_removal(element);
        // Of a title's "<script src=a.js> 태그" only the tag goes.
        if (markup_ != Markup::titles || tokens_.has_end_tag(std::string(element.name)))
          tokens_.skip_raw(element.name);
        return;
      case Fate::raw_frame:
        open(element);
        if (tokens_.has_end_tag(std::string(element.name))) tokens_.skip_raw(element.name);
        if (markup_ == Markup::all) plain_.html += "</iframe>";
        plain_.cost.end(element);
        return;
      case Fate::drop_rest:
        notice_removal(element);
        if (markup_ != Markup::titles) tokens_.skip_rest();
        return;
      case Fate::checkbox:
        return write_checkbox();
    }
  }

  void write_end(const Element& element) {
    if (element.fate != Fate::keep || element.is_void) return;
    if (markup_ != Markup::all) return paragraph(element);
    const Element& written = *find_element(element.becomes);
    plain_.html.append("</").append(written.name).append(">");
    plain_.cost.end(written);
  }

  void open(const Element& element) {
    if (markup_ != Markup::all) return paragraph(element);
    const Element& written = *find_element(element.becomes);
    const std::size_t before = plain_.html.size();
    plain_.html.append("<").append(written.name);
    for (const Attribute& attribute : token_.attributes) write_attribute(written, attribute);
    plain_.cost.start(written, plain_.html.size() - before);
    plain_.html += '>';
  }

  void write_attribute(const Element& element, const Attribute& attribute) {
    if (attribute.name.starts_with("on")) return notices_.add("removed an event handler (on...)");
    if (!is_one_of(attribute.name, element.attributes) &&
        !is_one_of(attribute.name, global_attributes))
      return;
    plain_.html.append(" ").append(attribute.name).append("=\"");
    for (char c : attribute.value) {
      if (c == '"')
        plain_.html += "&quot;";
      else
        plain_.html += c;
    }
    plain_.html += '"';
  }

  void paragraph(const Element& element) {
    if (element.name == "br")
      plain_.html += markup_ == Markup::all ? "" : "<br>";
    else if (element.is_block || element.name == "iframe") {
      drop_blank();
      if (plain_.html.size() == paragraph_begin_) return;
      plain_.html += "</p>";
      begin_paragraph();
    }
  }

  void begin_paragraph() {
    plain_.html += "<p>";
    paragraph_begin_ = plain_.html.size();
  }

  // What lies between the tags of nested blocks is no paragraph.
  void drop_blank() {
    if (plain_.html.find_first_not_of(" \t\n", paragraph_begin_) == std::string::npos)
      plain_.html.resize(paragraph_begin_);
  }

  void write_checkbox() {
    bool is_checkbox = false, is_checked = false;
    for (const Attribute& a : token_.attributes) {
      if (a.name == "type" && (a.value == "checkbox" || a.value == "CHECKBOX")) is_checkbox = true;
      if (a.name == "checked") is_checked = true;
    }
    if (!is_checkbox) return notices_.add("removed <input>");
    write_text(is_checked ? "☑" : "☐");
  }

  void drop_content(const Element& element) {
    notice_removal(element);
    const std::string name(element.name);
    if (!tokens_.has_end_tag(name))
      return;  // forgotten: only its tag goes, not the rest of the post
    const bool is_drawing = name == "svg" || name == "math";
    int open_here = 1, open_html = 0;
    while (open_here > 0 && tokens_.next(token_)) {
      if (token_.kind == TokenKind::text) continue;
      const bool is_start = token_.kind == TokenKind::start;
      const bool is_empty = token_.text.ends_with("/>");
      if (token_.name == name) {
        if (is_start && !(is_drawing && is_empty)) ++open_here;
        if (!is_start) --open_here;
      } else if (is_drawing && is_one_of(token_.name, html_inside)) {
        if (is_start && !is_empty) ++open_html;
        if (!is_start && open_html > 0) --open_html;
      } else if (is_drawing && is_start && open_html == 0 && is_one_of(token_.name, break_out)) {
        has_pending_ = true;
        return;
      } else if (const Element* inner = find_element(token_.name);
                 !is_drawing && is_start && inner != nullptr && inner->fate == Fate::drop_raw) {
        tokens_.skip_raw(inner->name);
      }
    }
  }

  void notice_removal(const Element& element) {
    notices_.add("removed <" + std::string(element.name) + ">");
  }

  Tokens tokens_;
  Token token_;
  bool has_pending_ = false;  // token_ was read but not yet dealt with
  Markup markup_;
  Notices& notices_;
  Plain plain_;
  std::size_t paragraph_begin_ = 0;  // in titles and paragraphs: where the last one begins
};

}  // namespace

std::vector<std::string> Notices::lines() const {
  std::vector<std::string> lines;
  for (const auto& [what, count] : counts_)
    lines.push_back(count == 1 ? what : what + " (" + std::to_string(count) + " times)");
  return lines;
}

Plain to_plain_html(std::string_view html, Markup markup, Notices& notices) {
  return PlainWriter(html, markup, notices).run();
}

}  // namespace sosik::html
