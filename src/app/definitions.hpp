// Feed definitions: one file feeds/<name>.toml a feed; the file's name is the feed's key and the
// first part of its URLs.
#pragma once
#include <filesystem>
#include <vector>

#include "sosik/model/feed.hpp"
#include "toml_reader.hpp"

namespace sosik {

// What a definition may lead to: feeds of this site, which are not addressed by URL.
struct DefinedSite {
  std::string public_url;
  std::vector<std::string> hosts;  // besides that of public_url (server.hosts)
  DerivedFeeds derived;
};

// Always holds "main": every post, when no main.toml says otherwise. `defaults` gives limit,
// content and title.
std::vector<FeedDefinition> load_definitions(const std::filesystem::path& directory,
                                             const FeedDefinition& defaults, const DefinedSite&,
                                             Problems& problems);

}  // namespace sosik
