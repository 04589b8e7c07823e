#include "migrations.hpp"

namespace sosik::sqlite {

// What is remembered of rendered documents (model/document_tag.hpp): one row a feed and format, of
// the newest revision that somebody asked for. Losing them costs a rendering each.
//
// feeds_defined holds the few feeds that have a definition, or had one when the step last looked,
// so that a start finds them among a million categories, tags and authors.
const char* const document_tags_schema = R"sql(
CREATE TABLE document_tags (
  site_id   INTEGER NOT NULL,
  fold      TEXT NOT NULL,
  format    INTEGER NOT NULL,
  revision  INTEGER NOT NULL,
  basis     TEXT NOT NULL,
  etag_hash TEXT NOT NULL,
  size      INTEGER NOT NULL,
  PRIMARY KEY (site_id, fold, format)
) WITHOUT ROWID;
CREATE INDEX feeds_defined ON feeds (site_id, feed_key) WHERE filter_hash <> '';
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1 WHERE tbl = 'document_tags' OR idx = 'feeds_defined';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('document_tags', 'document_tags', '40000 40000 4 1'),
  ('feeds', 'feeds_defined', '50 50 1');
ANALYZE sqlite_schema;
)sql";

}  // namespace sosik::sqlite
