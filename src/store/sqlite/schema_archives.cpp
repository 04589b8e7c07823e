#include "migrations.hpp"

namespace sosik::sqlite {

// Members of feeds are numbered, and pages of archives have rows like feeds (model/archive.hpp; the
// size of a page is written out here: it never changes). Members that are there already are
// numbered from the oldest on.
const char* const archives_schema = R"sql(
ALTER TABLE feeds ADD COLUMN last_number INTEGER NOT NULL DEFAULT 0;  -- given to a member so far
ALTER TABLE feeds ADD COLUMN older_page INTEGER NOT NULL DEFAULT 0;   -- where older members are; 0: nowhere
ALTER TABLE feeds ADD COLUMN newer_page INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed_entries ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
UPDATE feed_entries SET number = numbered.number FROM
  (SELECT site_id, fold, published_at, sequence,
          row_number() OVER (PARTITION BY site_id, fold ORDER BY published_at, sequence) AS number
   FROM feed_entries WHERE fold <> '') AS numbered
WHERE feed_entries.site_id = numbered.site_id AND feed_entries.fold = numbered.fold
  AND feed_entries.published_at = numbered.published_at AND feed_entries.sequence = numbered.sequence;
CREATE INDEX feed_entries_by_number ON feed_entries (site_id, fold, number);
UPDATE feeds SET last_number = coalesce(
  (SELECT max(number) FROM feed_entries e WHERE e.site_id = feeds.site_id AND e.fold = feeds.fold), 0);
INSERT INTO feeds (site_id, fold, feed_key, label, revision, changed_at, definition_hash, filter_hash, format_version,
                   total, members, older_page, newer_page)
SELECT f.site_id, char(10) || f.fold || char(10) || p.page, char(10) || f.feed_key || char(10) || p.page, f.label, 1,
       f.changed_at, '', '', 0, p.members, p.members, p.page - 1,
       CASE WHEN p.page * 20 < f.last_number THEN p.page + 1 ELSE 0 END
FROM feeds f JOIN
  (SELECT site_id, fold, (number + 19) / 20 AS page, count(*) AS members
   FROM feed_entries WHERE fold <> '' GROUP BY site_id, fold, (number + 19) / 20) AS p
  ON p.site_id = f.site_id AND p.fold = f.fold;
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1 WHERE idx = 'feed_entries_by_number';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('feed_entries', 'feed_entries_by_number', '5000000 5000000 500 1');
ANALYZE sqlite_schema;
)sql";

}  // namespace sosik::sqlite
