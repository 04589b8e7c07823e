// The schema, as the append-only list of steps that led to it. A step that was ever released is
// never edited; a change is a new step at the end. Each runs in one transaction with the rise of
// PRAGMA user_version.
#pragma once

#include "../sql.hpp"

namespace sosik::sqlite {

extern const char* const posts_schema;          // 1: what other programs write (docs/post-store.md)
extern const char* const posts_triggers;        // 1: how the database notices what they write
extern const char* const syndication_schema;    // 1: what readers were shown (docs/syndication.md)
extern const char* const ledger_schema;         // 1: events, deliveries, attempts
extern const char* const planner_statistics;    // 1: so that SQLite chooses the right indexes
extern const char* const document_tags_schema;  // 2: what is remembered of rendered documents
extern const char* const comments_schema;       // 3: what posts say of their comments
extern const char* const tombstones_schema;     // 3: which feeds lost a post that went
extern const char* const identity_clash_schema;  // 3: whose id stays when two claim one key
extern const char* const archives_schema;        // 3: members numbered, pages of archives
extern const char* const held_back_schema;       // 3: what documents were rendered without
extern const char* const ledger_schema_2;        // 4: deliveries by event, in order; endpoints
extern const char* const tokens_schema;          // 4: who may use the admin API
extern const char* const nodes_schema;           // 4: what nodes tell each other
extern const char* const sites_schema;           // 4: sites besides the configuration's

constexpr int schema_version = 4;

// Brings the schema up to date, or with `may_migrate` false only checks that it is. Any number of
// processes may do so at once. Throws sql::Failure: corrupt when the schema is newer than this
// program or the file is not a post store.
void migrate(sql::Connection&, bool may_migrate);

}  // namespace sosik::sqlite
