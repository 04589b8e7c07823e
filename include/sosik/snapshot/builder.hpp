// Makes the Snapshots of all sites: reads the store, assembles Feed values, renders, checks,
// compresses and tags them.
#pragma once
#include <functional>
#include <memory>

#include "sosik/model/document_tag.hpp"
#include "sosik/snapshot/snapshot.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

class Store;
struct StoredFeed;
struct StoredFeedList;

// What an operator may add to the heads of every feed and page.
struct HeadOptions {
  // Header that names what a CDN can purge by, "Surrogate-Key" (separated by spaces) or "Cache-Tag"
  // (by commas); empty: none (H-177). The keys are "sosik", "feed-<hash of the feed's key>" (with
  // the site's number where it is another than the main one) and "format-<rss, atom, json or
  // html>".
  std::string surrogate_key_field;
  int cdn_max_age_seconds = 0;  // CDN-Cache-Control: max-age; 0: none (H-176)
  bool is_noindex = false;      // X-Robots-Tag: noindex (H-256)
  bool operator==(const HeadOptions&) const = default;
};

struct SnapshotOptions {
  // The site's plan now in force (SIGHUP replaces it, then calls Snapshots::reset; so does a change
  // of its row); mostly the same pointer as long as it is the same plan; nullptr when there is no
  // such site. The main site's first one the step has adopted already. Any thread.
  std::function<std::shared_ptr<const SyndicationPlan>(SiteId)> plan;
  // A read connection; kept and reused, as many as threads make something at the same time.
  std::function<Result<std::unique_ptr<Store>>()> open_store;
  // Step::refresh, wherever the step lives; called before a feed is rendered that the step would
  // not leave as it is, and for any feed until the step has adopted the plan in force. May wait for
  // the step's thread, which may call changed() and reset() meanwhile: those never wait for a
  // rendering.
  std::function<Result<FeedState>(SiteId, std::string_view key)> refresh;
  // A feed's bytes did not pass the gate, a post was held back from them, the store could not be
  // read: one line. Any thread.
  std::function<void(std::string_view sentence, SiteId, std::string_view key,
                     std::string_view reason)>
      log;
  // Rendered bytes in memory, in all codings, those in files included, and what it takes to keep
  // track of them; what is on its way to a reader counts until it has gone. One document alone may
  // be larger.
  std::size_t budget = 256 * 1024 * 1024;
  std::size_t max_descriptors = 1024;  // of the files of large bodies, for sendfile
  HeadOptions heads;
  // A document was rendered: for the store to remember (Store::remember_tags), so that after a
  // restart a 304 needs no rendering. With the revision that was rendered, which may be later than
  // the one that was asked for. Never waits. Any thread. May be empty.
  std::function<void(SiteId, DocumentTag)> remember;
  // Renders and checks a feed; empty means render_repaired. For tests, which cannot break a
  // renderer otherwise.
  std::function<Result<std::string>(const Feed&, Format)> render;
};

std::shared_ptr<Snapshots> make_snapshots(SnapshotOptions);

// The value that renderers spell: what the plan, the definition and the store say, and nothing
// else. Pure.
Feed assemble_feed(const SyndicationPlan&, const FeedDefinition&, const StoredFeed&);
// The same of the list of feeds: main, the other defined feeds that are served, and categories.
FeedList assemble_feed_list(const SyndicationPlan&, const StoredFeedList&);

}  // namespace sosik
