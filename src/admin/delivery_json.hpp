// What became of a notice, as the API's clients read it, and how much of it each of them may know.
//
// Who holds a token of one site among many chooses the URL of an endpoint and reads here what came
// of calling it: told everything, he could have this machine find out for him what lies behind
// addresses that he cannot reach. So he is told the outcome alone (N-191; docs/admin-api.md, "What
// a tenant is told"). Whatever the API says about attempts, and what follows from attempts, is made
// here: a member that is new is a detail until it is put among the others.
#pragma once
#include "api_call.hpp"
#include "sosik/model/delivery.hpp"
#include "sosik/model/site.hpp"
#include "sosik/model/target.hpp"

namespace sosik::admin {

enum class Sight {
  outcome,  // of a site among many: a tenant
  details,  // of the configuration's site: the operator
};
constexpr Sight sight_of(const Site& site) {
  return site.id == main_site ? Sight::details : Sight::outcome;
}

Json delivery_to_json(const Delivery&, Sight);
Json attempt_to_json(const Attempt&, Sight);

// When an attempt did something to its target; null: it did not.
Json moment_to_json(const std::optional<Timestamp>&, Sight);

// Why the target is disabled; null where it is not.
Json disabled_why_to_json(const TargetState*, Sight);

// The moment from which on a question about what ended then may select: no finer than what is
// shown.
std::optional<Timestamp> asked_moment(std::optional<Timestamp>, Sight);

}  // namespace sosik::admin
