#include "migrations.hpp"

namespace sosik::sqlite {

// Version 4: a delivery names its event instead of copying it, keeps its order among those about
// the same post, and remembers when it ended and was confirmed. Targets can be disabled; endpoints
// are made by the admin API.
const char* const ledger_schema_2 = R"sql(
ALTER TABLE events ADD COLUMN content TEXT NOT NULL DEFAULT '';   -- JSON object: what full payloads have besides `data`
ALTER TABLE events ADD COLUMN is_settled INTEGER NOT NULL DEFAULT 0;  -- deliveries of it were pruned: who was told is not known any more
ALTER TABLE site_state ADD COLUMN targets_version INTEGER NOT NULL DEFAULT 0;  -- counts changes of endpoints and of who is disabled
ALTER TABLE target_state ADD COLUMN failing_since INTEGER;   -- the first failure since the last success; targets told of events
ALTER TABLE target_state ADD COLUMN waits_until INTEGER NOT NULL DEFAULT 0;  -- as it asked: nothing is due before
ALTER TABLE target_state ADD COLUMN disabled_at INTEGER;
ALTER TABLE target_state ADD COLUMN disabled_why TEXT NOT NULL DEFAULT '';

-- state: 0 open, 2 delivered, 3 gave up, 4 cancelled. What is open is in flight while somebody holds a lease: neither a
-- claim nor a record of what is tried again touches an index. kind: model/target.hpp.
CREATE TABLE deliveries_2 (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id      INTEGER NOT NULL,
  kind         INTEGER NOT NULL,
  target       TEXT NOT NULL,
  topic        TEXT NOT NULL,
  subject      TEXT NOT NULL,               -- the post it tells about, where order matters
  event_number INTEGER NOT NULL,            -- 0: it tells of a topic
  revision     INTEGER NOT NULL,
  state        INTEGER NOT NULL DEFAULT 0,
  is_behind    INTEGER NOT NULL DEFAULT 0,  -- an earlier one with the same target and subject is open
  attempts     INTEGER NOT NULL DEFAULT 0,
  tries        INTEGER NOT NULL DEFAULT 0,
  created_at   INTEGER NOT NULL,
  next_at      INTEGER NOT NULL,            -- when it is, or was, due
  leased_until INTEGER,                     -- open: somebody holds it until then
  again_at     INTEGER NOT NULL DEFAULT 0,  -- in flight: when a newer revision that came meanwhile is due
  is_withdrawn INTEGER NOT NULL DEFAULT 0,  -- in flight, not to be tried again: 1 it was recalled, 2 its target is disabled
  fence        INTEGER NOT NULL DEFAULT 0,
  owner        TEXT NOT NULL DEFAULT '',
  ended_at     INTEGER,
  confirmed_at INTEGER
);
INSERT INTO deliveries_2 (id, site_id, kind, target, topic, subject, event_number, revision, state, attempts, tries,
    created_at, next_at, leased_until, again_at, is_withdrawn, fence, owner, ended_at)
  SELECT d.id, d.site_id, d.kind, d.target, d.topic, d.subject,
    coalesce((SELECT e.number FROM events e WHERE e.site_id = d.site_id AND e.event_id = d.topic), 0),
    d.revision, iif(d.state < 2, 0, d.state), d.attempts, d.attempts, d.created_at,
    iif(d.state = 1, d.created_at, d.next_at), iif(d.state = 1, d.next_at, NULL), d.again_at, d.is_withdrawn, d.fence, d.owner,
    iif(d.state < 2, NULL, coalesce((SELECT max(a.at + a.latency_ms) FROM attempts a WHERE a.delivery_id = d.id), d.next_at))
  FROM deliveries d ORDER BY d.id;
CREATE INDEX deliveries_2_in_order ON deliveries_2 (site_id, subject, target, id) WHERE state < 2 AND subject <> '';
-- Version 3 knew no order among those about one post: the oldest is first, or what is under way.
UPDATE deliveries_2 AS d SET is_behind = 1 WHERE state < 2 AND leased_until IS NULL AND subject <> '' AND EXISTS (SELECT 1 FROM deliveries_2 o
  WHERE o.site_id = d.site_id AND o.target = d.target AND o.subject = d.subject AND o.subject <> '' AND o.state < 2
  AND (o.id < d.id OR o.leased_until IS NOT NULL));
DELETE FROM sqlite_sequence WHERE name = 'deliveries_2';
INSERT INTO sqlite_sequence (name, seq) SELECT 'deliveries_2', seq FROM sqlite_sequence WHERE name = 'deliveries';

CREATE TABLE attempts_2 (
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
INSERT OR IGNORE INTO attempts_2 SELECT delivery_id, number, at, latency_ms, status, error_class, detail, response_body
  FROM attempts ORDER BY id;
DROP TABLE attempts;
DROP TABLE deliveries;
ALTER TABLE deliveries_2 RENAME TO deliveries;
ALTER TABLE attempts_2 RENAME TO attempts;

CREATE INDEX deliveries_due ON deliveries (next_at, site_id, kind) WHERE state < 2 AND is_behind = 0;
CREATE INDEX deliveries_purging ON deliveries (created_at) WHERE state < 2 AND kind = 7;
CREATE UNIQUE INDEX deliveries_open ON deliveries (site_id, target, topic) WHERE state < 2 AND event_number = 0;
DROP INDEX deliveries_2_in_order;
CREATE INDEX deliveries_in_order ON deliveries (site_id, subject, target, id) WHERE state < 2 AND subject <> '';
CREATE INDEX deliveries_of_target ON deliveries (site_id, target, is_behind, kind) WHERE state < 2;
CREATE INDEX deliveries_of_topic ON deliveries (site_id, topic, target) WHERE event_number = 0;
CREATE INDEX deliveries_of_event ON deliveries (site_id, event_number, target) WHERE event_number > 0;
CREATE INDEX target_state_failing ON target_state (site_id, target) WHERE failing_since IS NOT NULL;
CREATE INDEX events_by_age ON events (site_id, at);

CREATE TABLE endpoints (
  site_id        INTEGER NOT NULL,
  endpoint_id    TEXT NOT NULL,
  description    TEXT NOT NULL,
  url            TEXT NOT NULL,
  events         TEXT NOT NULL,   -- this and the next three: JSON arrays
  feeds          TEXT NOT NULL,
  categories     TEXT NOT NULL,
  headers        TEXT NOT NULL,   -- of pairs
  is_full        INTEGER NOT NULL,
  generation     INTEGER NOT NULL,
  previous_until INTEGER,
  created_at     INTEGER NOT NULL,
  PRIMARY KEY (site_id, endpoint_id)
) WITHOUT ROWID;

DELETE FROM sqlite_stat1 WHERE tbl IN ('deliveries', 'attempts', 'events');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('events', 'events', '1000000 1000000 1'),
  ('events', 'events_by_subject', '1000000 1000000 5'),
  ('events', 'events_by_age', '1000000 1000000 2'),
  ('deliveries', NULL, '1000000'),
  ('deliveries', 'deliveries_due', '10000 2 2 1'),
  ('deliveries', 'deliveries_purging', '10 2'),
  ('deliveries', 'deliveries_open', '10000 10000 2000 1'),
  ('deliveries', 'deliveries_in_order', '10000 10000 1000 2 1'),
  ('deliveries', 'deliveries_of_target', '10000 10000 100 100 100'),
  ('deliveries', 'deliveries_of_topic', '100000 100000 1000 100'),
  ('deliveries', 'deliveries_of_event', '1000000 1000000 100 1'),
  ('attempts', 'attempts', '1000000 2 1'),
  ('target_state', 'target_state_failing', '100 100 1'),
  ('endpoints', 'endpoints', '10000 10000 1');
ANALYZE sqlite_schema;
)sql";

}  // namespace sosik::sqlite
