// From a Post, which may hold anything, to the Entry that readers are shown: cleaned, absolute,
// complete. Pure but for the two questions it asks. Everything that can be repaired is, with a
// notice; what cannot be shown is held back.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "membership.hpp"
#include "sosik/model/entry.hpp"
#include "sosik/model/post.hpp"
#include "sosik/model/site.hpp"
#include "sosik/store/syndication_store.hpp"

namespace sosik {

struct BuildContext {
  const Site& site;
  Timestamp now;
  std::function<std::string(std::string_view path)> category_name;  // display name or empty
  // The clean body, links resolved against `base_url`, `lead` first in it, and through `body_hash`
  // where it is kept.
  std::function<CleanBody(const Post&, const std::string& base_url, const std::string& page_url,
                          const std::optional<Image>& lead, std::string& body_hash)>
      body;
};

struct BuiltEntry {
  EntryRecord record;  // entry without id, sequence, revision and changed_at
  CleanBody body;
  std::vector<FeedName> derived;  // category (with ancestors), tag and author feeds
  std::vector<std::string> notices;
};

// `slug` is the one that was settled for the post (slugs.hpp). record.entry.held_back says why it
// cannot be shown.
BuiltEntry build_entry(const Post&, std::string slug, const BuildContext&);

// Of everything in the entry that shows, and nothing else.
std::string shown_hash(const EntryRecord&, std::string_view content_html);

}  // namespace sosik
