// Documents do not grow beyond what its readers read (F-006).
#pragma once
#include <functional>
#include <string>

#include "sosik/model/feed.hpp"

namespace sosik {

// The document that `render` makes of the feed, if that is within feed.max_bytes. Else one in which
// the oldest entries show their summary instead of their content, as few of them as needed; and if
// that is not enough, one of summaries only without the oldest entries. Then the feed is not whole:
// FeedHistory::is_complete is false, and `previous` is the last page of the archive that holds an
// entry which is not shown, so that whoever walks back meets every one. An archive document leaves
// no entry out, whatever its size: they are nowhere else. A feed within its limit is rendered once,
// another about log2(entries) times more. Pure as `render` is.
std::string render_within_limit(const Feed&, const std::function<std::string(const Feed&)>& render);

}  // namespace sosik
