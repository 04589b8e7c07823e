// What an event says, as JSON objects (N-150). Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sosik/model/entry.hpp"
#include "sosik/model/feed.hpp"
#include "sosik/syndicate/feed_urls.hpp"

namespace sosik {

// Thin: ids, URLs, title and the beginning of the text; never 20 KB, whatever the post is like.
std::string post_data(const Entry&, const std::vector<std::string>& feeds);
// What a full payload has besides: the body and everything else that feeds show.
std::string post_content(const Entry&, std::string_view html);
std::string feed_data(const FeedState&, const FeedUrls&);

}  // namespace sosik
