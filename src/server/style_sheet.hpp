// /style.css as a slot like any other, so that it is served like any other.
#pragma once
#include <memory>

#include "sosik/snapshot/snapshot.hpp"

namespace sosik {

// One for the process; made on first call.
std::shared_ptr<Slot> style_sheet_slot();

}  // namespace sosik
