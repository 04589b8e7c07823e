// What it would cost gumbo to parse a run of plain tags, bounded from above without parsing
// (formats.md F-159). gumbo walks its stack of open elements for almost every tag, and opens
// formatting elements again that were closed in the wrong order, so both time and memory grow with
// the depth; a 100 KB body can keep it busy for minutes. This counter is never fooled: its stack
// always holds at least what gumbo's holds, because an element leaves it only when it is on top and
// the tag at hand ends it in gumbo as well. What it cannot follow it takes for open.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "html_elements.hpp"

namespace sosik::html {

class ParseCost {
 public:
  void text();
  void start(const Element& written, std::size_t attribute_bytes);
  void end(const Element& written);

  std::size_t max_depth() const { return max_depth_; }
  // Nodes made or looked at, at most.
  std::size_t work() const { return work_; }

 private:
  struct Open {
    std::string_view name;
    std::size_t weight;
  };
  bool is_on_top(std::string_view names) const;
  void pop();
  void count();

  std::vector<Open> open_;
  std::size_t weight_ = 0;  // of all in open_
  std::size_t max_depth_ = 0;
  std::size_t work_ = 0;
};

constexpr std::size_t max_html_depth = 512;
constexpr std::size_t max_html_work = 16'000'000;

}  // namespace sosik::html
