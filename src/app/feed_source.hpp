// A feed's documents from a file or from the web, one after the other: what `import feed` reads.
#pragma once
#include <functional>
#include <string>

#include "sosik/ingest/feed_import.hpp"
#include "sosik/net/outbound.hpp"

namespace sosik {

class FeedSource {
 public:
  using Send = std::function<OutboundResult(OutboundRequest, const OutboundOptions&)>;
  using Pause = std::function<void(std::chrono::seconds)>;

  // `outbound` is the configuration's; sizes and times are an import's.
  FeedSource(FeedImportOptions options, OutboundOptions outbound, Send send, Pause pause);

  // Adds the document at a path, or the one at an http(s) URL and all older ones that it leads to.
  // Stops at what leads in a circle, to another host, or to nothing new, and says so in the feed's
  // notices. Fails when a document cannot be had or all together are too large; what was read until
  // then is in `pages`.
  Result<void> read(const std::string& path_or_url, FeedPages& pages) const;

 private:
  struct Fetched {
    std::string body, charset, url;  // after redirects
  };
  Result<Fetched> fetch(const std::string& url) const;
  Result<void> read_web(const std::string& url, FeedPages& pages) const;

  FeedImportOptions options_;
  OutboundOptions outbound_;
  Send send_;
  Pause pause_;
};

}  // namespace sosik
