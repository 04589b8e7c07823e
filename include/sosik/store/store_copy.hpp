// A store copied into another one, of the same or another engine (S-035): `sosik migrate --from`.
// Nothing that readers or receivers see depends on the engine, so a copy of every row is all of it:
// ids, revisions, tags and what is owed to whom go along.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/result.hpp"

namespace sosik {

struct TableCopy {
  std::string name;
  std::int64_t rows = 0;
  std::string sha256;  // of the rows in the order of their key; the same on both sides
  // From SQLite to PostgreSQL, in a table of the program's own: rows with a text that is not UTF-8
  // or has a NUL, a key of a post that is gone. Each such byte was written, and counts in the hash,
  // as U+FFFD and two hexadecimal digits.
  std::int64_t escaped = 0;
};

struct StoreCopy {
  std::vector<TableCopy> tables;
  std::vector<std::string> left_behind;  // tables of other programs that lie in the source
  // Somebody holds them in the source: whoever uses the copy makes them again.
  std::int64_t deliveries_in_flight = 0;
};

// Copies what `from_url` holds at one moment into `to_url`; both as open_store() takes them. The
// source is only read, beside whoever uses it. The target gets the schema; it must hold no row, and
// holds none when the copy fails or the program is killed: it is one transaction. Before that
// commits, every table is read back and compared.
//
// Fails with conflict when the target holds something, with invalid when a row does not fit into it
// (the message names table, key and column), with corrupt when what was read back differs or the
// source's schema is newer than this program, and as open_store() does.
Result<StoreCopy> copy_store(std::string_view from_url, std::string_view to_url);

}  // namespace sosik
