#include "migrations.hpp"

namespace sosik::sqlite {

// What a post says of its comments. Behind the body, where a column can still be added; nothing but
// the reading of a whole post looks at them.
const char* const comments_schema = R"sql(
ALTER TABLE posts ADD COLUMN comments_url TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN comment_count INTEGER
  CONSTRAINT "sosik: comment_count is a whole number from 0, or NULL"
  CHECK (comment_count IS NULL OR (typeof(comment_count) = 'integer' AND comment_count >= 0));
)sql";

}  // namespace sosik::sqlite
