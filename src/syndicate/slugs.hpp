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

// `wanted`, or when that is taken the first free of "wanted-2", "wanted-3", ... A post that was
// shown under such a name keeps it: pages do not move by themselves.
std::string settled_slug(const std::string& wanted, const std::optional<EntryRecord>&,
                         const std::function<bool(const std::string&)>& is_taken);

}  // namespace sosik
