// Writes an HTML page from the top down: text and attributes are escaped by escape(), elements
// close in order. The only door past the escaping is sanitised(), for what the sanitiser wrote.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sosik {

class HtmlWriter {
 public:
  using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  HtmlWriter& open(std::string_view tag, Attributes = {});
  HtmlWriter& close();                                       // the innermost open element
  HtmlWriter& empty(std::string_view tag, Attributes = {});  // link, meta: no end tag
  HtmlWriter& text(std::string_view);
  HtmlWriter& element(std::string_view tag, Attributes attributes, std::string_view content) {
    return open(tag, attributes).text(content).close();
  }
  HtmlWriter& sanitised(std::string_view html);
  HtmlWriter& line();  // a line break, for whoever reads the source

  std::string finish();  // closes what is open

 private:
  void start_tag(std::string_view tag, Attributes);

  std::string page_ = "<!DOCTYPE html>\n";
  std::vector<std::string_view> open_;  // constants all
};

}  // namespace sosik
