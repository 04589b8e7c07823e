// Entry ids: found again, or minted once (F-001..F-003).
#pragma once
#include <string>

#include "sosik/model/post.hpp"
#include "sosik/model/site.hpp"
#include "sosik/store/syndication_store.hpp"

namespace sosik {

IdentityKey identity_key_of(const Post&);

// The post's permanent id: the one recorded for its source and key; else its guid, if that can be
// an id and is free; else "tag:<authority>,<date>:/<16 hex>". Records what it mints. A guid that is
// not used is told in `notices`. Throws StoreFailed.
std::string entry_id_of(SyndicationStore&, const Site&, const Post&, Timestamp now,
                        std::vector<std::string>& notices);

}  // namespace sosik
