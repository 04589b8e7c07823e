// Feeds of other engines to posts.
#include <set>

#include "property.hpp"
#include "sosik/base/text.hpp"
#include "sosik/ingest/feed_import.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sosik;
  using fuzz::must;
  const FeedImportOptions options;
  const auto bytes = fuzz::text_of(data, size);
  const auto feed = read_feed(bytes, "", "https://old.example/feed", options);
  if (!feed) return 0;
  std::set<std::string> keys;
  for (const auto& [where, post] : feed->posts) {
    must(keys.insert(post.source_key).second, "no two posts have one source_key");
    must(!post.source_key.empty() && post.post_id.size() < 255, "a post has a key");
    must(post.published_at || post.status == PostStatus::draft, "what has no date is a draft");
  }
  const auto again = read_feed(bytes, "", "https://old.example/feed", options);
  must(again && again->posts.size() == feed->posts.size(), "the same bytes are the same posts");
  for (std::size_t i = 0; i < feed->posts.size(); ++i)
    must(again->posts[i].post.post_id == feed->posts[i].post.post_id, "under the same ids");
  return 0;
}
