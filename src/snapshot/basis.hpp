// When does a remembered tag (DocumentTag) speak for what would be rendered now? A wrong answer
// here is a wrong 304, so everything that the bytes hang on is asked, some of it twice. Pure.
#pragma once
#include <string>

#include "sosik/base/program_id.hpp"
#include "sosik/model/document_tag.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

// Would the step leave the feed at this revision, if it were asked to refresh it under this
// definition (H-117)? Else the next rendering is of another revision.
bool is_settled(const SyndicationPlan&, const FeedDefinition&, const FeedState&);
// DocumentTag::basis: of the program, the definition, and what the state says besides its revision.
std::string basis_of(const SyndicationPlan&, const FeedDefinition&, const FeedState&,
                     const std::string& program = program_id());
// Is it of this revision and basis, and whole?
bool speaks_for(const DocumentTag&, const FeedState&, const std::string& basis);

}  // namespace sosik
