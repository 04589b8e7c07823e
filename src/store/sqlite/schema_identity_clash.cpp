#include "migrations.hpp"

namespace sosik::sqlite {

// A post that is given the source key of another that is there takes nothing from it: the other
// keeps its id, and the step holds the newcomer back. Version 1 let the id of the post that was
// there retire.
const char* const identity_clash_schema = R"sql(
DROP TRIGGER posts_identity;
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
 AND NOT EXISTS (SELECT 1 FROM posts
                 WHERE site_id = NEW.site_id AND source = NEW.source
                   AND coalesce(nullif(source_key, ''), post_id)
                       = coalesce(nullif(NEW.source_key, ''), NEW.post_id)
                   AND post_id <> NEW.post_id)
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
