#include "hint_listener.hpp"

#include "sosik/base/background.hpp"
#include "sosik/store/store.hpp"

namespace sosik {
namespace {

using namespace std::chrono_literals;
constexpr auto patience = 250ms;             // until it looks whether it is to stop
constexpr auto rest_after_failure = 1000ms;  // the step says what is wrong with the store

}  // namespace

HintListener::HintListener(OpenStore open, std::function<void()> on_hint)
    : open_(std::move(open)), on_hint_(std::move(on_hint)), thread_([this] {
        become_background();
        loop();
      }) {}

HintListener::~HintListener() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  stopping_.notify_one();
  thread_.join();
}

bool HintListener::rests(std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  return !stopping_.wait_for(lock, most, [this] { return is_stopping_; });
}

bool HintListener::wait() {
  if (!store_) {
    auto opened = open_();
    if (!opened) return false;
    store_ = *std::move(opened);
  }
  const auto has_come = store_->wait_for_hint(patience);
  if (has_come && *has_come) on_hint_();
  return has_come.has_value();
}

void HintListener::loop() {
  for (auto rest = 0ms; rests(rest);) {
    rest = rest_after_failure;
    try {
      if (wait()) rest = 0ms;
    } catch (const std::exception&) {  // out of memory
    }
  }
}

}  // namespace sosik
