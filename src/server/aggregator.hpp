// Hosted aggregators: services that fetch a feed once for all their readers, from few addresses,
// and say so in User-Agent (H-238). Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace sosik {

// Does one of the words of `user_agent` begin as one of `names` does, ignoring case? Words are what
// stands between spaces, parentheses and semicolons: "Mozilla/5.0 (compatible; FeedlyBot/1.0; ...)"
// has the word "FeedlyBot/1.0".
bool is_aggregator(std::string_view user_agent, const std::vector<std::string>& names);

}  // namespace sosik
