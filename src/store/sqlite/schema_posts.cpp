#include "migrations.hpp"

namespace sosik::sqlite {

// What other programs write. Every table is keyed by site first and WITHOUT ROWID (a rowid is a
// second, hidden unique key, over which REPLACE deletes rows without a trigger), and has no UNIQUE
// besides its primary key for the same reason. The body comes last, so that reading the columns
// before it does not walk its overflow pages.
const char* const posts_schema = R"sql(
CREATE TABLE posts (
  site_id      INTEGER NOT NULL DEFAULT 1,
  post_id      TEXT NOT NULL,
  source       TEXT NOT NULL DEFAULT 'cms',
  source_key   TEXT,
  guid         TEXT,
  status       TEXT NOT NULL DEFAULT 'draft',
  slug         TEXT NOT NULL DEFAULT '',
  url          TEXT NOT NULL DEFAULT '',
  title        TEXT NOT NULL DEFAULT '',
  language     TEXT NOT NULL DEFAULT '',
  published_at INTEGER,
  updated_at   INTEGER,
  image_url    TEXT NOT NULL DEFAULT '',
  image_alt    TEXT NOT NULL DEFAULT '',
  image_width  INTEGER NOT NULL DEFAULT 0,
  image_height INTEGER NOT NULL DEFAULT 0,
  base_url     TEXT NOT NULL DEFAULT '',
  body_format  TEXT NOT NULL DEFAULT 'html',
  summary      TEXT NOT NULL DEFAULT '',
  body         TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (site_id, post_id),
  CONSTRAINT "sosik: post_id is text, not a blob" CHECK (typeof(post_id) = 'text'),
  CONSTRAINT "sosik: post_id has 1 to 255 bytes"
    CHECK (length(CAST(post_id AS BLOB)) BETWEEN 1 AND 255),
  CONSTRAINT "sosik: status is draft, published, unpublished or deleted"
    CHECK (status IN ('draft', 'published', 'unpublished', 'deleted')),
  CONSTRAINT "sosik: body_format is html or markdown" CHECK (body_format IN ('html', 'markdown')),
  CONSTRAINT "sosik: published_at is milliseconds since 1970 in UTC, years 1 to 9999"
    CHECK (published_at IS NULL OR (typeof(published_at) = 'integer'
           AND published_at BETWEEN -62135596800000 AND 253402300799999)),
  CONSTRAINT "sosik: updated_at is milliseconds since 1970 in UTC, years 1 to 9999"
    CHECK (updated_at IS NULL OR (typeof(updated_at) = 'integer'
           AND updated_at BETWEEN -62135596800000 AND 253402300799999))
) WITHOUT ROWID;
CREATE INDEX posts_by_slug ON posts (site_id, slug);
CREATE INDEX posts_by_date ON posts (site_id, published_at);
CREATE INDEX posts_by_source ON posts (site_id, source, coalesce(nullif(source_key, ''), post_id));

CREATE TABLE post_categories (
  site_id  INTEGER NOT NULL DEFAULT 1,
  post_id  TEXT NOT NULL,
  path     TEXT NOT NULL,
  position INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (site_id, post_id, path),
  CONSTRAINT "sosik: post_id of post_categories is text, not a blob" CHECK (typeof(post_id) = 'text'),
  FOREIGN KEY (site_id, post_id) REFERENCES posts DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID;
CREATE INDEX post_categories_by_path ON post_categories (site_id, path);

CREATE TABLE post_tags (
  site_id  INTEGER NOT NULL DEFAULT 1,
  post_id  TEXT NOT NULL,
  tag      TEXT NOT NULL,
  position INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (site_id, post_id, tag),
  CONSTRAINT "sosik: post_id of post_tags is text, not a blob" CHECK (typeof(post_id) = 'text'),
  FOREIGN KEY (site_id, post_id) REFERENCES posts DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID;
CREATE INDEX post_tags_by_tag ON post_tags (site_id, tag);

CREATE TABLE post_authors (
  site_id  INTEGER NOT NULL DEFAULT 1,
  post_id  TEXT NOT NULL,
  author   TEXT NOT NULL,
  position INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (site_id, post_id, author),
  CONSTRAINT "sosik: post_id of post_authors is text, not a blob" CHECK (typeof(post_id) = 'text'),
  FOREIGN KEY (site_id, post_id) REFERENCES posts DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID;
CREATE INDEX post_authors_by_author ON post_authors (site_id, author);

CREATE TABLE enclosures (
  site_id          INTEGER NOT NULL DEFAULT 1,
  post_id          TEXT NOT NULL,
  position         INTEGER NOT NULL DEFAULT 0,
  url              TEXT NOT NULL,
  type             TEXT NOT NULL DEFAULT '',
  length           INTEGER NOT NULL DEFAULT 0,
  title            TEXT NOT NULL DEFAULT '',
  duration_seconds INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (site_id, post_id, position),
  CONSTRAINT "sosik: post_id of enclosures is text, not a blob" CHECK (typeof(post_id) = 'text'),
  FOREIGN KEY (site_id, post_id) REFERENCES posts DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID;

-- Optional: how a key is displayed.
CREATE TABLE categories (
  site_id INTEGER NOT NULL DEFAULT 1,
  path    TEXT NOT NULL,
  name    TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (site_id, path)
) WITHOUT ROWID;
CREATE TABLE tags (
  site_id INTEGER NOT NULL DEFAULT 1,
  tag     TEXT NOT NULL,
  name    TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (site_id, tag)
) WITHOUT ROWID;
CREATE TABLE authors (
  site_id INTEGER NOT NULL DEFAULT 1,
  author  TEXT NOT NULL,
  name    TEXT NOT NULL DEFAULT '',
  url     TEXT NOT NULL DEFAULT '',
  email   TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (site_id, author)
) WITHOUT ROWID;
)sql";

}  // namespace sosik::sqlite
