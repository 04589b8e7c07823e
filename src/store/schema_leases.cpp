#include "migrations.hpp"

namespace sosik::sqlite {

// Version 5: a lease has a column of its own, so that a claim touches no index; attempts are kept
// with their delivery; what has ended is found in the order of ids. `state` is 0 for all that is
// open: it is in flight while somebody holds a lease.
const char* const leases_schema = R"sql(
ALTER TABLE deliveries ADD COLUMN leased_until INTEGER;   -- open: somebody holds it until then
UPDATE deliveries SET leased_until = next_at, next_at = created_at, state = 0 WHERE state = 1;
DROP INDEX deliveries_ended;

CREATE TABLE attempts_3 (
  delivery_id   INTEGER NOT NULL,
  number        INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  latency_ms    INTEGER NOT NULL,
  status        INTEGER NOT NULL,
  error_class   TEXT NOT NULL,
  detail        TEXT NOT NULL,
  response_body TEXT NOT NULL,
  PRIMARY KEY (delivery_id, number)
) WITHOUT ROWID;
INSERT OR IGNORE INTO attempts_3 SELECT delivery_id, number, at, latency_ms, status, error_class, detail, response_body
  FROM attempts ORDER BY delivery_id, number;
DROP TABLE attempts;
ALTER TABLE attempts_3 RENAME TO attempts;
CREATE INDEX target_state_failing ON target_state (site_id, target) WHERE failing_since IS NOT NULL;

DELETE FROM sqlite_stat1 WHERE tbl = 'attempts' OR idx = 'deliveries_ended';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('attempts', 'attempts', '1000000 2 1'),
  ('target_state', 'target_state_failing', '100 100 1');
ANALYZE sqlite_schema;
)sql";

}  // namespace sosik::sqlite
