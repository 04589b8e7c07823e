// The store over an SQL database: one connection that is a Store, a SyndicationStore and a Ledger.
// Its functions are spread over files by subject: sql_store.cpp (opening, transactions), posts.cpp,
// served.cpp, sites.cpp, ledger_*.cpp, targets.cpp, tokens.cpp, syndication_*.cpp. It writes what
// SQL the engines have in common; where they differ it asks Connection::engine.
#pragma once
#include <map>
#include <utility>

#include "sosik/store/ledger.hpp"
#include "sosik/store/store.hpp"
#include "sosik/store/syndication_store.hpp"
#include "sql.hpp"

namespace sosik::sql {

// open_store() without the store around it. Throws Failure.
std::unique_ptr<Connection> open(std::string_view url, const StoreOptions&);

class SqlStore : public Store, public SyndicationStore, public Ledger {
 public:
  // The connection's schema is up to date.
  explicit SqlStore(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)), db_(*connection_) {}

  Connection& connection() { return db_; }  // for tests that watch or break it

  Result<void> in_transaction(bool is_quiet, const std::function<Result<void>()>& work) override;
  Result<PutOutcome> put_post(const Post&) override;
  Result<void> delete_post(SiteId, std::string_view post_id) override;
  Result<Post> read_post(SiteId, std::string_view post_id) override;
  Result<std::vector<PostOverview>> list_posts(SiteId, const PostSelection&) override;
  Result<std::string> find_post(SiteId, std::string_view post_id_or_slug) override;
  Result<std::string> find_any_post(SiteId, std::string_view text) override;
  Result<PostTrace> trace_post(SiteId, std::string_view post_id) override;

  Result<FeedState> feed_state(SiteId, std::string_view key) override;
  Result<StoredFeed> read_feed(SiteId, std::string_view key, std::size_t limit) override;
  Result<std::vector<FeedState>> list_feeds(SiteId) override;
  Result<StoredFeedList> read_feed_list(SiteId) override;
  Result<std::vector<DocumentTag>> read_tags(SiteId, std::string_view key) override;
  Result<void> remember_tags(SiteId, std::span<const DocumentTag>) override;
  Result<Entry> read_entry_by_slug(SiteId, std::string_view slug) override;

  Result<void> add_token(const Token&) override;
  Result<std::vector<Token>> list_tokens(SiteId) override;
  Result<void> delete_token(SiteId, std::string_view name) override;
  Result<Token> find_token(std::string_view sha256_of_text) override;

  Result<std::vector<SiteRow>> list_sites() override;
  Result<std::int64_t> sites_version() override;
  Result<SiteId> add_site(const SiteRow&) override;
  Result<void> change_site(const SiteRow&) override;
  Result<void> delete_site(SiteId) override;

  Result<bool> lead() override;
  Result<void> resign() override;
  std::chrono::milliseconds time_to_hear() const override;
  Result<NewsPlace> newest_news() override;
  Result<NewsSince> news_since(const NewsPlace& known) override;
  Result<std::string> read_plan(SiteId) override;
  Result<std::string> timeline() override;
  Result<std::optional<Timestamp>> clock() override;
  Result<void> hint() override;
  Result<bool> wait_for_hint(std::chrono::milliseconds) override;

  Result<std::int64_t> data_version() override;
  Result<void> check() override;
  SyndicationStore& syndication() override { return *this; }
  Ledger& ledger() override { return *this; }

