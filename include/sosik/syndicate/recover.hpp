// What a target missed: events of a time in which it was disabled, failed, or did not exist yet.
#pragma once
#include <cstdint>
#include <string>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"
#include "sosik/model/target.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

class Store;

// The target with that name (Target::name): configured, or an endpoint of the store; not_found.
Result<Target> find_target(Store&, const SyndicationPlan&, const std::string& name);

// Owes the target every event since `since` that it asks for and was not told of: those it was
// never owed, and those that were given up. Events that were quiet stay so, and news of a post that
// has gone since are not told, nor the end of one that the target never heard of (N-213). How many.
// Only for targets that are told of events (invalid otherwise, and for one that is disabled).
Result<std::int64_t> recover_deliveries(Store&, const SyndicationPlan&, const Target&,
                                        Timestamp since, Timestamp now);

}  // namespace sosik
