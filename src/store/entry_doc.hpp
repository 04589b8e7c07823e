// The part of an Entry that is kept as one JSON text, because nothing is ever looked up by it.
#pragma once
#include <string>
#include <string_view>

#include "sosik/model/entry.hpp"

namespace sosik::sqlite {

std::string entry_to_doc(const Entry&);
// Fills in what entry_to_doc wrote. False when the text is not such a document.
bool entry_from_doc(std::string_view doc, Entry&);

}  // namespace sosik::sqlite
