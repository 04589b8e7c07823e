#include "migrations.hpp"

namespace sosik::sqlite {

// What readers were shown, written by the syndication step alone. Rendering reads these tables and
// never `posts`, so that a feed's bytes are a function of its revision.
const char* const syndication_schema = R"sql(
CREATE TABLE site_state (
  site_id       INTEGER PRIMARY KEY,
  last_step     INTEGER NOT NULL DEFAULT 0,   -- seconds since 1970 of the last step that changed something
  next_sequence INTEGER NOT NULL DEFAULT 1,
  next_event    INTEGER NOT NULL DEFAULT 1,
  entry_basis   TEXT NOT NULL DEFAULT ''      -- hash of settings and program parts that every entry depends on
);

-- One row a post that was ever shown or held back. The rest of the Entry is in `doc` (JSON).
CREATE TABLE entries (
  site_id      INTEGER NOT NULL,
  post_id      TEXT NOT NULL,
  entry_id     TEXT NOT NULL,
  sequence     INTEGER NOT NULL,   -- 0 until first shown
  revision     INTEGER NOT NULL,
  is_shown     INTEGER NOT NULL,
  held_back    TEXT NOT NULL,
  slug         TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  changed_at   INTEGER NOT NULL,
  shown_hash   TEXT NOT NULL,
  body_hash    TEXT,
  doc          TEXT NOT NULL,
  PRIMARY KEY (site_id, post_id)
) WITHOUT ROWID;
CREATE INDEX entries_by_id ON entries (site_id, entry_id);
CREATE INDEX entries_by_slug ON entries (site_id, slug) WHERE is_shown = 1;
CREATE INDEX entries_by_body ON entries (site_id, body_hash) WHERE body_hash IS NOT NULL;

-- Sanitised bodies, by the hash of what they were made from.
CREATE TABLE bodies (
  site_id     INTEGER NOT NULL,
  body_hash   TEXT NOT NULL,
  first_image TEXT NOT NULL,
  notices     TEXT NOT NULL,   -- a line each
  excerpt     TEXT NOT NULL,
  html        TEXT NOT NULL,
  PRIMARY KEY (site_id, body_hash)
) WITHOUT ROWID;

-- Feeds ever seen. `fold` is the key as members are compared under it (store/syndication_store.hpp).
CREATE TABLE feeds (
  site_id         INTEGER NOT NULL,
  fold            TEXT NOT NULL,
  feed_key        TEXT NOT NULL,
  label           TEXT NOT NULL,
  revision        INTEGER NOT NULL,
  changed_at      INTEGER NOT NULL,
  definition_hash TEXT NOT NULL,
  filter_hash     TEXT NOT NULL,
  format_version  INTEGER NOT NULL,
  total           INTEGER NOT NULL,   -- members as of the revision: what is shown
  members         INTEGER NOT NULL,   -- members now
  PRIMARY KEY (site_id, fold)
) WITHOUT ROWID;

-- All members of a feed, newest first, not only its window.
CREATE TABLE feed_entries (
  site_id      INTEGER NOT NULL,
  fold         TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  sequence     INTEGER NOT NULL,
  post_id      TEXT NOT NULL,
  PRIMARY KEY (site_id, fold, published_at DESC, sequence DESC)
) WITHOUT ROWID;
CREATE INDEX feed_entries_by_post ON feed_entries (site_id, post_id);

CREATE TABLE scheduled (
  site_id    INTEGER NOT NULL,
  visible_at INTEGER NOT NULL,
  post_id    TEXT NOT NULL,
  PRIMARY KEY (site_id, visible_at, post_id)
) WITHOUT ROWID;
CREATE INDEX scheduled_by_post ON scheduled (site_id, post_id);
)sql";

const char* const ledger_schema = R"sql(
CREATE TABLE events (
  site_id  INTEGER NOT NULL,
  number   INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  kind     INTEGER NOT NULL,
  subject  TEXT NOT NULL,
  revision INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  is_quiet INTEGER NOT NULL,
  data     TEXT NOT NULL,
  PRIMARY KEY (site_id, number)
) WITHOUT ROWID;
CREATE INDEX events_by_subject ON events (site_id, subject);

-- state: 0 pending, 1 in flight, 2 delivered, 3 gave up, 4 cancelled. For what is in flight next_at is the end of the
-- lease, so that one index answers what is due.
CREATE TABLE deliveries (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id      INTEGER NOT NULL,
  kind         INTEGER NOT NULL,
  target       TEXT NOT NULL,
  topic        TEXT NOT NULL,
  subject      TEXT NOT NULL,               -- webhook: the post it tells about
  revision     INTEGER NOT NULL,
  state        INTEGER NOT NULL DEFAULT 0,
  attempts     INTEGER NOT NULL DEFAULT 0,
  created_at   INTEGER NOT NULL,
  next_at      INTEGER NOT NULL,
  again_at     INTEGER NOT NULL DEFAULT 0,  -- in flight: when a newer revision that came meanwhile is due
  is_withdrawn INTEGER NOT NULL DEFAULT 0,  -- in flight: not to be tried again
  fence        INTEGER NOT NULL DEFAULT 0,
  owner        TEXT NOT NULL DEFAULT '',
  event_type   TEXT NOT NULL DEFAULT '',
  event_at     INTEGER NOT NULL DEFAULT 0,
  event_data   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state < 2;
CREATE UNIQUE INDEX deliveries_open ON deliveries (site_id, target, topic) WHERE state < 2;
CREATE INDEX deliveries_of_post ON deliveries (site_id, subject) WHERE state < 2 AND subject <> '';

CREATE TABLE attempts (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  delivery_id   INTEGER NOT NULL REFERENCES deliveries,
  number        INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  latency_ms    INTEGER NOT NULL,
  status        INTEGER NOT NULL,
  error_class   TEXT NOT NULL,
  detail        TEXT NOT NULL,
  response_body TEXT NOT NULL
);
CREATE INDEX attempts_by_delivery ON attempts (delivery_id);

-- When a target was last tried: pings keep their distance (N-096).
CREATE TABLE target_state (
  site_id    INTEGER NOT NULL,
  target     TEXT NOT NULL,
  tried_at   INTEGER NOT NULL,
  PRIMARY KEY (site_id, target)
) WITHOUT ROWID;
)sql";

}  // namespace sosik::sqlite