  Result<std::vector<Event>> list_events(SiteId, std::int64_t after_number,
                                         std::size_t limit) override;
  Result<std::int64_t> last_event_number(SiteId) override;
  Result<std::int64_t> last_event_before(SiteId, Timestamp) override;
  Result<std::vector<Delivery>> claim_deliveries(
      std::string_view owner, Timestamp now, std::chrono::seconds lease, std::size_t max,
      std::span<const std::string> skip_targets = {}) override;
  Result<std::vector<Recorded>> record_attempts(std::span<const AttemptRecord>, Timestamp now,
                                                std::chrono::hours disable_after) override;
  Result<std::optional<Timestamp>> next_delivery_at(Timestamp now) override;
  Result<std::int64_t> confirm_deliveries(SiteId, std::string_view target, std::string_view topic,
                                          std::int64_t revision, Timestamp at) override;
  Result<bool> prune_deliveries(Timestamp now, const LedgerLimits&, std::size_t max_rows) override;
  Result<std::vector<SiteId>> sites_with_events(SiteId after, std::size_t limit) override;
  Result<bool> prune_events(SiteId, Timestamp now, const LedgerLimits&,
                            std::size_t max_rows) override;
  Result<std::vector<std::string>> disable_overfull_targets(SiteId, std::int64_t max_backlog,
                                                            Timestamp now) override;
  Result<std::vector<Delivery>> list_deliveries(SiteId, const DeliveryFilter&) override;
  Result<Delivery> read_delivery(SiteId, std::int64_t id) override;
  Result<std::vector<Attempt>> list_attempts(std::int64_t delivery) override;
  Result<std::int64_t> replay(SiteId, const ReplaySelection&, Timestamp now) override;
  Result<std::vector<QueueDepth>> queue_depths(Timestamp now) override;
  Result<std::vector<TargetState>> target_states(SiteId) override;
  Result<void> disable_target(SiteId, std::string_view target, std::string_view why,
                              Timestamp now) override;
  Result<void> enable_target(SiteId, std::string_view target) override;
  Result<std::vector<Endpoint>> list_endpoints(SiteId) override;
  Result<Endpoint> read_endpoint(SiteId, std::string_view id) override;
  Result<void> put_endpoint(const Endpoint&) override;
  Result<void> delete_endpoint(SiteId, std::string_view id) override;
  Result<std::int64_t> targets_version(SiteId) override;

