#include "migrations.hpp"

namespace sosik::sqlite {

// Which entries the newest rendering of a document had to leave out, and why
// (DocumentTag::held_back): replaced by each rendering of it. A row counts for as long as its entry
// has this revision.
const char* const held_back_schema = R"sql(
CREATE TABLE held_entries (
  site_id  INTEGER NOT NULL,
  fold     TEXT NOT NULL,
  format   INTEGER NOT NULL,
  position INTEGER NOT NULL,
  post_id  TEXT NOT NULL,
  revision INTEGER NOT NULL,
  reason   TEXT NOT NULL,
  PRIMARY KEY (site_id, fold, format, position)
) WITHOUT ROWID;
CREATE INDEX held_entries_by_post ON held_entries (site_id, post_id);
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('held_entries', 'held_entries', '100 100 2 2 1'),
  ('held_entries', 'held_entries_by_post', '100 100 4');
ANALYZE sqlite_schema;
)sql";

}  // namespace sosik::sqlite
