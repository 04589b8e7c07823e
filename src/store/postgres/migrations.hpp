// The schema in PostgreSQL, as the append-only list of steps that led to it. A step that was ever
// released is never edited; a change is a new step at the end. Each runs in one transaction with
// the rise of sosik_schema.version, and under a lock, so that nodes may start together. Nodes of
// the version before go on meanwhile, so that one after the other can be replaced: a step adds
// columns with defaults, tables and indexes; what it would take away, a later release takes away,
// when no program is left that knows it. A step that cannot do without says so (Migration::needs).
//
// Version 1 here is version 4 of SQLite. All objects lie in one schema of the database: the first
// of the connection's search_path that exists (`options=-csearch_path%3Dblog` in the URL).
#pragma once

#include "../sql.hpp"

namespace sosik::postgres {

extern const char* const posts_schema;        // 1: what other programs write (docs/post-store.md)
extern const char* const posts_triggers;      // 1: how the database notices what they write
extern const char* const names_triggers;      // 1: the same, of display names
extern const char* const identity_triggers;   // 1: whose id stays whose
extern const char* const syndication_schema;  // 1: what readers were shown (docs/syndication.md)
extern const char* const ledger_schema;       // 1: events, deliveries, attempts
extern const char* const sites_schema;        // 1: sites besides the configuration's

constexpr int schema_version = 1;

// Brings the schema up to date, or with `may_migrate` false only checks that it is. Any number of
// processes may do so at once. Throws sql::Failure: corrupt when the schema is newer than this
// program, or holds tables of another one; unavailable when the server cannot hold a store.
void migrate(sql::Connection&, bool may_migrate);

}  // namespace sosik::postgres
