#include "markdown_cost.hpp"

#include <algorithm>
#include <string>

namespace sosik {
namespace {

constexpr std::size_t max_bytes = 4 << 20;
constexpr std::size_t max_columns = 200;
// In nanoseconds of a machine of today, roughly: the weights below were measured.
constexpr std::uint64_t max_cost = 1'000'000'000;
constexpr std::uint64_t max_expansion = 256 << 20;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class Cost {
 public:
  std::optional<Error> of(std::string_view text) {
    if (text.size() > max_bytes) return Error{Errc::too_large, "larger than 4 MiB"};
    while (!text.empty()) {
      const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
      ++line_;
      if (auto error = add_line(text.substr(0, end))) return error;
      const bool is_crlf = text.substr(std::min(end, text.size()), 2) == "\r\n";
      text.remove_prefix(std::min(end + (is_crlf ? 2 : 1), text.size()));
      if (cost() > max_cost) return too_tangled();
    }
    end_run();
    if (cost() > max_cost) return too_tangled();
    if (std::uint64_t{longest_definition_} * brackets_ > max_expansion)
      return Error{Errc::too_large, "references that would expand to more than 256 MiB"};
    return std::nullopt;
  }

 private:
  // A run is what lies between two blank lines: no paragraph and no table is longer.
  struct Run {
    std::uint64_t bytes = 0, lines = 0, images = 0, instructions = 0, columns = 0, ats = 0;
    bool may_define = false;  // link references
  };

  std::optional<Error> add_line(std::string_view line) {
    if (std::all_of(line.begin(), line.end(), is_blank)) {
      end_run();
      return std::nullopt;
    }
    const std::size_t begin = measure_nesting(line);
    const auto pipes = static_cast<std::uint64_t>(std::count(line.begin(), line.end(), '|'));
    if (is_delimiter_row(line.substr(begin))) {
      if (pipes > max_columns)
        return Error{Errc::too_large,
                     "line " + std::to_string(line_) + ": a table of more than 200 columns"};
      // cmark looks for the head of the table in all of the paragraph above.
      cost_ += run_.bytes * run_.lines / 4;
      run_.columns = std::max(run_.columns, pipes + 1);
    }
    cost_ += pipes * pipes * 2;   // cells are joined one by one
    cost_ += run_.columns * 256;  // a short row is filled up with empty cells
    run_.bytes += line.size() + 1;
    run_.lines += 1;
    run_.may_define = run_.may_define || line.substr(begin, 1) == "[";
    add_inlines(line);
    return std::nullopt;
  }

  // How deep a line may lie in quotations and lists; each line below is led through all of them.
  // Returns where its own text begins.
  std::size_t measure_nesting(std::string_view line) {
    std::uint64_t depth = 0;
    std::size_t at = 0, indent = 0;
    for (;;) {
      for (; at < line.size() && is_blank(line[at]); ++at) indent += line[at] == '\t' ? 4 : 1;
      std::size_t end = at;
      if (end < line.size() && line[end] == '>') {
        at = end + 1;
        ++depth;
        continue;
      }
      while (end < line.size() && is_digit(line[end])) ++end;
      const std::string_view mark = end == at ? "-+*" : ".)";
      if (end >= line.size() || mark.find(line[end]) == std::string_view::npos) break;
      if (end + 1 < line.size() && !is_blank(line[end + 1])) break;
      at = end + 1;
      ++depth;
    }
    depth_ = std::max(depth_, depth + indent / 2);
    nested_lines_ += 1;
    return at;
  }

  static bool is_delimiter_row(std::string_view line) {
    return line.find('-') != std::string_view::npos &&
           line.find_first_not_of("|:- \t\v\f") == std::string_view::npos;
  }

  void add_inlines(std::string_view line) {
    std::uint64_t word = 0, marks = 0;
    bool may_link = false;
    const auto end_word = [&] {
      if (may_link) cost_ += word * (marks + 1);
      word = marks = 0;
      may_link = false;
    };
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      const char after = i + 1 < line.size() ? line[i + 1] : '\0';
      if (c == '[') ++brackets_;
      if (c == '!' && after == '[') ++run_.images;
      if (c == '@') ++run_.ats;
      if ((c == '*' || c == '_' || c == '~') && c != after) cost_ += 768;  // may emphasise
      if (c == '<' && (after == '?' || after == '!')) ++run_.instructions;
      if (is_blank(c)) {
        end_word();
        continue;
      }
      ++word;
      if (!is_letter(c) && !is_digit(c) && static_cast<unsigned char>(c) < 0x80) ++marks;
      if (c == '@' || (c == ':' && after == '/') ||
          (c == '.' && i > 0 && (line[i - 1] | 32) == 'w'))
        may_link =
            true;  // an address without brackets may be here, and is looked for again at each mark
    }
    end_word();
  }

  void end_run() {
    cost_ += run_.images * run_.images * 2;
    cost_ += run_.instructions * run_.bytes / 4;  // each may end anywhere behind it
    // Each may be an address of mail, and what follows it is then copied.
    cost_ += run_.ats * run_.bytes / 128;
    if (run_.may_define) longest_definition_ = std::max(longest_definition_, run_.bytes);
    run_ = {};
  }

  std::uint64_t cost() const { return cost_ + depth_ * nested_lines_ * 16; }

  Error too_tangled() const {
    return {Errc::too_large, "line " + std::to_string(line_) +
                                 ": up to here too deeply nested or too many tables, images, "
                                 "addresses or marks in one place"};
  }

  std::size_t line_ = 0;
  std::uint64_t cost_ = 0;
  std::uint64_t depth_ = 0, nested_lines_ = 0;
  std::uint64_t brackets_ = 0, longest_definition_ = 0;
  Run run_;
};

}  // namespace

std::optional<Error> reason_against_parsing(std::string_view markdown) {
  return Cost().of(markdown);
}

}  // namespace sosik
