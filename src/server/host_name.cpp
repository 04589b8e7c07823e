#include "host_name.hpp"

namespace sosik {

std::string comparable_host(std::string_view host) {
  const auto literal_end = host.starts_with('[') ? host.find(']') : std::string_view::npos;
  if (literal_end != host.npos)
    host = host.substr(0, literal_end + 1);
  else
    host = host.substr(0, host.find(':'));
  if (host.ends_with('.')) host.remove_suffix(1);
  std::string comparable(host);
  for (char& c : comparable)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return comparable;
}

}  // namespace sosik
