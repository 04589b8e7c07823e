#include "html_tokens.hpp"

#include <algorithm>

namespace sosik::html {
namespace {

constexpr std::size_t max_attributes = 64;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_lower);
  return out;
}

}  // namespace

bool Tokens::next(Token& token) {
  std::size_t begin = at_;
  while (at_ < html_.size()) {
    const std::size_t open = std::min(html_.find('<', at_), html_.size());
    const char after = open + 1 < html_.size() ? html_[open + 1] : '\0';
    const char second = open + 2 < html_.size() ? html_[open + 2] : '\0';
    const bool is_start = is_letter(after);
    const bool is_end = after == '/' && is_letter(second);
    const bool is_passed_over = after == '!' || after == '?' || (after == '/' && second != '\0');
    if (open < html_.size() && !is_start && !is_end && !is_passed_over) {
      at_ = open + 1;  // a '<' that is only text
      continue;
    }
    if (open > begin) {
      token.kind = TokenKind::text;
      token.text = html_.substr(begin, open - begin);
      at_ = open;
      return true;
    }
    if (open == html_.size()) return false;
    at_ = open;
    if (is_start || is_end) return read_tag(token);
    skip_comment();
    if (was_cut_) remains_ = html_.substr(open);
    begin = at_;
  }
  if (begin == html_.size()) return false;
  token.kind = TokenKind::text;
  token.text = html_.substr(begin);
  return true;
}

bool Tokens::read_tag(Token& token) {
  const std::size_t begin = at_;
  const bool is_end = html_[at_ + 1] == '/';
  at_ += is_end ? 2 : 1;
  std::size_t end = at_;
  while (end < html_.size() && !is_space(html_[end]) && html_[end] != '/' && html_[end] != '>')
    ++end;
  token.kind = is_end ? TokenKind::end : TokenKind::start;
  token.name = lower(html_.substr(at_, end - at_));
  at_ = end;
  read_attributes(token);
  if (was_cut_) {  // a tag that never ends is no tag, and there is nothing behind it
    remains_ = html_.substr(begin);
    return false;
  }
  token.text = html_.substr(begin, at_ - begin);
  return true;
}

void Tokens::read_attributes(Token& token) {
  token.attributes.clear();
  for (;;) {
    while (at_ < html_.size() && (is_space(html_[at_]) || html_[at_] == '/')) ++at_;
    if (at_ >= html_.size()) break;
    if (html_[at_] == '>') {
      ++at_;
      return;
    }
    const std::size_t name = at_++;  // the first character belongs to the name even if it is '='
    while (at_ < html_.size() && !is_space(html_[at_]) && html_[at_] != '/' && html_[at_] != '>' &&
           html_[at_] != '=')
      ++at_;
    const std::string_view name_text = html_.substr(name, at_ - name);
    while (at_ < html_.size() && is_space(html_[at_])) ++at_;
    std::string_view value;
    if (at_ < html_.size() && html_[at_] == '=') {
      ++at_;
      while (at_ < html_.size() && is_space(html_[at_])) ++at_;
      if (at_ >= html_.size()) break;
      const char quote = html_[at_];
      if (quote == '"' || quote == '\'') {
        const std::size_t close = html_.find(quote, at_ + 1);
        if (close == std::string_view::npos) break;
        value = html_.substr(at_ + 1, close - at_ - 1);
        at_ = close + 1;
      } else {
        const std::size_t start = at_;
        while (at_ < html_.size() && !is_space(html_[at_]) && html_[at_] != '>') ++at_;
        value = html_.substr(start, at_ - start);
      }
    }
    if (token.kind != TokenKind::start || token.attributes.size() >= max_attributes) continue;
    std::string key = lower(name_text);
    const bool is_new = std::none_of(token.attributes.begin(), token.attributes.end(),
                                     [&](const Attribute& a) { return a.name == key; });
    if (is_new) token.attributes.push_back({std::move(key), value});
  }
  at_ = html_.size();
  was_cut_ = true;
}

// A comment, or what the standard calls a bogus one: doctype, <?xml ...>, </3 ...>.
void Tokens::skip_comment() {
  if (html_.substr(at_, 4) != "<!--") return skip_past(">");
  if (html_.substr(at_, 5) == "<!-->") {
    at_ += 5;
    return;
  }
  if (html_.substr(at_, 6) == "<!--->") {
    at_ += 6;
    return;
  }
  at_ += 4;
  for (;;) {
    const std::size_t dashes = html_.find("--", at_);
    if (dashes == std::string_view::npos) break;
    at_ = dashes + 2;
    if (at_ < html_.size() && html_[at_] == '>') {
      ++at_;
      return;
    }
    if (html_.substr(at_, 2) == "!>") {
      at_ += 2;
      return;
    }
    --at_;  // "--->" ends one as well
  }
  at_ = html_.size();
  was_cut_ = true;
}

void Tokens::skip_past(std::string_view mark) {
  const std::size_t found = html_.find(mark, at_);
  was_cut_ = was_cut_ || found == std::string_view::npos;
  at_ = found == std::string_view::npos ? html_.size() : found + mark.size();
}

std::size_t Tokens::find_end_tag(std::string_view name, std::size_t from) const {
  for (std::size_t at = html_.find("</", from); at != std::string_view::npos;
       at = html_.find("</", at + 2)) {
    const std::string_view rest = html_.substr(at + 2);
    if (rest.size() <= name.size()) return std::string_view::npos;
    const char after = rest[name.size()];
    if (!is_space(after) && after != '/' && after != '>') continue;
    if (std::equal(name.begin(), name.end(), rest.begin(),
                   [](char a, char b) { return a == to_lower(b); }))
      return at;
  }
  return std::string_view::npos;
}

bool Tokens::skip_raw(std::string_view name) {
  const std::size_t found = find_end_tag(name, at_);
  if (found == std::string_view::npos) {
    skip_rest();
    return false;
  }
  at_ = found;
  Token ignored;
  return read_tag(ignored);
}

bool Tokens::has_end_tag(const std::string& name) {
  auto [known, is_new] = next_end_tag_.try_emplace(name, 0);
  if (is_new || (known->second != std::string_view::npos && known->second < at_))
    known->second = find_end_tag(name, at_);
  return known->second != std::string_view::npos;
}

}  // namespace sosik::html
