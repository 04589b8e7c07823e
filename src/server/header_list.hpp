// Readers for the list syntax of HTTP headers (RFC 9110 section 5.6): members between commas,
// parameters between semicolons, where commas and semicolons inside quotes are data. They allocate
// nothing. Pure.
#pragma once
#include <optional>
#include <string_view>

namespace sosik {

// The members of a comma-separated list, trimmed; empty members are skipped.
class ListReader {
 public:
  explicit ListReader(std::string_view list) : rest_(list) {}
  std::optional<std::string_view> next();

 private:
  std::string_view rest_;
};

// `text/html; level=1; q=0.5`: the head, then name=value pairs, trimmed.
class ParameterReader {
 public:
  struct Parameter {
    std::string_view name, value;
  };
  explicit ParameterReader(std::string_view member);
  std::string_view head() const { return head_; }
  std::optional<Parameter> next();

 private:
  std::string_view head_, rest_;
};

bool equal_ignoring_case(std::string_view, std::string_view);  // ASCII

// A qvalue of RFC 9110 section 12.4.2 in thousandths: 0 to 1 with at most three decimals.
std::optional<int> parse_qvalue(std::string_view text);
// The weight among the parameters that are left: 1000 without q, nothing when q is malformed.
std::optional<int> weight(ParameterReader parameters);

}  // namespace sosik
