// What every entry depends on besides its post, as a hash: when it changes, all entries of the site
// are made anew. Pure.
#pragma once
#include <string>

#include "sosik/syndicate/step.hpp"

namespace sosik {

std::string entry_basis(const SyndicationPlan&);

}  // namespace sosik
