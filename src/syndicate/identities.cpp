#include "identities.hpp"

#include "sosik/base/digest.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/base/url.hpp"
#include "take.hpp"

namespace sosik {
namespace {

constexpr std::size_t max_id_bytes = 2048;

// RFC 4151: who minted, a domain that we had on that day.
std::string authority_of(const Site& site) {
  if (!site.id_authority.empty()) return site.id_authority;
  const auto url = parse_http_url(site.public_url);
  return url ? url->host : "localhost";
}

std::string mint(SyndicationStore& store, const Site& site, const IdentityKey& key, Timestamp now) {
  const std::string day = rfc3339_date(now, TimeZone::utc()).substr(0, 10);
  const std::string named = key.source + '\0' + key.key;
  for (int salt = 0;; ++salt) {
    const std::string hash = hash64_hex(salt == 0 ? named : named + '\0' + std::to_string(salt));
    std::string id = "tag:" + authority_of(site) + "," + day + ":/" + hash;
    if (!take(store.is_known_id(site.id, id))) return id;
  }
}

bool can_be_id(const std::string& guid) {
  return guid.size() <= max_id_bytes && !is_blank(guid) && clean_line(guid) == guid;
}

}  // namespace

IdentityKey identity_key_of(const Post& post) {
  return {post.source, post.source_key.empty() ? post.post_id : post.source_key};
}

std::string entry_id_of(SyndicationStore& store, const Site& site, const Post& post, Timestamp now,
                        std::vector<std::string>& notices) {
  const IdentityKey key = identity_key_of(post);
  if (auto known = take(store.find_identity(site.id, key))) {
    if (!post.guid.empty() && post.guid != *known)
      notices.push_back("its guid is not used: readers know the post as " + *known);
    return *known;
  }
  std::string id;
  if (!post.guid.empty()) {
    if (!can_be_id(post.guid))
      notices.push_back("its guid cannot be an id; a new id is used");
    else if (take(store.is_known_id(site.id, post.guid)))
      notices.push_back("its guid is the id of another post; a new id is used");
    else
      id = post.guid;
  }
  if (id.empty()) id = mint(store, site, key, now);
  take(store.add_identity(site.id, key, id, now));
  return id;
}

}  // namespace sosik
