// The definitions in force as text, for the other nodes (docs/nodes.md): everything of a plan that
// shows in what readers get. Targets and their secrets stay in each node's file.
#pragma once
#include <string>
#include <string_view>

#include "sosik/base/result.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

std::string plan_to_json(const SyndicationPlan&);

}  // namespace sosik
