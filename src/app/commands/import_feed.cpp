#include <thread>

#include "../feed_source.hpp"
#include "arrivals.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik {

int import_feed(const CommandLine& line, const FeedImportCommand& command) {
  auto config = load_or_complain(line);
  if (!config) return exit_failed;
  // Whose posts they are has to be known before they are read.
  if (!line.site.empty() && !open_or_complain(line, *config, false)) return exit_failed;
  FeedImportOptions options;
  options.site = config->plan.site.id;
  options.zone = *TimeZone::named(config->plan.site.time_zone);
  options.own_pages = command.own_pages;
  const FeedSource source(options, config->outbound, send_and_wait,
                          [](std::chrono::seconds pause) { std::this_thread::sleep_for(pause); });
  FeedPages pages;
  Arrivals arrivals;
  for (const auto& path : command.paths) {
    arrivals.from += (arrivals.from.empty() ? "" : ", ") + path;
    if (auto read = source.read(path, pages); !read)
      arrivals.problems.push_back({"", read.error().detail});
  }
  FoundFeed& feed = pages.feed();
  arrivals.notices = std::move(feed.notices);
  for (auto& found : feed.posts) {
    Post& post = found.post;
    // "/2025/01/notes" and "/2026/01/notes". The same each time, so that repeating changes nothing.
    const auto other_slug =
        post.slug.empty() ? "" : post.slug + "-" + sha256_hex(post.source_key).substr(0, 8);
    arrivals.posts.push_back({std::move(found.where), std::move(post), other_slug});
  }
  return take_in(line, *config, command.common, std::move(arrivals));
}

}  // namespace sosik
