// What is recorded of one post beside its row.
#pragma once
#include "sosik/store/store.hpp"
#include "sql.hpp"

namespace sosik::sql {

// Documents that the entry, as it stands, was held back from.
std::vector<HeldBackFrom> held_back_from(Connection&, SiteId, std::string_view post_id);

}  // namespace sosik::sql
