// Slugs: the last part of a post's own page. One shown post each; stable once shown.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sosik/model/post.hpp"
#include "sosik/store/syndication_store.hpp"

namespace sosik {

// The slug that the post asks for: its own, cleaned, in NFC; else the one that it was shown under;
// else one made of its title; else of its key. Never empty.
std::string wanted_slug(const Post&, const std::optional<EntryRecord>&,
                        std::vector<std::string>& notices);

// `slug` is `wanted`, or a number after it: what a post that asks for `wanted` may be shown under.
bool is_own_slug(std::string_view slug, std::string_view wanted);

// `wanted`, or when that is taken the first free of "wanted-2" to "wanted-9", else "wanted-" and a
// hash of the entry id, so that thousands of equal titles cost no more than a few. A post that was
// shown under such a name keeps it: pages do not move by themselves.
std::string settled_slug(const std::string& wanted, const std::string& entry_id,
                         const std::optional<EntryRecord>&,
                         const std::function<bool(const std::string&)>& is_taken);

}  // namespace sosik
