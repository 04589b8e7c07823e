#include "migrations.hpp"

namespace sosik::sqlite {

// Posts that have gone, by feed that showed them (model/feed.hpp, Tombstone): written by the step
// when a member leaves because its post went, dropped when it comes back.
const char* const tombstones_schema = R"sql(
CREATE TABLE feed_tombstones (
  site_id  INTEGER NOT NULL,
  fold     TEXT NOT NULL,
  at       INTEGER NOT NULL,   -- seconds since 1970
  entry_id TEXT NOT NULL,
  PRIMARY KEY (site_id, fold, at DESC, entry_id)
) WITHOUT ROWID;
CREATE INDEX feed_tombstones_by_id ON feed_tombstones (site_id, entry_id);
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1 WHERE tbl = 'feed_tombstones';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('feed_tombstones', 'feed_tombstones', '50000 50000 10 1 1'),
  ('feed_tombstones', 'feed_tombstones_by_id', '50000 50000 5');
ANALYZE sqlite_schema;
)sql";

}  // namespace sosik::sqlite
