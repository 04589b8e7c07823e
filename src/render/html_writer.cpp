#include "html_writer.hpp"

#include "escape.hpp"

namespace sosik {

void HtmlWriter::start_tag(std::string_view tag, Attributes attributes) {
  page_.append("<").append(tag);
  for (const auto& [name, value] : attributes)
    page_.append(" ")
        .append(name)
        .append("=\"")
        .append(escape(value, EscapeFor::attribute))
        .append("\"");
  page_ += '>';
}

HtmlWriter& HtmlWriter::open(std::string_view tag, Attributes attributes) {
  start_tag(tag, attributes);
  open_.push_back(tag);
  return *this;
}

HtmlWriter& HtmlWriter::close() {
  page_.append("</").append(open_.back()).append(">");
  open_.pop_back();
  return *this;
}

HtmlWriter& HtmlWriter::empty(std::string_view tag, Attributes attributes) {
  start_tag(tag, attributes);
  return line();
}

HtmlWriter& HtmlWriter::text(std::string_view text) {
  page_ += escape(text, EscapeFor::text);
  return *this;
}

HtmlWriter& HtmlWriter::sanitised(std::string_view html) {
  page_ += only_legal(html);
  return *this;
}

HtmlWriter& HtmlWriter::line() {
  page_ += '\n';
  return *this;
}

std::string HtmlWriter::finish() {
  while (!open_.empty()) close();
  line();
  return std::move(page_);
}

}  // namespace sosik
