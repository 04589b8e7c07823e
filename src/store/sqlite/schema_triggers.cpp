#include "migrations.hpp"

namespace sosik::sqlite {

// How the database notices what anybody writes, in the writer's own transaction.
//
// Every trigger inserts into the view `touch`, whose one INSTEAD OF trigger keeps a key once in the
// log, as text: the step could not clear a blob's row, which equals no text. Triggers fire with
// foreign_keys off too, so moving and removing a post's children is theirs, not a CASCADE's; and
// REPLACE INTO posts must not lose the children, which a CASCADE would.
//
// The outer statement's conflict policy (OR REPLACE, OR IGNORE) overrides ours inside triggers: no
// statement here may meet a conflict.
const char* const posts_triggers = R"sql(
CREATE TABLE dirty_posts (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id  INTEGER NOT NULL,
  post_id  TEXT NOT NULL,
  is_quiet INTEGER NOT NULL
);
CREATE INDEX dirty_posts_by_site ON dirty_posts (site_id);
CREATE INDEX dirty_posts_by_post ON dirty_posts (site_id, post_id, is_quiet);

-- One row. A bulk import sets 1 in its own transaction and 0 again before it commits.
CREATE TABLE write_mode (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  is_quiet INTEGER NOT NULL DEFAULT 0
);
INSERT INTO write_mode (id, is_quiet) VALUES (1, 0);

CREATE VIEW touch AS SELECT site_id, post_id FROM dirty_posts;
CREATE TRIGGER touch_insert INSTEAD OF INSERT ON touch
WHEN NOT EXISTS (SELECT 1 FROM dirty_posts
                 WHERE site_id = NEW.site_id AND post_id = CAST(NEW.post_id AS TEXT)
                   AND is_quiet <= coalesce((SELECT is_quiet FROM write_mode WHERE id = 1), 0))
BEGIN
  INSERT INTO dirty_posts (site_id, post_id, is_quiet)
  VALUES (NEW.site_id, CAST(NEW.post_id AS TEXT),
          coalesce((SELECT is_quiet FROM write_mode WHERE id = 1), 0));
END;

-- Posts.
CREATE TRIGGER posts_insert_slug BEFORE INSERT ON posts
WHEN NEW.slug <> '' AND NEW.status <> 'deleted'
 AND EXISTS (SELECT 1 FROM posts
             WHERE site_id = NEW.site_id AND slug = NEW.slug AND status <> 'deleted'
               AND post_id <> NEW.post_id)
BEGIN
  SELECT RAISE(ABORT, 'sosik: another post of this site has this slug');
END;
CREATE TRIGGER posts_update_slug BEFORE UPDATE OF site_id, post_id, slug, status ON posts
WHEN NEW.slug <> '' AND NEW.status <> 'deleted'
 AND EXISTS (SELECT 1 FROM posts
             WHERE site_id = NEW.site_id AND slug = NEW.slug AND status <> 'deleted'
               AND post_id <> NEW.post_id
               AND NOT (site_id = OLD.site_id AND post_id = OLD.post_id))
BEGIN
  SELECT RAISE(ABORT, 'sosik: another post of this site has this slug');
END;
CREATE TRIGGER posts_insert AFTER INSERT ON posts BEGIN
  INSERT INTO touch VALUES (NEW.site_id, NEW.post_id);
END;
CREATE TRIGGER posts_update AFTER UPDATE ON posts BEGIN
  INSERT INTO touch VALUES (OLD.site_id, OLD.post_id);
  INSERT INTO touch VALUES (NEW.site_id, NEW.post_id);
END;
CREATE TRIGGER posts_delete AFTER DELETE ON posts BEGIN
  INSERT INTO touch VALUES (OLD.site_id, OLD.post_id);
  DELETE FROM post_categories WHERE site_id = OLD.site_id AND post_id = OLD.post_id;
  DELETE FROM post_tags       WHERE site_id = OLD.site_id AND post_id = OLD.post_id;
  DELETE FROM post_authors    WHERE site_id = OLD.site_id AND post_id = OLD.post_id;
  DELETE FROM enclosures      WHERE site_id = OLD.site_id AND post_id = OLD.post_id;
END;
-- A post that changes its key takes its children along. A row that UPDATE OR REPLACE pushed out of the way left its own
-- behind: those go first.
CREATE TRIGGER posts_move AFTER UPDATE OF site_id, post_id ON posts
WHEN OLD.site_id <> NEW.site_id OR OLD.post_id <> NEW.post_id
BEGIN
  DELETE FROM post_categories WHERE site_id = NEW.site_id AND post_id = NEW.post_id;
  DELETE FROM post_tags       WHERE site_id = NEW.site_id AND post_id = NEW.post_id;
  DELETE FROM post_authors    WHERE site_id = NEW.site_id AND post_id = NEW.post_id;
  DELETE FROM enclosures      WHERE site_id = NEW.site_id AND post_id = NEW.post_id;
  UPDATE post_categories SET site_id = NEW.site_id, post_id = NEW.post_id
    WHERE site_id = OLD.site_id AND post_id = OLD.post_id;
  UPDATE post_tags SET site_id = NEW.site_id, post_id = NEW.post_id
    WHERE site_id = OLD.site_id AND post_id = OLD.post_id;
  UPDATE post_authors SET site_id = NEW.site_id, post_id = NEW.post_id
    WHERE site_id = OLD.site_id AND post_id = OLD.post_id;
  UPDATE enclosures SET site_id = NEW.site_id, post_id = NEW.post_id
    WHERE site_id = OLD.site_id AND post_id = OLD.post_id;
END;

-- Children.
CREATE TRIGGER post_categories_insert AFTER INSERT ON post_categories BEGIN
  INSERT INTO touch VALUES (NEW.site_id, NEW.post_id);
END;
CREATE TRIGGER post_categories_update AFTER UPDATE ON post_categories BEGIN
  INSERT INTO touch VALUES (OLD.site_id, OLD.post_id);
  INSERT INTO touch VALUES (NEW.site_id, NEW.post_id);
END;
CREATE TRIGGER post_categories_delete AFTER DELETE ON post_categories BEGIN
  INSERT INTO touch VALUES (OLD.site_id, OLD.post_id);
END;
CREATE TRIGGER post_tags_insert AFTER INSERT ON post_tags BEGIN
  INSERT INTO touch VALUES (NEW.site_id, NEW.post_id);
END;
CREATE TRIGGER post_tags_update AFTER UPDATE ON post_tags BEGIN
  INSERT INTO touch VALUES (OLD.site_id, OLD.post_id);
  INSERT INTO touch VALUES (NEW.site_id, NEW.post_id);
END;
CREATE TRIGGER post_tags_delete AFTER DELETE ON post_tags BEGIN
  INSERT INTO touch VALUES (OLD.site_id, OLD.post_id);
END;
CREATE TRIGGER post_authors_insert AFTER INSERT ON post_authors BEGIN
  INSERT INTO touch VALUES (NEW.site_id, NEW.post_id);
END;
CREATE TRIGGER post_authors_update AFTER UPDATE ON post_authors BEGIN
  INSERT INTO touch VALUES (OLD.site_id, OLD.post_id);
  INSERT INTO touch VALUES (NEW.site_id, NEW.post_id);
END;
CREATE TRIGGER post_authors_delete AFTER DELETE ON post_authors BEGIN
  INSERT INTO touch VALUES (OLD.site_id, OLD.post_id);
END;
CREATE TRIGGER enclosures_insert AFTER INSERT ON enclosures BEGIN
  INSERT INTO touch VALUES (NEW.site_id, NEW.post_id);
END;
CREATE TRIGGER enclosures_update AFTER UPDATE ON enclosures BEGIN
  INSERT INTO touch VALUES (OLD.site_id, OLD.post_id);
  INSERT INTO touch VALUES (NEW.site_id, NEW.post_id);
END;
CREATE TRIGGER enclosures_delete AFTER DELETE ON enclosures BEGIN
  INSERT INTO touch VALUES (OLD.site_id, OLD.post_id);
END;

-- Display names. A category's name shows in every post below it: 'a' touches 'a' and what lies between 'a/' and 'a0'
-- ('0' is the character after '/').
CREATE TRIGGER categories_insert AFTER INSERT ON categories BEGIN
  INSERT INTO touch SELECT site_id, post_id FROM post_categories
    WHERE site_id = NEW.site_id AND path = NEW.path;
  INSERT INTO touch SELECT site_id, post_id FROM post_categories
    WHERE site_id = NEW.site_id AND path > NEW.path || '/' AND path < NEW.path || '0';
END;
CREATE TRIGGER categories_delete AFTER DELETE ON categories BEGIN
  INSERT INTO touch SELECT site_id, post_id FROM post_categories
    WHERE site_id = OLD.site_id AND path = OLD.path;
  INSERT INTO touch SELECT site_id, post_id FROM post_categories
    WHERE site_id = OLD.site_id AND path > OLD.path || '/' AND path < OLD.path || '0';
END;
CREATE TRIGGER categories_update AFTER UPDATE ON categories BEGIN
  INSERT INTO touch SELECT site_id, post_id FROM post_categories
    WHERE site_id = OLD.site_id AND path = OLD.path;
  INSERT INTO touch SELECT site_id, post_id FROM post_categories
    WHERE site_id = OLD.site_id AND path > OLD.path || '/' AND path < OLD.path || '0';
  INSERT INTO touch SELECT site_id, post_id FROM post_categories
    WHERE site_id = NEW.site_id AND path = NEW.path;
  INSERT INTO touch SELECT site_id, post_id FROM post_categories
    WHERE site_id = NEW.site_id AND path > NEW.path || '/' AND path < NEW.path || '0';
END;
CREATE TRIGGER tags_insert AFTER INSERT ON tags BEGIN
  INSERT INTO touch SELECT site_id, post_id FROM post_tags
    WHERE site_id = NEW.site_id AND tag = NEW.tag;
END;
CREATE TRIGGER tags_update AFTER UPDATE ON tags BEGIN
  INSERT INTO touch SELECT site_id, post_id FROM post_tags
    WHERE site_id = OLD.site_id AND tag = OLD.tag;
  INSERT INTO touch SELECT site_id, post_id FROM post_tags
    WHERE site_id = NEW.site_id AND tag = NEW.tag;
END;
CREATE TRIGGER tags_delete AFTER DELETE ON tags BEGIN
  INSERT INTO touch SELECT site_id, post_id FROM post_tags
    WHERE site_id = OLD.site_id AND tag = OLD.tag;
END;
CREATE TRIGGER authors_insert AFTER INSERT ON authors BEGIN
  INSERT INTO touch SELECT site_id, post_id FROM post_authors
    WHERE site_id = NEW.site_id AND author = NEW.author;
END;
CREATE TRIGGER authors_update AFTER UPDATE ON authors BEGIN
  INSERT INTO touch SELECT site_id, post_id FROM post_authors
    WHERE site_id = OLD.site_id AND author = OLD.author;
  INSERT INTO touch SELECT site_id, post_id FROM post_authors
    WHERE site_id = NEW.site_id AND author = NEW.author;
END;
CREATE TRIGGER authors_delete AFTER DELETE ON authors BEGIN
  INSERT INTO touch SELECT site_id, post_id FROM post_authors
    WHERE site_id = OLD.site_id AND author = OLD.author;
END;

-- Identities: never deleted from. The one that is current for (source, source_key) is the id of the post found there.
CREATE TABLE post_identity (
  site_id    INTEGER NOT NULL,
  entry_id   TEXT NOT NULL,
  source     TEXT NOT NULL,
  source_key TEXT NOT NULL,
  is_current INTEGER NOT NULL DEFAULT 1,
  minted_at  INTEGER NOT NULL,
  PRIMARY KEY (site_id, entry_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX post_identity_by_source ON post_identity (site_id, source, source_key)
  WHERE is_current = 1;
-- An UPDATE is the same post, whatever it changes: its id goes along to the new key, and the id that an earlier post had
-- there retires. Not while another post still has the old key (two posts claimed one key; the step tells).
CREATE TRIGGER posts_identity AFTER UPDATE OF post_id, source, source_key ON posts
WHEN OLD.site_id = NEW.site_id
 AND (OLD.source <> NEW.source
      OR coalesce(nullif(OLD.source_key, ''), OLD.post_id)
         <> coalesce(nullif(NEW.source_key, ''), NEW.post_id))
 AND EXISTS (SELECT 1 FROM post_identity
             WHERE site_id = OLD.site_id AND source = OLD.source
               AND source_key = coalesce(nullif(OLD.source_key, ''), OLD.post_id)
               AND is_current = 1)
 AND NOT EXISTS (SELECT 1 FROM posts
                 WHERE site_id = OLD.site_id AND source = OLD.source
                   AND coalesce(nullif(source_key, ''), post_id)
                       = coalesce(nullif(OLD.source_key, ''), OLD.post_id))
BEGIN
  UPDATE post_identity SET is_current = 0
    WHERE site_id = NEW.site_id AND source = NEW.source
      AND source_key = coalesce(nullif(NEW.source_key, ''), NEW.post_id) AND is_current = 1;
  UPDATE post_identity
    SET source = NEW.source, source_key = coalesce(nullif(NEW.source_key, ''), NEW.post_id)
    WHERE site_id = OLD.site_id AND source = OLD.source
      AND source_key = coalesce(nullif(OLD.source_key, ''), OLD.post_id) AND is_current = 1;
END;
)sql";

}  // namespace sosik::sqlite
