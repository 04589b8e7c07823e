// Texts that an SQLite file keeps and PostgreSQL does not, in the program's own tables: keys of
// posts that are gone. Nobody can mend those by the contract, and nobody asks for them any more;
// but what refers to one another must go on to do so.
#pragma once
#include <string>
#include <string_view>

#include "sql.hpp"

namespace sosik::sql {

// Each byte that is no UTF-8, and each NUL, becomes U+FFFD and its two hexadecimal digits: a text
// that PostgreSQL keeps, and no two of them the same but for texts that had been escaped before:
// where that meets in a key, the copy is refused.
std::string escaped(std::string_view text);

// From now on that is a function of this SQLite connection: sosik_escaped(text).
void offer_escaped(Connection& sqlite);

}  // namespace sosik::sql
