// The Store holds posts, identities, entries, feed states, events and deliveries; it is the only
// place with SQL. docs/post-store.md is its contract with other programs that write posts.
//
// A Store is one connection and belongs to one thread at a time; every thread that needs one opens
// its own. Reads see one consistent state per call. Every write is one transaction: done, or never
// begun. Fails with
//   unavailable  locked for longer than the busy timeout, disk full, read-only, gone; of a
//                PostgreSQL server also: not reached. The next call tries again.
//   corrupt      the file is damaged, or its schema is newer than this program
// and throws nothing but std::bad_alloc.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"
#include "sosik/model/delivery.hpp"
#include "sosik/model/document_tag.hpp"
#include "sosik/model/entry.hpp"
#include "sosik/model/event.hpp"
#include "sosik/model/feed.hpp"
#include "sosik/model/news.hpp"
#include "sosik/model/post.hpp"
#include "sosik/model/site.hpp"
#include "sosik/model/token.hpp"

namespace sosik {

// A feed's state and the newest `limit` of its entries, read at one moment.
struct StoredFeed {
  FeedState state;
  std::vector<Entry> entries;
  std::vector<Tombstone> tombstones = {};   // newest first
  std::vector<HeldBackEntry> damaged = {};  // entries of the window whose records cannot be read
};

// The state of the list of feeds, and the feeds of categories that it names, read at one moment.
struct StoredFeedList {
  FeedState state;
  std::vector<FeedState> categories;  // with members, in the order of their keys
};

// A document that a shown post was held back from (DocumentTag::held_back).
struct HeldBackFrom {
  std::string feed;  // its key
  Format format = Format::rss;
  std::string reason;
};

// Where a shown post stands in a feed: place 1 is the newest of all members.
struct FeedPlace {
  std::string feed;
  std::int64_t place = 0, members = 0;
};

// Everything that is recorded of one post, for `sosik explain`.
struct PostTrace {
  std::optional<Entry>
      entry;  // nothing: no step has seen the post, or there never was anything to show
  bool is_shown = false, is_damaged = false;
  bool is_dirty = false;  // it was touched, and the step has not looked at it since
  std::vector<FeedPlace> places;
  std::vector<HeldBackFrom> held_back_from;
  std::vector<Event> events;         // oldest first
  std::vector<Delivery> deliveries;  // about the post, oldest first: webhooks
};

// What is in the `posts` table under one key, and what readers are shown of it.
struct PostOverview {
  std::string post_id, slug, title, entry_id;  // entry_id empty until the step has seen the post
  PostStatus status = PostStatus::draft;
  std::optional<Timestamp> published_at;
  bool is_shown = false;
  std::string held_back;
  std::vector<HeldBackFrom> held_back_from;
};

// Newest first, ties by key; posts without a date come last.
struct PostPlace {
  std::optional<Timestamp> published_at;
  std::string post_id;
};
struct PostSelection {
  std::size_t limit = 50;
  std::optional<PostStatus> status = {};
  std::optional<PostPlace> after = {};  // the place of the last one that is known
};

enum class PutOutcome { created, updated, unchanged };

class Ledger;            // events, deliveries, targets (store/ledger.hpp)
class SyndicationStore;  // syndicate's own view: dirty log, entries, revisions
                         // (store/syndication_store.hpp)

class Store {
 public:
  virtual ~Store() = default;

  // --- posts: for importers, the API and the command line
  // Runs `work` in one transaction; its error, or a failed commit, rolls everything back. With
  // `is_quiet` the changes in it are recorded, but nobody outside is told of them (N-212). What
  // `work` reads by read_post or Ledger::read_endpoint nobody else changes until the end, so that
  // it may compare and write; of a post that is not there yet that holds among those who do so.
  virtual Result<void> in_transaction(bool is_quiet, const std::function<Result<void>()>& work) = 0;
  // Creates or replaces the post and its children under (site, post_id); `unchanged` when nothing
  // differs, and then nothing is written. Fails with conflict when another post has the slug,
  // invalid when a field breaks the contract.
  virtual Result<PutOutcome> put_post(const Post&) = 0;
  virtual Result<void> delete_post(SiteId, std::string_view post_id) = 0;  // not_found
  virtual Result<Post> read_post(SiteId, std::string_view post_id) = 0;    // not_found
  virtual Result<std::vector<PostOverview>> list_posts(SiteId, const PostSelection&) = 0;
  // The post_id for a post_id or slug; not_found.
  virtual Result<std::string> find_post(SiteId, std::string_view post_id_or_slug) = 0;
  // The same for the id of an entry or the URL in a post's row too, and for posts that have gone
  // but were shown once; not_found. Walks all posts for a URL.
  virtual Result<std::string> find_any_post(SiteId, std::string_view text) = 0;
  virtual Result<PostTrace> trace_post(SiteId, std::string_view post_id) = 0;

