// Documents that do not come from the store, as slots like any other, so that they are served like
// any other.
#pragma once
#include <memory>
#include <string_view>

#include "sosik/snapshot/snapshot.hpp"

namespace sosik {

// /style.css. One for the process; made on first call.
std::shared_ptr<Slot> style_sheet_slot();

// /{key}.txt, by which search engines know that a submission is ours (N-130): exactly the key.
std::shared_ptr<Slot> indexnow_key_slot(std::string_view key);

}  // namespace sosik
