// Host names as they are compared (H-274). Pure.
#pragma once
#include <string_view>

namespace sosik {

// The name in a Host field: without port and without the dot that stands for the root. Compare it
// with equal_ignoring_case.
std::string_view host_name(std::string_view host);

}  // namespace sosik
