// Feed definitions: one file feeds/<name>.toml a feed; the file's name is the feed's key and the
// first part of its URLs.
#pragma once
#include <filesystem>
#include <vector>

#include "sosik/model/feed.hpp"
#include "toml_reader.hpp"

namespace sosik {

// Always holds "main": every post, when no main.toml says otherwise. `defaults` gives limit,
// content and title.
std::vector<FeedDefinition> load_definitions(const std::filesystem::path& directory,
                                             const FeedDefinition& defaults, Problems& problems);

}  // namespace sosik