  Result<void> transact(const std::function<Result<void>()>& work) override;
  Result<std::vector<SiteId>> sites_with_work(Timestamp due_by, SiteId after,
                                              std::size_t limit) override;
  Result<std::optional<Timestamp>> next_scheduled_after(Timestamp) override;
  Result<bool> has_dirty(SiteId) override;
  Result<std::vector<DirtyPost>> dirty_posts(SiteId, std::size_t limit) override;
  Result<std::optional<DirtyPost>> dirty_post(SiteId, std::string_view post_id) override;
  Result<bool> is_dirty_loudly(SiteId, std::string_view post_id) override;
  Result<void> clear_dirty(SiteId, std::string_view post_id) override;
  Result<void> touch_all_shown(SiteId) override;
  Result<std::optional<IdentityKey>> identity_key(SiteId, std::string_view post_id) override;
  Result<std::optional<std::string>> find_identity(SiteId, const IdentityKey&) override;
  Result<bool> is_known_id(SiteId, std::string_view entry_id) override;
  Result<void> add_identity(SiteId, const IdentityKey&, std::string_view entry_id,
                            Timestamp) override;
  Result<std::optional<IdentityKey>> identity_of(SiteId, std::string_view entry_id) override;
  Result<std::vector<std::string>> posts_with_identity(SiteId, const IdentityKey&) override;
  Result<std::string> category_name(SiteId, std::string_view path) override;
  Result<std::optional<EntryRecord>> read_record(SiteId, std::string_view post_id) override;
  Result<std::optional<EntryRecord>> record_with_id(SiteId, std::string_view entry_id) override;
  Result<void> write_record(SiteId, const EntryRecord&) override;
  Result<void> rename_record(SiteId, std::string_view from, std::string_view to) override;
  Result<std::vector<std::string>> shown_with_slug(SiteId, std::string_view slug) override;
  Result<std::vector<EntryRecord>> shown_records(SiteId, std::string_view after_post_id,
                                                 std::size_t limit) override;
  Result<std::optional<CleanBody>> read_body(SiteId, std::string_view body_hash) override;
  Result<void> write_body(SiteId, std::string_view body_hash, const CleanBody&) override;
  Result<void> drop_unused_body(SiteId, std::string_view body_hash) override;
  Result<std::vector<std::string>> folds_of(SiteId, std::string_view post_id) override;
  Result<void> add_member(SiteId, std::string_view fold, const FeedPosition&,
                          std::string_view post_id, std::int64_t number) override;
  Result<std::int64_t> member_number(SiteId, std::string_view fold, const FeedPosition&) override;
  Result<std::optional<std::int64_t>> page_before(SiteId, std::string_view fold,
                                                  std::int64_t page) override;
  Result<std::optional<std::int64_t>> page_after(SiteId, std::string_view fold,
                                                 std::int64_t page) override;
  Result<std::optional<std::int64_t>> page_behind(SiteId, std::string_view fold,
                                                  const FeedPosition& end) override;
  Result<void> remove_member(SiteId, std::string_view fold, const FeedPosition&) override;
  Result<void> remove_members(SiteId, std::string_view fold) override;
  Result<void> number_members(SiteId, FeedRecord&) override;
  Result<std::optional<FeedPosition>> window_end(SiteId, std::string_view fold,
                                                 std::size_t limit) override;
  Result<std::optional<FeedRecord>> read_feed_record(SiteId, std::string_view fold) override;
  Result<void> write_feed_record(SiteId, const FeedRecord&) override;
  Result<std::vector<std::string>> filtered_feeds(SiteId) override;
  Result<std::vector<FeedState>> category_feeds(SiteId, std::size_t limit) override;
  Result<void> add_tombstone(SiteId, std::string_view fold, const Tombstone&) override;
  Result<std::vector<std::string>> drop_tombstones(SiteId, std::string_view entry_id) override;
  Result<void> set_schedule(SiteId, std::string_view post_id, std::optional<Timestamp>) override;
  Result<std::vector<std::string>> due_posts(SiteId, Timestamp now, std::size_t limit) override;
  Result<std::optional<Timestamp>> next_scheduled(SiteId) override;
  Result<std::vector<std::pair<SiteId, std::string>>> entry_bases() override;
  Result<SiteState> site_state(SiteId) override;
  Result<void> write_site_state(SiteId, const SiteState&) override;
  Result<void> add_news(const News&) override;
  Result<void> write_plan(SiteId, std::string_view plan) override;
  Result<void> set_not_before(SiteId, Timestamp) override;
  Result<void> add_event(const Event&, std::string_view content) override;
  Result<std::optional<OpenDelivery>> open_delivery(SiteId, std::string_view target,
                                                    std::string_view topic) override;
  Result<std::vector<OpenDelivery>> open_deliveries_of(SiteId, std::string_view post_id) override;
  Result<void> add_delivery(const Delivery&) override;
  Result<void> raise_delivery(std::int64_t id, std::int64_t revision, Timestamp next_at) override;
  Result<void> hold_deliveries(Timestamp until) override;
  Result<void> withdraw_delivery(std::int64_t id, Timestamp now) override;
  Result<std::optional<Timestamp>> tried_at(SiteId, std::string_view target) override;
  Result<std::optional<Timestamp>> told_at(SiteId, std::string_view target,
                                           std::string_view topic) override;
  Result<bool> was_owed(SiteId, std::string_view target, std::int64_t event_number) override;

 private:
  std::unique_ptr<Connection> connection_;
  Connection& db_;
  bool was_more_due_ = false;  // the last claim took all that it might
  bool is_in_work_ = false;    // of in_transaction: what is read there decides what is written
  // Rows of the log of touched posts that this transact() has read, by site and post: only these
  // may be cleared, since others may come while it lasts.
  std::map<std::pair<SiteId, std::string>, std::vector<std::int64_t>> seen_dirty_;
  std::vector<std::int64_t> owed_;  // deliveries that it has added or raised
  Timestamp held_until_{};          // what it owes is due no earlier
};

}  // namespace sosik::sql
