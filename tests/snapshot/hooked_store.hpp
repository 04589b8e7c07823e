// A Store between the snapshots and the real one: keeps document tags in memory, as a store does
// that outlives processes, and runs a hook at the moments at which somebody else may come in
// between.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "sosik/store/store.hpp"

namespace sosik::testing {

class TagTable {
 public:
  void remember(const DocumentTag& tag) {
    const std::lock_guard lock(mutex_);
    auto& kept = tags_[{tag.key, tag.format}];
    if (tag.revision >= kept.revision) kept = tag;
  }
  std::vector<DocumentTag> all() const {
    const std::lock_guard lock(mutex_);
    std::vector<DocumentTag> list;
    for (const auto& [where, tag] : tags_) list.push_back(tag);
    return list;
  }
  // Of one feed, as if written by somebody else.
  void change(const std::function<void(DocumentTag&)>& how) {
    const std::lock_guard lock(mutex_);
    for (auto& [where, tag] : tags_) how(tag);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, Format>, DocumentTag> tags_;
};

struct StoreHooks {
  std::function<void()> after_state, after_tags, before_feed;
  std::function<bool()> cannot_be_read = [] { return false; };
};

class HookedStore final : public Store {
 public:
  HookedStore(std::unique_ptr<Store> real, TagTable& tags, const StoreHooks& hooks)
      : real_(std::move(real)), tags_(tags), hooks_(hooks) {}

  Result<FeedState> feed_state(SiteId site, std::string_view key) override {
    if (hooks_.cannot_be_read()) return locked();
    auto state = real_->feed_state(site, key);
    run(hooks_.after_state);
    return state;
  }
  Result<StoredFeed> read_feed(SiteId site, std::string_view key, std::size_t limit) override {
    if (hooks_.cannot_be_read()) return locked();
    run(hooks_.before_feed);
    return real_->read_feed(site, key, limit);
  }
  Result<StoredFeedList> read_feed_list(SiteId site) override {
    if (hooks_.cannot_be_read()) return locked();
    run(hooks_.before_feed);
    return real_->read_feed_list(site);
  }
  Result<std::vector<DocumentTag>> read_tags(SiteId site, std::string_view key) override {
    if (hooks_.cannot_be_read()) return locked();
    const auto state = real_->feed_state(site, key);
    if (!state) return state.error();
    std::vector<DocumentTag> present;
    for (const auto& tag : tags_.all())
      if (tag.key == key && tag.revision == state.value().revision) present.push_back(tag);
    run(hooks_.after_tags);
    return present;
  }
  Result<Entry> read_entry_by_slug(SiteId site, std::string_view slug) override {
    if (hooks_.cannot_be_read()) return locked();
    return real_->read_entry_by_slug(site, slug);
  }
  Result<void> remember_tags(SiteId, std::span<const DocumentTag> tags) override {
    for (const auto& tag : tags) tags_.remember(tag);
    return {};
  }

  Result<void> in_transaction(bool is_quiet, const std::function<Result<void>()>& work) override {
    return real_->in_transaction(is_quiet, work);
  }
  Result<PutOutcome> put_post(const Post& post) override { return real_->put_post(post); }
  Result<void> delete_post(SiteId site, std::string_view id) override {
    return real_->delete_post(site, id);
  }
  Result<Post> read_post(SiteId site, std::string_view id) override {
    return real_->read_post(site, id);
  }
  Result<std::vector<PostOverview>> list_posts(SiteId site,
                                               const PostSelection& selection) override {
    return real_->list_posts(site, selection);
  }
  Result<std::string> find_post(SiteId site, std::string_view id) override {
    return real_->find_post(site, id);
  }
  Result<std::string> find_any_post(SiteId site, std::string_view text) override {
    return real_->find_any_post(site, text);
  }
  Result<PostTrace> trace_post(SiteId site, std::string_view id) override {
    return real_->trace_post(site, id);
  }
  Result<std::vector<FeedState>> list_feeds(SiteId site) override {
    return real_->list_feeds(site);
  }
  Result<void> add_token(const Token& token) override { return real_->add_token(token); }
  Result<std::vector<Token>> list_tokens(SiteId site) override { return real_->list_tokens(site); }
  Result<void> delete_token(SiteId site, std::string_view name) override {
    return real_->delete_token(site, name);
  }
  Result<Token> find_token(std::string_view hash) override { return real_->find_token(hash); }
  Result<std::vector<SiteRow>> list_sites() override { return real_->list_sites(); }
  Result<std::int64_t> sites_version() override { return real_->sites_version(); }
  Result<SiteId> add_site(const SiteRow& row) override { return real_->add_site(row); }
  Result<void> change_site(const SiteRow& row) override { return real_->change_site(row); }
  Result<void> delete_site(SiteId site) override { return real_->delete_site(site); }
  Ledger& ledger() override { return real_->ledger(); }
  Result<bool> lead() override { return real_->lead(); }
  Result<void> resign() override { return real_->resign(); }
  std::chrono::milliseconds time_to_hear() const override { return real_->time_to_hear(); }
  Result<void> hint() override { return real_->hint(); }
  Result<bool> wait_for_hint(std::chrono::milliseconds most) override {
    return real_->wait_for_hint(most);
  }
  Result<NewsPlace> newest_news() override { return real_->newest_news(); }
  Result<NewsSince> news_since(const NewsPlace& known) override { return real_->news_since(known); }
  Result<std::string> read_plan(SiteId site) override { return real_->read_plan(site); }
  Result<std::string> timeline() override { return real_->timeline(); }
  Result<std::optional<Timestamp>> clock() override { return real_->clock(); }
  Result<std::int64_t> data_version() override { return real_->data_version(); }
  Result<void> check() override { return real_->check(); }
  SyndicationStore& syndication() override { return real_->syndication(); }

 private:
  static Error locked() { return unavailable("the store is locked"); }
  static void run(const std::function<void()>& hook) {
    if (hook) hook();
  }

  const std::unique_ptr<Store> real_;
  TagTable& tags_;
  const StoreHooks& hooks_;
};

}  // namespace sosik::testing
