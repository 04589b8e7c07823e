// docs/openapi.json, which the build puts into the program.
#pragma once
#include <string_view>

namespace sosik::admin {

std::string_view openapi_document();

}  // namespace sosik::admin
