// Host names as they are compared (H-274). Pure.
#pragma once
#include <string>
#include <string_view>

namespace sosik {

// Of a Host field: small letters, without port and without the dot that stands for the root.
std::string comparable_host(std::string_view host);

}  // namespace sosik
