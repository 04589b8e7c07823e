// Plain text as it grows out of a document: white space of every kind (also no-break and
// ideographic) collapses into one space, invisible fillers go (korean.md K-091).
#pragma once
#include <string>
#include <string_view>

namespace sosik::html {

class PlainText {
 public:
  void add(std::string_view text);
  void end_word() { has_gap_ = true; }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  bool has_gap_ = false;
};

}  // namespace sosik::html
