// The StoreDesk is the one thread that owns the publisher's Store: coroutines ask, it answers in
// order. Opens the store when it is first needed and anew after a failure, so that a store that was
// gone for a while is found again.
#pragma once
#include <boost/asio/thread_pool.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>

#include "sosik/base/result.hpp"
#include "sosik/net/offload.hpp"
#include "sosik/store/store.hpp"

namespace sosik {

class StoreDesk {
 public:
  using Open = std::function<Result<std::unique_ptr<Store>>()>;

  explicit StoreDesk(Open open) : open_(std::move(open)) {}
  // Ends what was asked, then closes the store where it was opened.
  ~StoreDesk() {
    boost::asio::post(thread_, [this] { store_.reset(); });
    thread_.join();
  }

  // `work` takes a Store& and returns a Result. What it throws comes back as unavailable.
  template <class Work>
  Task<std::invoke_result_t<Work&, Store&>> ask(Work work) {
    using Answer = std::invoke_result_t<Work&, Store&>;
    auto guarded = [this, work = std::move(work)]() mutable -> Answer {
      try {
        if (!store_) {
          auto opened = open_();
          if (!opened) return opened.error();
          store_ = std::move(*opened);
        }
        Answer answer = work(*store_);
        if (!answer &&
            (answer.error().code == Errc::unavailable || answer.error().code == Errc::corrupt)) {
          store_.reset();
        }
        return answer;
      } catch (const std::exception& e) {
        store_.reset();
        return unavailable(e.what());
      }
    };
    co_return co_await offload(thread_, std::move(guarded));
  }

 private:
  const Open open_;
  std::unique_ptr<Store> store_;  // touched on thread_ only
  boost::asio::thread_pool thread_{1};
};

}  // namespace sosik
