#include "coding_preference.hpp"

#include "header_list.hpp"

namespace sosik {

namespace {

constexpr int least = 1;  // acceptable, and anything that was named goes before it

// What nearly every reader sends.
struct Common {
  std::string_view header;
  CodingPreference preference;
};
constexpr Common common[] = {
    {"gzip", {least, 1000, 0, 0}},
    {"gzip, deflate", {least, 1000, 0, 0}},
    {"gzip, deflate, br", {least, 1000, 1000, 0}},
    {"gzip, deflate, br, zstd", {least, 1000, 1000, 1000}},
    {"gzip,deflate", {least, 1000, 0, 0}},
    {"deflate, gzip", {least, 1000, 0, 0}},
    {"br,gzip,deflate", {least, 1000, 1000, 0}},
};

}  // namespace

CodingPreference coding_preference(std::optional<std::string_view> accept_encoding) {
  if (!accept_encoding) return {1000, least, least, least};
  const std::string_view header = *accept_encoding;
  for (const Common& known : common)
    if (header == known.header) return known.preference;

  std::optional<int> identity, gzip, br, zstd, others;
  ListReader members(header);
  while (auto member = members.next()) {
    ParameterReader parameters(*member);
    const std::string_view name = parameters.head();
    const std::optional<int> q = weight(parameters);
    if (!q) continue;  // malformed: as if not there (H-132)
    if (equal_ignoring_case(name, "gzip") || equal_ignoring_case(name, "x-gzip"))
      gzip = *q;
    else if (equal_ignoring_case(name, "br"))
      br = *q;
    else if (equal_ignoring_case(name, "zstd"))
      zstd = *q;
    else if (equal_ignoring_case(name, "identity"))
      identity = *q;
    else if (name == "*")
      others = *q;
  }
  // "*" speaks for what is not listed (H-134); without it identity stays acceptable.
  const int rest = others.value_or(0);
  return {identity.value_or(others.value_or(least)), gzip.value_or(rest), br.value_or(rest),
          zstd.value_or(rest)};
}

}  // namespace sosik
