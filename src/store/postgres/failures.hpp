// What the server answers to a statement that failed, in words.
#pragma once
#include <string>
#include <string_view>

#include "sosik/base/error.hpp"

namespace sosik::postgres {

// One line of the several that libpq writes.
std::string one_line(std::string_view message);

// `state` is the SQLSTATE, five characters; `constraint` the name of the violated one, or empty;
// `name` the store's. Constraints and messages of ours begin with "sosik: ".
Error explain(std::string_view state, std::string_view message, std::string_view constraint,
              const std::string& name);

}  // namespace sosik::postgres
