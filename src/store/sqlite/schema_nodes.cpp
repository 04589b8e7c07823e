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

}  // namespace sosik::sqlite
