#include "coding_preference.hpp"

#include "header_list.hpp"

namespace sosik {

CodingPreference coding_preference(std::optional<std::string_view> accept_encoding) {
  constexpr int least = 1;  // acceptable, and anything that was named goes before it
  if (!accept_encoding) return {1000, least};
  // What nearly every reader sends.
  const std::string_view header = *accept_encoding;
  if (header == "gzip" || header == "gzip, deflate" || header == "gzip, deflate, br" ||
      header == "gzip, deflate, br, zstd" || header == "gzip,deflate" || header == "deflate, gzip")
    return {least, 1000};

  std::optional<int> identity, gzip, others;
  ListReader members(header);
  while (auto member = members.next()) {
    ParameterReader parameters(*member);
    const std::string_view name = parameters.head();
    const std::optional<int> q = weight(parameters);
    if (!q) continue;  // malformed: as if not there (H-132)
    if (equal_ignoring_case(name, "gzip") || equal_ignoring_case(name, "x-gzip"))
      gzip = *q;
    else if (equal_ignoring_case(name, "identity"))
      identity = *q;
    else if (name == "*")
      others = *q;
  }
  // "*" speaks for what is not listed (H-134); without it identity stays acceptable.
  return {identity.value_or(others.value_or(least)), gzip.value_or(others.value_or(0))};
}

}  // namespace sosik
