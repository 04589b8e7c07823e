// Tokens of the admin API.
#include "sql_store.hpp"

namespace sosik::sql {
namespace {

// Columns  name, hash, scope, created_at, expires_at.
Token token_from(const Query& q, SiteId site) {
  Token token;
  token.site = site;
  token.name = q.text(0);
  token.hash = q.text(1);
  token.scope = static_cast<TokenScope>(q.integer(2));
  token.created_at = q.time(3);
  token.expires_at = q.maybe_time(4);
  return token;
}

}  // namespace

Result<void> SqlStore::add_token(const Token& token) {
  return guarded([&]() -> Result<void> {
    db_.run(
        "INSERT INTO tokens (site_id, name, hash, scope, created_at, expires_at) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        token.site, token.name, token.hash, static_cast<int>(token.scope), token.created_at,
        token.expires_at);
    if (db_.changes() == 0)
      return Error{Errc::conflict, "there is a token '" + token.name + "' already"};
    return {};
  });
}

Result<std::vector<Token>> SqlStore::list_tokens(SiteId site) {
  return guarded([&] {
    Query q = db_.query(
        "SELECT name, hash, scope, created_at, expires_at FROM tokens WHERE site_id = ?1 "
        "ORDER BY name",
        site);
    std::vector<Token> tokens;
    while (q.next()) tokens.push_back(token_from(q, site));
    return tokens;
  });
}

Result<void> SqlStore::delete_token(SiteId site, std::string_view name) {
  return guarded([&]() -> Result<void> {
    db_.run("DELETE FROM tokens WHERE site_id = ?1 AND name = ?2", site, name);
    if (db_.changes() == 0) return not_found("there is no token '" + std::string(name) + "'");
    return {};
  });
}

Result<Token> SqlStore::find_token(std::string_view sha256_of_text) {
  return guarded([&]() -> Result<Token> {
    Query q = db_.query(
        "SELECT name, hash, scope, created_at, expires_at, site_id FROM tokens WHERE hash = ?1 "
        "ORDER BY site_id LIMIT 1",
        sha256_of_text);
    if (!q.next()) return not_found("there is no such token");
    return token_from(q, q.integer(5));
  });
}

}  // namespace sosik::sql
