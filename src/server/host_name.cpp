#include "host_name.hpp"

namespace sosik {

std::string_view host_name(std::string_view host) {
  const auto literal_end = host.starts_with('[') ? host.find(']') : std::string_view::npos;
  if (literal_end != host.npos) return host.substr(0, literal_end + 1);
  host = host.substr(0, host.find(':'));
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

}  // namespace sosik
