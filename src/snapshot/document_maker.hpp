// From a key and a format to a checked Document, by way of store and renderer. Blocks on both; any
// thread.
#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "document.hpp"
#include "notice.hpp"
#include "refresh_once.hpp"
#include "sosik/snapshot/builder.hpp"
#include "store_pool.hpp"

namespace sosik {

constexpr std::string_view post_prefix = "posts/";

// Of each format what is known without its bytes, or nullptr.
using Knowledge = std::array<std::shared_ptr<const Validators>, format_count>;

// What stands behind a key.
struct Found {
  SiteId site = main_site;
  FeedState state;                 // with the key that it goes by; of a post's page the key alone
  Knowledge knowledge;             // of exactly this revision under exactly this plan
  std::shared_ptr<Notice> notice;  // it has moved or is gone; then there is nothing else
};

class DocumentMaker {
 public:
  DocumentMaker(SnapshotOptions options, std::shared_ptr<Holdings> holdings);

  // Names are found under other spellings ("tag/ai", "tag/AI") too. Fails with not_found when there
  // is no such thing.
  Result<Found> look_up(const SiteKey& key);
  // Entries that the gate names are held back from it, and remembered with the document's tag.
  // Fails with not_found when it is gone or has no such format, invalid when the bytes do not pass
  // the gate without them either.
  Result<std::shared_ptr<Document>> make(const SiteKey& key, Format format);
  // Could the store be read, and the step be asked, the last time that somebody tried?
  bool is_working() const { return is_working_.load(std::memory_order_relaxed); }

  void forget_refreshes() { refreshes_.reset(); }
  void log(std::string_view sentence, const SiteKey& key, std::string_view reason) const;

 private:
  // A feed as it was read, and what it was read by.
  struct Source {
    FeedDefinition definition;
    StoredFeed stored;
  };
  using Plan = RefreshOnce::Plan;
  // Not found where the site is not served.
  Result<Plan> plan_of(SiteId) const;
  Result<Found> look_up_feed(const SiteKey& key);
  Result<Found> read_found(const SyndicationPlan&, Store&, const std::string& key) const;
  Result<Source> read_feed(const Plan&, const std::string& key);
  // Nothing when it `must_be_settled` (basis.hpp) and is not.
  static Result<std::optional<Source>> read_source(const SyndicationPlan&, Store&,
                                                   const std::string& key, bool must_be_settled);
  Result<Entry> read_post(const SyndicationPlan&, std::string_view slug);
  Result<std::shared_ptr<Document>> make_feed(const SiteKey& key, Format format);
  Result<std::shared_ptr<Document>> make_list(SiteId);
  Result<std::shared_ptr<Document>> make_page(const SiteKey& key);
  static Feed without_damaged(Feed, const Source&);
  void remember(const SyndicationPlan&, const Source&, Format, Document&,
                std::vector<HeldBackEntry>) const;
  // Whoever asks store or step asks here, and nobody else tells whether they work.
  template <class Work>
  auto read(const Work& work) {
    return noted(stores_.use(work));
  }
  Result<void> refresh(const std::string& key, const Plan& plan) {
    return noted(refreshes_.ensure({plan->site.id, key}, plan));
  }
  template <class T>
  Result<T> noted(Result<T> result) {
    const bool is_working =
        result || result.error().code == Errc::not_found || result.error().code == Errc::invalid;
    is_working_.store(is_working, std::memory_order_relaxed);
    return result;
  }

  const SnapshotOptions options_;
  const std::shared_ptr<Holdings> holdings_;
  StorePool stores_;
  RefreshOnce refreshes_;
  std::atomic<bool> is_working_{true};
};

}  // namespace sosik
