// Takes the text of a date apart from left to right. The first thing that is wrong is remembered
// and ends the text, so that a reader may go on to its end without asking and look at `why()` once.
#pragma once
#include <string>
#include <string_view>

namespace sosik {

class DateScanner {
 public:
  explicit DateScanner(std::string_view text) : rest_(text) {}

  bool is_at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  bool sees(std::string_view text) const { return rest_.starts_with(text); }
  bool sees_digit(std::size_t at = 0) const {
    return at < rest_.size() && rest_[at] >= '0' && rest_[at] <= '9';
  }
  bool sees_letter() const { return !rest_.empty() && is_letter(rest_[0]); }

  bool take(std::string_view text) {
    if (!sees(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool take_spaces() {
    bool any = false;
    while (take(" ") || take("\t") || take("\n") || take("\r") || take("\u00A0")) any = true;
    return any;
  }
  std::string_view take_word() {  // ASCII letters
    std::size_t end = 0;
    while (end < rest_.size() && is_letter(rest_[end])) ++end;
    const auto word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return word;
  }
  // Digits of which at least `min_digits` stand here and no more than `max_digits`.
  int take_number(std::size_t min_digits, std::size_t max_digits, std::string_view what) {
    std::size_t count = 0;
    while (count <= max_digits && sees_digit(count)) ++count;
    if (count < min_digits || count > max_digits) {
      const std::string low = std::to_string(min_digits), high = std::to_string(max_digits);
      fail("the " + std::string(what) + " must have " + (low == high ? low : low + " or " + high) +
           " digits");
      return 0;
    }
    return take_digits(count);
  }
  // Digits that were seen.
  int take_digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value * 10 + (rest_[i] - '0');
    rest_.remove_prefix(count);
    return value;
  }

  void fail(std::string why) {
    if (why_.empty()) why_ = std::move(why);
    rest_ = {};
  }
  bool has_failed() const { return !why_.empty(); }
  const std::string& why() const { return why_; }

 private:
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  std::string_view rest_;
  std::string why_;
};

}  // namespace sosik
