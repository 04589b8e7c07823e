#include "migrations.hpp"

namespace sosik::sqlite {

// Who may use the admin API (model/token.hpp).
const char* const tokens_schema = R"sql(
CREATE TABLE tokens (
  site_id    INTEGER NOT NULL,
  name       TEXT NOT NULL,
  hash       TEXT NOT NULL,
  scope      INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (site_id, name)
) WITHOUT ROWID;
CREATE INDEX tokens_by_hash ON tokens (hash);
)sql";

}  // namespace sosik::sqlite
