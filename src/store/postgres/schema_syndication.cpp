#include "migrations.hpp"

namespace sosik::postgres {

// What readers were shown, written by the syndication step alone: the tables of SQLite's version 4
// (../sqlite/schema_syndication.cpp and those after it say what they are).
//
// Rows that every step rewrites have room on their page for the next version of themselves
// (fillfactor), and are vacuumed by count, not by a share of the table (S-044).
const char* const syndication_schema = R"sql(
CREATE TABLE site_state (
  site_id         bigint PRIMARY KEY,
  last_step       bigint NOT NULL DEFAULT 0,   -- seconds since 1970 of the last step that changed something
  next_sequence   bigint NOT NULL DEFAULT 1,
  next_event      bigint NOT NULL DEFAULT 1,
  entry_basis     text COLLATE "C" NOT NULL DEFAULT '',  -- hash of settings and program parts that every entry depends on
  not_before      bigint NOT NULL DEFAULT 0,   -- seconds since 1970: no feed says that it changed earlier
  timeline        text COLLATE "C" NOT NULL DEFAULT '',  -- of the server, when definitions were last adopted
  targets_version bigint NOT NULL DEFAULT 0    -- counts changes of endpoints and of who is disabled
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- What nodes tell each other (docs/nodes.md).
CREATE TABLE news (
  number  bigint PRIMARY KEY,            -- of all sites, in the order of commits
  site_id bigint NOT NULL,
  data    text COLLATE "C" NOT NULL      -- JSON: model/news.hpp
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
-- The session that holds this one is the active node (docs/nodes.md).
CREATE FUNCTION sosik_lead_lock() RETURNS bigint LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT (1399812970::bigint << 32) | 'news'::regclass::oid::bigint
$$;
CREATE TABLE plans (
  site_id bigint PRIMARY KEY,
  plan    text COLLATE "C" NOT NULL      -- JSON: the definitions in force
);

-- One row a post that was ever shown or held back. The rest of the Entry is in `doc` (JSON).
CREATE TABLE entries (
  site_id      bigint NOT NULL,
  post_id      text COLLATE "C" NOT NULL,
  entry_id     text COLLATE "C" NOT NULL,
  sequence     bigint NOT NULL,   -- 0 until first shown
  revision     bigint NOT NULL,
  is_shown     bigint NOT NULL,
  held_back    text COLLATE "C" NOT NULL,
  slug         text COLLATE "C" NOT NULL,
  published_at bigint NOT NULL,
  updated_at   bigint NOT NULL,
  changed_at   bigint NOT NULL,
  shown_hash   text COLLATE "C" NOT NULL,
  body_hash    text COLLATE "C",
  doc          text COLLATE "C" NOT NULL,
  PRIMARY KEY (site_id, post_id)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX entries_by_id ON entries (site_id, entry_id);
CREATE INDEX entries_by_slug ON entries (site_id, slug) WHERE is_shown = 1;
CREATE INDEX entries_by_body ON entries (site_id, body_hash) WHERE body_hash IS NOT NULL;

-- Sanitised bodies, by the hash of what they were made from.
CREATE TABLE bodies (
  site_id     bigint NOT NULL,
  body_hash   text COLLATE "C" NOT NULL,
  first_image text COLLATE "C" NOT NULL,
  notices     text COLLATE "C" NOT NULL,   -- a line each
  excerpt     text COLLATE "C" NOT NULL,
  html        text COLLATE "C" NOT NULL,
  PRIMARY KEY (site_id, body_hash)
);

-- Feeds ever seen, and pages of archives. `fold` is the key as members are compared under it
-- (store/syndication_store.hpp).
CREATE TABLE feeds (
  site_id         bigint NOT NULL,
  fold            text COLLATE "C" NOT NULL,
  feed_key        text COLLATE "C" NOT NULL,
  label           text COLLATE "C" NOT NULL,
  revision        bigint NOT NULL,
  changed_at      bigint NOT NULL,
  definition_hash text COLLATE "C" NOT NULL,
  filter_hash     text COLLATE "C" NOT NULL,
  format_version  bigint NOT NULL,
  total           bigint NOT NULL,   -- members as of the revision: what is shown
  members         bigint NOT NULL,   -- members now
  last_number     bigint NOT NULL DEFAULT 0,  -- given to a member so far
  older_page      bigint NOT NULL DEFAULT 0,  -- where older members are; 0: nowhere
  newer_page      bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (site_id, fold)
) WITH (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.01);
CREATE INDEX feeds_defined ON feeds (site_id, feed_key) WHERE filter_hash <> '';

-- All members of a feed, not only its window.
CREATE TABLE feed_entries (
  site_id      bigint NOT NULL,
  fold         text COLLATE "C" NOT NULL,
  published_at bigint NOT NULL,
  sequence     bigint NOT NULL,
  post_id      text COLLATE "C" NOT NULL,
  number       bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (site_id, fold, published_at, sequence)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX feed_entries_by_post ON feed_entries (site_id, post_id);
CREATE INDEX feed_entries_by_number ON feed_entries (site_id, fold, number);

CREATE TABLE scheduled (
  site_id    bigint NOT NULL,
  visible_at bigint NOT NULL,
  post_id    text COLLATE "C" NOT NULL,
  PRIMARY KEY (site_id, visible_at, post_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX scheduled_by_post ON scheduled (site_id, post_id);
CREATE INDEX scheduled_by_time ON scheduled (visible_at, site_id);  -- what is due, of all sites

-- What is remembered of rendered documents (model/document_tag.hpp).
CREATE TABLE document_tags (
  site_id   bigint NOT NULL,
  fold      text COLLATE "C" NOT NULL,
  format    bigint NOT NULL,
  revision  bigint NOT NULL,
  basis     text COLLATE "C" NOT NULL,
  etag_hash text COLLATE "C" NOT NULL,
  size      bigint NOT NULL,
  PRIMARY KEY (site_id, fold, format)
) WITH (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.01);

-- Which entries the newest rendering of a document had to leave out, and why (DocumentTag::held_back).
CREATE TABLE held_entries (
  site_id  bigint NOT NULL,
  fold     text COLLATE "C" NOT NULL,
  format   bigint NOT NULL,
  position bigint NOT NULL,
  post_id  text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  reason   text COLLATE "C" NOT NULL,
  PRIMARY KEY (site_id, fold, format, position)
);
CREATE INDEX held_entries_by_post ON held_entries (site_id, post_id);

-- Posts that have gone, by feed that showed them (model/feed.hpp, Tombstone). Unique by a hash of the id: fold and id
-- together may be longer than an index row.
CREATE TABLE feed_tombstones (
  site_id  bigint NOT NULL,
  fold     text COLLATE "C" NOT NULL,
  at       bigint NOT NULL,   -- seconds since 1970
  entry_id text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX feed_tombstones_once ON feed_tombstones (site_id, fold, at, md5(entry_id));
CREATE INDEX feed_tombstones_by_id ON feed_tombstones (site_id, entry_id);
)sql";

}  // namespace sosik::postgres
