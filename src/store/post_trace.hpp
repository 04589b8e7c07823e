// What is recorded of one post beside its row.
#pragma once
#include "sosik/store/store.hpp"
#include "sqlite.hpp"

namespace sosik::sqlite {

// Documents that the entry, as it stands, was held back from.
std::vector<HeldBackFrom> held_back_from(Connection&, SiteId, std::string_view post_id);

}  // namespace sosik::sqlite
