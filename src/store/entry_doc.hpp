// The part of an EntryRecord that is kept as one JSON text, because nothing is ever looked up by
// it.
#pragma once
#include <string>
#include <string_view>

#include "sosik/store/syndication_store.hpp"

namespace sosik::sql {

std::string record_to_doc(const EntryRecord&);
// Fills in what record_to_doc wrote. False when the text is not such a document.
bool record_from_doc(std::string_view doc, EntryRecord&);

}  // namespace sosik::sql
