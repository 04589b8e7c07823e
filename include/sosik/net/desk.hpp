// A Desk is the one thread that owns a thing which belongs to one thread at a time, such as a
// Store: coroutines ask, it answers in order. Opens the thing when it is first needed and anew
// after a failure, so that a store that was gone for a while is found again.
#pragma once
#include <boost/asio/thread_pool.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>

#include "sosik/base/background.hpp"
#include "sosik/base/result.hpp"
#include "sosik/net/offload.hpp"

namespace sosik {

template <class Thing>
class Desk {
 public:
  using Open = std::function<Result<std::unique_ptr<Thing>>()>;

  explicit Desk(Open open) : open_(std::move(open)) {}
  // Ends what was asked, then closes the thing where it was opened.
  ~Desk() {
    boost::asio::post(thread_, [this] { thing_.reset(); });
    thread_.join();
  }

  // `work` takes a Thing& and returns a Result. What it throws comes back as unavailable.
  template <class Work>
  Task<std::invoke_result_t<Work&, Thing&>> ask(Work work) {
    using Answer = std::invoke_result_t<Work&, Thing&>;
    auto guarded = [this, work = std::move(work)]() mutable -> Answer {
      try {
        if (!thing_) {
          become_background();
          auto opened = open_();
          if (!opened) return opened.error();
          thing_ = std::move(*opened);
        }
        Answer answer = work(*thing_);
        if (!answer &&
            (answer.error().code == Errc::unavailable || answer.error().code == Errc::corrupt)) {
          thing_.reset();
        }
        return answer;
      } catch (const std::exception& e) {
        thing_.reset();
        return unavailable(e.what());
      }
    };
    co_return co_await offload(thread_, std::move(guarded));
  }

 private:
  const Open open_;
  std::unique_ptr<Thing> thing_;  // touched on thread_ only
  boost::asio::thread_pool thread_{1};
};

}  // namespace sosik
