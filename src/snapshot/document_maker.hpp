// From a key and a format to a checked Document, by way of store and renderer. Blocks on both; any
// thread.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "document.hpp"
#include "refresh_once.hpp"
#include "sosik/snapshot/builder.hpp"
#include "store_pool.hpp"

namespace sosik {

constexpr std::string_view post_prefix = "posts/";

class DocumentMaker {
 public:
  explicit DocumentMaker(SnapshotOptions options);

  // The feed behind `key`, with the key that it goes by: names are found under other spellings
  // ("tag/ai", "tag/AI") too. For a post's page, that key and revision 0. Fails with not_found when
  // there is no such thing.
  Result<FeedState> look_up(const std::string& key);
  // Fails with not_found when it is gone or has no such format, invalid when the bytes do not pass
  // the gate.
  Result<std::shared_ptr<Document>> make(const std::string& key, Format format);

  void forget_refreshes() { refreshes_.reset(); }
  void log(std::string_view sentence, std::string_view key, std::string_view reason) const;

 private:
  Result<Feed> read_feed(const SyndicationPlan&, const std::string& key);
  Result<Entry> read_post(const SyndicationPlan&, std::string_view slug);
  Result<std::shared_ptr<Document>> make_feed(const std::string& key, Format format);
  Result<std::shared_ptr<Document>> make_page(const std::string& key);

  const SnapshotOptions options_;
  StorePool stores_;
  RefreshOnce refreshes_;
};

}  // namespace sosik
