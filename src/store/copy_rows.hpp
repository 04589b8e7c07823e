// The rows of one table, from store to store (sosik/store/store_copy.hpp).
#pragma once
#include "copy_tables.hpp"
#include "sosik/store/store_copy.hpp"

namespace sosik::sql {

// Copies the table's rows, and gives how many there were and their hash. When the target refuses
// one, the failure names it.
TableCopy copy_rows(CopySide& from, CopySide& to, const CopyTable&);

// The same of the rows that are there.
TableCopy count_and_hash(CopySide&, const CopyTable&);

}  // namespace sosik::sql
