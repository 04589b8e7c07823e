// HTML cut into text and tags, as the tokeniser of the HTML standard does it (section 13.2.5), for
// content outside of scripts: comments, doctypes and processing instructions are passed over.
// Linear: every byte is looked at a bounded number of times, whatever is missing at the end. Views
// point into the input.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sosik::html {

struct Attribute {
  std::string name;        // lower case
  std::string_view value;  // as written: entities not decoded
};

enum class TokenKind { text, start, end };

struct Token {
  TokenKind kind = TokenKind::text;
  std::string_view text;  // of text: as written, entities not decoded; of a tag: all of it
  std::string name;       // of a tag, lower case
  std::vector<Attribute> attributes;  // of a start tag: the first 64 different ones, in order
};

class Tokens {
 public:
  explicit Tokens(std::string_view html) : html_(html) {}

  // False at the end. `token` is reused, so that its memory is.
  bool next(Token& token);

  // Skips raw text up to and with the end tag `</name`; all the rest if there is none. True if
  // there was one.
  bool skip_raw(std::string_view name);
  // True if an end tag of that name comes later. Asked for the same name again and again, the input
  // is searched once.
  bool has_end_tag(const std::string& name);
  void skip_rest() { at_ = html_.size(); }

  // True once the input ended inside a tag or a comment, whose remains were lost.
  bool was_cut() const { return was_cut_; }
  // Those remains, as written.
  std::string_view remains() const { return remains_; }

 private:
  bool read_tag(Token& token);
  void read_attributes(Token& token);
  void skip_comment();
  void skip_past(std::string_view mark);
  std::size_t find_end_tag(std::string_view name, std::size_t from) const;

  std::string_view html_;
  std::size_t at_ = 0;
  bool was_cut_ = false;
  std::string_view remains_;
  std::map<std::string, std::size_t> next_end_tag_;  // where it was found last
};

}  // namespace sosik::html
