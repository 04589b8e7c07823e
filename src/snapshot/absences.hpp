// Absences are names that nothing stood behind when the store was last asked, so that whoever asks
// for them again and again does not have it asked each time. They hold until news comes, whatever
// it is about; what else could bring something behind them? Any thread.
#pragma once
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_set>

#include "site_key.hpp"

namespace sosik {

class Absences {
 public:
  // `news` is Shelf::news() of before the look.
  bool know(const SiteKey& key, std::uint64_t news) {
    const std::lock_guard lock(mutex_);
    return news == news_ && keys_.contains(key);
  }
  // At most 300 KB: names that are longer than any of ours are not kept, and all go when they are
  // too many.
  void add(const SiteKey& key, std::uint64_t news) {
    constexpr std::size_t most = 1024, longest = 200;
    if (key.key.size() > longest) return;
    const std::lock_guard lock(mutex_);
    if (news != news_ || keys_.size() >= most) keys_.clear();
    news_ = news;
    keys_.insert(key);
  }

 private:
  std::mutex mutex_;
  std::uint64_t news_ = 0;  // protected by mutex_, like the next
  std::unordered_set<SiteKey, SiteKeyHash> keys_;
};

}  // namespace sosik
