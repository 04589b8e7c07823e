// Rendering that loses an entry rather than a feed: an entry that the gate names is held back from
// the document, and the rest is served (promise 1). Pure, thread-safe.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "sosik/model/document_tag.hpp"
#include "sosik/render/render.hpp"

namespace sosik {

struct RepairedDocument {
  std::string bytes;
  std::vector<HeldBackEntry> held_back;  // in the order of the feed
};

// As render_checked, without the entries that the gate names, in at most four renderings: one that
// is held back may leave behind what another is then blamed for. A document that had to leave an
// entry out says neither that it is complete nor that it counts what it does not hold. Fails with
// invalid when the fault is the feed's own, or is there still.
Result<RepairedDocument> render_repaired(const Feed&, Format);

// The same by another renderer. For tests, which cannot break ours.
using RenderFeed =
    std::function<Result<std::string>(const Feed&, Format, std::vector<Finding>* findings)>;
Result<RepairedDocument> render_repaired(const Feed&, Format, const RenderFeed&);

}  // namespace sosik
