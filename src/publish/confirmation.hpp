// Proof that telling worked: a party that was seen to fetch a document has its deliveries about it
// confirmed.
#pragma once
#include "sosik/base/result.hpp"
#include "sosik/model/seen_fetch.hpp"
#include "sosik/model/site.hpp"

namespace sosik {

class Store;

// Nothing is confirmed when the feed has moved on since what was fetched: then its party is owed
// the newer revision anyway.
Result<void> confirm_fetch(Store&, const Site&, const SeenFetch&);

}  // namespace sosik