  // --- what is served: for snapshots
  // A category, tag or author is found under other spellings too ("tag/ai" for "tag/AI");
  // FeedState::key is its own.
  virtual Result<FeedState> feed_state(SiteId, std::string_view key) = 0;  // not_found
  virtual Result<StoredFeed> read_feed(SiteId, std::string_view key,
                                       std::size_t limit) = 0;  // not_found
  // All with an address of their own, in the order of their keys: neither the list of all posts
  // ("") nor pages of archives.
  virtual Result<std::vector<FeedState>> list_feeds(SiteId) = 0;
  // not_found until the step has made the list.
  virtual Result<StoredFeedList> read_feed_list(SiteId) = 0;
  // The tags of a feed's documents at its present revision; those of other revisions are not given.
  virtual Result<std::vector<DocumentTag>> read_tags(SiteId, std::string_view key) = 0;
  // Keeps those of a feed's present revision, one a format, and writes nothing when all are known.
  // Tags of other revisions, which nobody will ask for, and of feeds that are not there are left
  // out. One transaction, which waits a tenth of a second at most for other writers: a lost tag
  // costs no more than a rendering.
  virtual Result<void> remember_tags(SiteId, std::span<const DocumentTag>) = 0;
  // The shown post behind /posts/{slug}; slug in NFC. not_found.
  virtual Result<Entry> read_entry_by_slug(SiteId, std::string_view slug) = 0;

  // --- tokens of the admin API
  virtual Result<void> add_token(const Token&) = 0;  // conflict: the name is in use
  virtual Result<std::vector<Token>> list_tokens(SiteId) = 0;
  virtual Result<void> delete_token(SiteId, std::string_view name) = 0;  // not_found
  // Of whichever site: the token says which. not_found.
  virtual Result<Token> find_token(std::string_view sha256_of_text) = 0;

  // --- sites besides the configuration's (docs/sites.md): rows of `sites`, untrusted
  virtual Result<std::vector<SiteRow>> list_sites() = 0;  // in order of id
  // Differs whenever a row was written since it was asked last: cheap.
  virtual Result<std::int64_t> sites_version() = 0;
  // Under a number that nothing in the store has, or ever had as far as it knows; row.id is not
  // looked at. conflict: the host is taken.
  virtual Result<SiteId> add_site(const SiteRow&) = 0;
  virtual Result<void> change_site(const SiteRow&) = 0;  // not_found; conflict: the host is taken
  // The row alone: what is there of the site stays. not_found.
  virtual Result<void> delete_site(SiteId) = 0;

  // --- nodes (docs/nodes.md)
  // Is this the connection whose owner runs the step? Becomes it, when nobody else is; to be asked
  // again at least every few seconds, or another node takes over. Lost with the connection. SQLite:
  // always.
  virtual Result<bool> lead() = 0;
  virtual Result<void> resign() = 0;  // leads no more
  // How long it takes until every node has heard of what was committed: three looks for news.
  // 0: one process serves.
  virtual std::chrono::milliseconds time_to_hear() const = 0;
  virtual Result<NewsPlace> newest_news() = 0;
  virtual Result<NewsSince> news_since(const NewsPlace& known) = 0;
  // The plan that the active node has put in force (SyndicationStore::write_plan); empty: none yet.
  virtual Result<std::string> read_plan(SiteId) = 0;
  // By which histories of the store can be told apart, of which one lacks what the other has:
  // changes when a standby takes over (PostgreSQL: the timeline). Empty: it has only one.
  virtual Result<std::string> timeline() = 0;
  // Tells those who wait for a hint, of all nodes, to look for news now. At most once a second, for
  // it takes a lock of the whole database (S-047); a hint may be lost, so nobody may need it.
  // Outside of transactions. SQLite: nothing.
  virtual Result<void> hint() = 0;
  // Waits so long for a hint; did one come? Needs a Store that does nothing else. SQLite: false at
  // once.
  virtual Result<bool> wait_for_hint(std::chrono::milliseconds) = 0;
  // What time it is for all nodes; nothing: the store has no clock of its own.
  virtual Result<std::optional<Timestamp>> clock() = 0;

  // --- others
  // A number that differs whenever another connection, of any process, has committed since the last
  // call (SQLite: PRAGMA data_version; PostgreSQL: of the snapshot, so that it also differs for no
  // reason). Cheap; needs a Store that never writes.
  virtual Result<std::int64_t> data_version() = 0;
  virtual Result<void> check() = 0;  // can it be read and written now? for /readyz
  virtual SyndicationStore& syndication() = 0;
  virtual Ledger& ledger() = 0;
};

struct StoreOptions {
  bool create = true;  // make and migrate the schema; false: the file must exist
  std::chrono::milliseconds busy_timeout{5000};
};

// `url`: "sqlite:PATH", or "postgresql://USER@HOST:PORT/DATABASE" and whatever else libpq takes.
// Brings the schema up to date. Errors name the file or database and what to do.
Result<std::unique_ptr<Store>> open_store(std::string_view url, const StoreOptions& = {});

// Does the URL name a database on a server, not a file?
bool is_on_server(std::string_view store_url);

// The URL as it may be shown: without a password.
std::string shown_store(std::string_view store_url);

}  // namespace sosik
