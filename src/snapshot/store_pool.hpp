// Store connections for reading, kept between uses: as many as threads read at the same moment.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "sosik/base/result.hpp"
#include "sosik/store/store.hpp"

namespace sosik {

class StorePool {
 public:
  using Open = std::function<Result<std::unique_ptr<Store>>()>;
  explicit StorePool(Open open) : open_(std::move(open)) {}

  // Runs `work(Store&)` on a connection of the caller's own. A connection that failed with more
  // than not_found is closed: the next one is opened anew, in case the file was replaced.
  template <class Work>
  auto use(const Work& work) -> decltype(work(std::declval<Store&>())) {
    auto store = take();
    if (!store) return store.error();
    auto result = work(*store.value());
    if (result || result.error().code == Errc::not_found) give_back(std::move(store.value()));
    return result;
  }

 private:
  Result<std::unique_ptr<Store>> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto store = std::move(idle_.back());
        idle_.pop_back();
        return store;
      }
    }
    return open_();
  }
  void give_back(std::unique_ptr<Store> store) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(store));
  }

  const Open open_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Store>> idle_;
};

}  // namespace sosik
