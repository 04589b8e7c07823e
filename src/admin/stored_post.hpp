// The post that is there, for those who replace it.
#pragma once
#include <optional>
#include <string_view>

#include "api_call.hpp"

namespace sosik::admin {

// Nothing when there is none; fails only with what the store fails with.
Result<std::optional<Post>> stored_post(const ApiCall&, std::string_view id);

}  // namespace sosik::admin
