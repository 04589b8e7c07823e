// The definitions in force as text, for the other nodes (docs/nodes.md): everything of a plan that
// shows in what readers get. Targets and their secrets stay in each node's file, the key of
// IndexNow among them.
#pragma once
#include <string>
#include <string_view>

#include "sosik/base/result.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

std::string plan_to_json(const SyndicationPlan&);
// The definitions in force as the store keeps them for other nodes, and what is each node's own
// from `own`: its targets and their keys. Corrupt when the text is none of ours.
Result<SyndicationPlan> plan_from_json(std::string_view text, const SyndicationPlan& own);
// `read`: what plan_from_json() made of the text, or a node's own plan where there is none. Alike
// is the program whose text says the same, to the last byte: neither lacks a member that the other
// knows, and feeds and entries have the same format and hashes by both.
Followed followed_by(std::string text, const SyndicationPlan& read);
// Whether a node with `own` key may put its plan in the place of this one. invalid: other nodes
// have another key.
Result<void> check_key(std::string_view text, const SyndicationPlan& own);
// The key that nodes have had so far is lost: that of `own` is in its place, and who has the old
// one a stranger from now on.
Result<void> replace_key(Store&, const SyndicationPlan& own);

}  // namespace sosik
