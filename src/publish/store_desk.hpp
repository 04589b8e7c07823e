// The one thread that owns the publisher's Store.
#pragma once
#include "sosik/net/desk.hpp"
#include "sosik/store/store.hpp"

namespace sosik {

using StoreDesk = Desk<Store>;

}  // namespace sosik
