// The first pass of the sanitiser: foreign HTML to plain HTML that holds no script, no comment, no
// raw text, no other language (SVG, MathML) and only elements and attributes that may show: so
// plain that every parser cuts it into the same tags, which is what mutation attacks live off. It
// is still to be parsed and judged (nesting, addresses).
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "html_cost.hpp"

namespace sosik::html {

// What was done to somebody's text, for the operator: each thing once, with its count.
class Notices {
 public:
  void add(const std::string& what) { ++counts_[what]; }
  std::vector<std::string> lines() const;

 private:
  std::map<std::string, int> counts_;
};

enum class Markup {
  all,         // every element that may show
  paragraphs,  // only where paragraphs begin
  titles,      // like paragraphs, but what is hardly meant as a tag is text: "List<T>", "a<b"
};

struct Plain {
  std::string html;
  ParseCost cost;
};
Plain to_plain_html(std::string_view html, Markup markup, Notices& notices);

}  // namespace sosik::html
