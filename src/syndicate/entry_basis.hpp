// What every entry depends on besides its post: how the program makes them, a number that grows,
// and a hash of the rest. When it changes, all entries of the site are made anew. Pure.
#pragma once
#include <string>
#include <string_view>

#include "sosik/syndicate/step.hpp"

namespace sosik {

std::string entry_basis(const SyndicationPlan&);
// Entries that a newer program has made are left to it, while both run (S-056).
bool is_of_newer_program(std::string_view entry_basis);

}  // namespace sosik
