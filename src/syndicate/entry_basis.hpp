// What every entry depends on besides its post: how the program makes them, a number that grows,
// and a hash of the rest. When it changes, all entries of the site are made anew. Pure.
#pragma once
#include <string>
#include <string_view>

#include "sosik/syndicate/step.hpp"

namespace sosik {

std::string entry_basis(const SyndicationPlan&);
// Of another site, which goes by the main one's plan (plan_of).
std::string entry_basis(const SyndicationPlan& main, const Site&);
// Are entries that were made by `before` to be made anew by `now`? Those of a newer program are
// left to it (S-056); empty: there are none.
bool is_outdated_basis(std::string_view before, std::string_view now);

}  // namespace sosik
