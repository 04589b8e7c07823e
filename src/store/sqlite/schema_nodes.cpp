#include "migrations.hpp"

namespace sosik::sqlite {

// What nodes tell each other (docs/nodes.md): here there is one node, and what it has told its
// caches is what another process on the same file may not have.
const char* const nodes_schema = R"sql(
ALTER TABLE site_state ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;  -- seconds since 1970: no feed says that it changed earlier
ALTER TABLE site_state ADD COLUMN timeline TEXT NOT NULL DEFAULT '';  -- Store::timeline, when definitions were last adopted
CREATE TABLE news (
  number  INTEGER PRIMARY KEY,  -- of all sites, in the order of commits
  site_id INTEGER NOT NULL,
  data    TEXT NOT NULL         -- JSON: model/news.hpp
);
CREATE TABLE plans (
  site_id INTEGER PRIMARY KEY,
  plan    TEXT NOT NULL      -- JSON: the definitions in force
);
)sql";

// Sites besides the configuration's, written by any program (docs/sites.md). Nodes watch one
// number.
const char* const sites_schema = R"sql(
CREATE TABLE sites (
  site_id      INTEGER PRIMARY KEY CHECK (site_id > 1),
  host         TEXT NOT NULL UNIQUE,
  title        TEXT NOT NULL,
  description  TEXT NOT NULL DEFAULT '',
  language     TEXT NOT NULL DEFAULT 'ko',
  time_zone    TEXT NOT NULL DEFAULT 'Asia/Seoul',
  public_url   TEXT NOT NULL DEFAULT '',
  home_url     TEXT NOT NULL DEFAULT '',
  id_authority TEXT NOT NULL DEFAULT '',
  author_name  TEXT NOT NULL DEFAULT '',
  author_url   TEXT NOT NULL DEFAULT '',
  author_email TEXT NOT NULL DEFAULT '',
  copyright    TEXT NOT NULL DEFAULT '',
  icon_url     TEXT NOT NULL DEFAULT ''
);
CREATE TABLE sites_version (   -- at most one row; none: no site was ever written
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL
);
CREATE TRIGGER sites_insert AFTER INSERT ON sites BEGIN
  INSERT INTO sites_version (id, version) SELECT 1, 0 WHERE NOT EXISTS (SELECT 1 FROM sites_version);
  UPDATE sites_version SET version = version + 1;
END;
CREATE TRIGGER sites_update AFTER UPDATE ON sites BEGIN
  INSERT INTO sites_version (id, version) SELECT 1, 0 WHERE NOT EXISTS (SELECT 1 FROM sites_version);
  UPDATE sites_version SET version = version + 1;
END;
CREATE TRIGGER sites_delete AFTER DELETE ON sites BEGIN
  INSERT INTO sites_version (id, version) SELECT 1, 0 WHERE NOT EXISTS (SELECT 1 FROM sites_version);
  UPDATE sites_version SET version = version + 1;
END;
CREATE INDEX scheduled_by_time ON scheduled (visible_at, site_id);  -- what is due, of all sites
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('scheduled', 'scheduled_by_time', '10000 2 1');
ANALYZE sqlite_schema;
)sql";

}  // namespace sosik::sqlite
