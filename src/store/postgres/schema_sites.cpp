#include "migrations.hpp"

namespace sosik::postgres {

// Sites besides the configuration's, written by any program (docs/sites.md). Nodes watch one
// number: whoever writes a row has its lock until the end of the transaction, so that numbers
// follow commits.
const char* const sites_schema = R"sql(
CREATE TABLE sites (
  site_id      bigint PRIMARY KEY,
  host         text COLLATE "C" NOT NULL UNIQUE,
  title        text COLLATE "C" NOT NULL,
  description  text COLLATE "C" NOT NULL DEFAULT '',
  language     text COLLATE "C" NOT NULL DEFAULT 'ko',
  time_zone    text COLLATE "C" NOT NULL DEFAULT 'Asia/Seoul',
  public_url   text COLLATE "C" NOT NULL DEFAULT '',
  home_url     text COLLATE "C" NOT NULL DEFAULT '',
  id_authority text COLLATE "C" NOT NULL DEFAULT '',
  author_name  text COLLATE "C" NOT NULL DEFAULT '',
  author_url   text COLLATE "C" NOT NULL DEFAULT '',
  author_email text COLLATE "C" NOT NULL DEFAULT '',
  copyright    text COLLATE "C" NOT NULL DEFAULT '',
  icon_url     text COLLATE "C" NOT NULL DEFAULT '',
  CONSTRAINT "sosik: site 1 is the configuration's" CHECK (site_id > 1),
  CONSTRAINT "sosik: host of sites has at most 255 bytes" CHECK (octet_length(host) <= 255)
);
CREATE TABLE sites_version (   -- at most one row; none: no site was ever written
  id      bigint PRIMARY KEY CHECK (id = 1),
  version bigint NOT NULL
);
CREATE FUNCTION sosik_sites_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO sites_version (id, version) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET version = sites_version.version + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER sites_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON sites
  FOR EACH STATEMENT EXECUTE FUNCTION sosik_sites_changed();
)sql";

}  // namespace sosik::postgres
