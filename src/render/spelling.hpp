// What the formats share: choices about one feed or entry that must come out the same in each of
// them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/timestamp.hpp"
#include "sosik/model/feed.hpp"

namespace sosik {

TimeZone zone_of(const Feed&);  // UTC where the system does not know the name

// The title, or one made from the first words, or from the date: for formats that want a title
// always.
std::string title_or_first_words(const Entry&, const TimeZone&);
// Names of categories, then of tags, each once.
std::vector<std::string> category_and_tag_names(const Entry&);
bool has_own_language(const Feed&, const Entry&);
// Where the service of this feed is reached, without a trailing slash: its URLs without the feed's
// own part.
std::string service_root(const Feed&);

constexpr std::string_view generator_name = "Sosik";

}  // namespace sosik
