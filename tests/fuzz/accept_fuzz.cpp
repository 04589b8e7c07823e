// Accept: which format a reader prefers.
#include <string>

#include "format_preference.hpp"
#include "property.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sosik;
  const std::string header(fuzz::text_of(data, size));
  const auto format = preferred_format(header);
  fuzz::must(format.has_value() || header.find('0') != std::string::npos,
             "nobody is refused who excludes nothing (H-156)");
  std::string upper = header;
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  fuzz::must(preferred_format(upper) == format, "names have no case");
  fuzz::must(lists_html(upper) == lists_html(header), "names have no case");
  fuzz::must(preferred_format(" , ," + header) == format, "empty members say nothing");
  if (header.find_first_of("\"\\") == std::string::npos)
    fuzz::must(preferred_format(header + ", ,") == format, "empty members say nothing");
  return 0;
}
