#include "migrations.hpp"

namespace sosik::sqlite {

// What the planner is to believe of the tables: a million posts of one site. Without statistics
// SQLite takes `site_id = ?` alone for as selective as a primary key and walks the whole site where
// an index answers at once, also in the triggers that other programs run. Were they only measured,
// they would be missing just while the store grows. An ANALYZE replaces them and does no harm.
//
// The first ANALYZE makes sqlite_stat1, the second reads it into the running connection. An index
// has: rows, then rows per distinct first column, first two columns, ... A primary key is called
// like its table.
const char* const planner_statistics = R"sql(
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('posts', 'posts', '1000000 1000000 1'),
  ('posts', 'posts_by_slug', '1000000 1000000 2'),
  ('posts', 'posts_by_date', '1000000 1000000 2'),
  ('posts', 'posts_by_source', '1000000 1000000 500000 1'),
  ('post_categories', 'post_categories', '1000000 1000000 2 1'),
  ('post_categories', 'post_categories_by_path', '1000000 1000000 1000'),
  ('post_tags', 'post_tags', '3000000 3000000 3 1'),
  ('post_tags', 'post_tags_by_tag', '3000000 3000000 300'),
  ('post_authors', 'post_authors', '1000000 1000000 2 1'),
  ('post_authors', 'post_authors_by_author', '1000000 1000000 1000'),
  ('enclosures', 'enclosures', '100000 100000 2 1'),
  ('categories', 'categories', '1000 1000 1'),
  ('tags', 'tags', '10000 10000 1'),
  ('authors', 'authors', '1000 1000 1'),
  ('dirty_posts', 'dirty_posts_by_site', '10000 10000'),
  ('dirty_posts', 'dirty_posts_by_post', '10000 10000 1 1'),
  ('post_identity', 'post_identity', '1000000 1000000 1'),
  ('post_identity', 'post_identity_by_source', '1000000 1000000 500000 1'),
  ('entries', 'entries', '1000000 1000000 1'),
  ('entries', 'entries_by_id', '1000000 1000000 1'),
  ('entries', 'entries_by_slug', '1000000 1000000 1'),
  ('entries', 'entries_by_body', '1000000 1000000 2'),
  ('bodies', 'bodies', '1000000 1000000 1'),
  ('feeds', 'feeds', '10000 10000 1'),
  ('feed_entries', 'feed_entries', '5000000 5000000 500 2 1'),
  ('feed_entries', 'feed_entries_by_post', '5000000 5000000 5'),
  ('scheduled', 'scheduled', '10000 10000 2 1'),
  ('scheduled', 'scheduled_by_post', '10000 10000 1'),
  ('events', 'events', '1000000 1000000 1'),
  ('events', 'events_by_subject', '1000000 1000000 5'),
  ('deliveries', NULL, '1000000'),
  ('deliveries', 'deliveries_due', '10000 2'),
  ('deliveries', 'deliveries_open', '10000 10000 2000 1'),
  ('deliveries', 'deliveries_of_post', '10000 10000 5'),
  ('attempts', 'attempts_by_delivery', '1000000 2'),
  ('target_state', 'target_state', '100 100 1');
ANALYZE sqlite_schema;
)sql";

}  // namespace sosik::sqlite
