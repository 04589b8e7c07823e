#include "migrations.hpp"

namespace sosik::postgres {

// What other programs write: the same tables, columns and refusals as in SQLite
// (../sqlite/schema_posts.cpp).
//
// Text is compared and sorted by its bytes (COLLATE "C"), as everywhere in the program. What stands
// in an index is bounded, because PostgreSQL refuses an index row of more than 2,704 bytes, and in
// the step that refusal would keep other posts from being served. Names of constraints are what a
// writer is told; they have at most 63 bytes.
//
// Children go and move with their post by the foreign key: PostgreSQL has no REPLACE that would
// take them along, and no switch by which a writer turns foreign keys off.
const char* const posts_schema = R"sql(
CREATE TABLE posts (
  site_id       bigint NOT NULL DEFAULT 1,
  post_id       text COLLATE "C" NOT NULL,
  source        text COLLATE "C" NOT NULL DEFAULT 'cms',
  source_key    text COLLATE "C",
  guid          text COLLATE "C",
  status        text COLLATE "C" NOT NULL DEFAULT 'draft',
  slug          text COLLATE "C" NOT NULL DEFAULT '',
  url           text COLLATE "C" NOT NULL DEFAULT '',
  title         text COLLATE "C" NOT NULL DEFAULT '',
  language      text COLLATE "C" NOT NULL DEFAULT '',
  published_at  bigint,
  updated_at    bigint,
  image_url     text COLLATE "C" NOT NULL DEFAULT '',
  image_alt     text COLLATE "C" NOT NULL DEFAULT '',
  image_width   bigint NOT NULL DEFAULT 0,
  image_height  bigint NOT NULL DEFAULT 0,
  base_url      text COLLATE "C" NOT NULL DEFAULT '',
  body_format   text COLLATE "C" NOT NULL DEFAULT 'html',
  summary       text COLLATE "C" NOT NULL DEFAULT '',
  body          text COLLATE "C" NOT NULL DEFAULT '',
  comments_url  text COLLATE "C" NOT NULL DEFAULT '',
  comment_count bigint,
  PRIMARY KEY (site_id, post_id),
  CONSTRAINT "sosik: post_id has 1 to 255 bytes" CHECK (octet_length(post_id) BETWEEN 1 AND 255),
  CONSTRAINT "sosik: source has at most 255 bytes" CHECK (octet_length(source) <= 255),
  CONSTRAINT "sosik: source_key has at most 2000 bytes" CHECK (octet_length(source_key) <= 2000),
  CONSTRAINT "sosik: slug has at most 2000 bytes" CHECK (octet_length(slug) <= 2000),
  CONSTRAINT "sosik: status is draft, published, unpublished or deleted"
    CHECK (status IN ('draft', 'published', 'unpublished', 'deleted')),
  CONSTRAINT "sosik: body_format is html or markdown" CHECK (body_format IN ('html', 'markdown')),
  CONSTRAINT "sosik: published_at is milliseconds since 1970, years 1 to 9999"
    CHECK (published_at BETWEEN -62135596800000 AND 253402300799999),
  CONSTRAINT "sosik: updated_at is milliseconds since 1970, years 1 to 9999"
    CHECK (updated_at BETWEEN -62135596800000 AND 253402300799999),
  CONSTRAINT "sosik: comment_count is a whole number from 0, or NULL" CHECK (comment_count >= 0)
);
-- Two writers at once are told by this index what the trigger tells one (posts_slug).
CREATE UNIQUE INDEX "sosik: another post of this site has this slug" ON posts (site_id, slug)
  WHERE slug <> '' AND status <> 'deleted';
CREATE INDEX posts_by_date ON posts (site_id, published_at, post_id);
CREATE INDEX posts_by_source ON posts (site_id, source, coalesce(nullif(source_key, ''), post_id));

CREATE TABLE post_categories (
  site_id  bigint NOT NULL DEFAULT 1,
  post_id  text COLLATE "C" NOT NULL,
  path     text COLLATE "C" NOT NULL,
  position bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (site_id, post_id, path),
  CONSTRAINT "sosik: path of post_categories has at most 2000 bytes" CHECK (octet_length(path) <= 2000),
  CONSTRAINT "sosik: the post of a row of post_categories is there" FOREIGN KEY (site_id, post_id)
    REFERENCES posts ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX post_categories_by_path ON post_categories (site_id, path);

CREATE TABLE post_tags (
  site_id  bigint NOT NULL DEFAULT 1,
  post_id  text COLLATE "C" NOT NULL,
  tag      text COLLATE "C" NOT NULL,
  position bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (site_id, post_id, tag),
  CONSTRAINT "sosik: tag of post_tags has at most 2000 bytes" CHECK (octet_length(tag) <= 2000),
  CONSTRAINT "sosik: the post of a row of post_tags is there" FOREIGN KEY (site_id, post_id)
    REFERENCES posts ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX post_tags_by_tag ON post_tags (site_id, tag);

CREATE TABLE post_authors (
  site_id  bigint NOT NULL DEFAULT 1,
  post_id  text COLLATE "C" NOT NULL,
  author   text COLLATE "C" NOT NULL,
  position bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (site_id, post_id, author),
  CONSTRAINT "sosik: author of post_authors has at most 2000 bytes" CHECK (octet_length(author) <= 2000),
  CONSTRAINT "sosik: the post of a row of post_authors is there" FOREIGN KEY (site_id, post_id)
    REFERENCES posts ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX post_authors_by_author ON post_authors (site_id, author);

CREATE TABLE enclosures (
  site_id          bigint NOT NULL DEFAULT 1,
  post_id          text COLLATE "C" NOT NULL,
  position         bigint NOT NULL DEFAULT 0,
  url              text COLLATE "C" NOT NULL,
  type             text COLLATE "C" NOT NULL DEFAULT '',
  length           bigint NOT NULL DEFAULT 0,
  title            text COLLATE "C" NOT NULL DEFAULT '',
  duration_seconds bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (site_id, post_id, position),
  CONSTRAINT "sosik: the post of a row of enclosures is there" FOREIGN KEY (site_id, post_id)
    REFERENCES posts ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

-- Optional: how a key is displayed.
CREATE TABLE categories (
  site_id bigint NOT NULL DEFAULT 1,
  path    text COLLATE "C" NOT NULL,
  name    text COLLATE "C" NOT NULL DEFAULT '',
  PRIMARY KEY (site_id, path),
  CONSTRAINT "sosik: path of categories has at most 2000 bytes" CHECK (octet_length(path) <= 2000)
);
CREATE TABLE tags (
  site_id bigint NOT NULL DEFAULT 1,
  tag     text COLLATE "C" NOT NULL,
  name    text COLLATE "C" NOT NULL DEFAULT '',
  PRIMARY KEY (site_id, tag),
  CONSTRAINT "sosik: tag of tags has at most 2000 bytes" CHECK (octet_length(tag) <= 2000)
);
CREATE TABLE authors (
  site_id bigint NOT NULL DEFAULT 1,
  author  text COLLATE "C" NOT NULL,
  name    text COLLATE "C" NOT NULL DEFAULT '',
  url     text COLLATE "C" NOT NULL DEFAULT '',
  email   text COLLATE "C" NOT NULL DEFAULT '',
  PRIMARY KEY (site_id, author),
  CONSTRAINT "sosik: author of authors has at most 2000 bytes" CHECK (octet_length(author) <= 2000)
);
)sql";

}  // namespace sosik::postgres
