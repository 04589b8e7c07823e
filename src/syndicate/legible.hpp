// A row of another program as text: UTF-8, and as the operator wishes text to be. Pure.
#pragma once
#include <string>

#include "clean_fields.hpp"
#include "sosik/base/text.hpp"
#include "sosik/model/post.hpp"

namespace sosik {

// Fields that are no UTF-8 are looked at together, for a title alone may be too short to tell, and
// become UTF-8 from UHC where that is what they are (K-040, K-045), with a notice; fields that are
// UTF-8 stay. What is neither is left for clean_text to repair. Plain text that shows is adjusted
// (the body is by the sanitiser, which knows its text from its addresses). Keys that say which row
// or post is meant (post_id, source, source_key, guid) stay byte for byte.
void make_legible(Post&, const TextOptions&, Notices&);

// The same of a single display name.
std::string legible_name(std::string name, const TextOptions&);

}  // namespace sosik
