-- The same work by hand, for pgbench: a batch is claimed, its payloads are read, each attempt is recorded, each delivery
-- ends, and what waits behind one comes up.
BEGIN;
WITH due AS (
  SELECT id FROM deliveries
  WHERE state < 2 AND is_behind = 0 AND next_at <= :now AND (leased_until IS NULL OR leased_until <= :now)
  ORDER BY next_at LIMIT :batch FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE deliveries d SET owner = 'pgbench', fence = fence + 1, attempts = attempts + 1, tries = tries + 1,
    leased_until = CAST(:now AS bigint) + 60000, again_at = 0
  FROM due WHERE d.id = due.id RETURNING d.id
) SELECT array_agg(id) AS ids FROM claimed \gset
SELECT d.*, e.kind, e.at, e.data, e.content FROM deliveries d JOIN events e ON e.site_id = d.site_id
  AND e.number = d.event_number WHERE d.id = ANY(CAST(:ids AS bigint[]));
COMMIT;
BEGIN;
SELECT id, fence, revision FROM deliveries WHERE id = ANY(CAST(:ids AS bigint[])) AND state < 2 ORDER BY id FOR UPDATE;
INSERT INTO attempts SELECT id, 1, :now, 5, 204, '', '', '' FROM unnest(CAST(:ids AS bigint[])) AS id;
UPDATE deliveries SET state = 2, ended_at = :now, owner = '', again_at = 0, leased_until = NULL
  WHERE id = ANY(CAST(:ids AS bigint[]));
UPDATE deliveries SET is_behind = 0 WHERE id IN (SELECT min(o.id) FROM deliveries e JOIN deliveries o
  ON o.site_id = e.site_id AND o.subject = e.subject AND o.target = e.target AND o.state < 2 AND o.subject <> ''
  WHERE e.id = ANY(CAST(:ids AS bigint[])) AND e.subject <> '' GROUP BY e.site_id, e.subject, e.target
  HAVING min(o.is_behind) = 1);
COMMIT;
