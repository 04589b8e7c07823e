// Hears other nodes' hints that there is news (Store::hint), in a thread of its own, so that a node
// need not wait for its next poll. Whatever becomes of it, the poll finds the same.
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "sosik/base/result.hpp"

namespace sosik {

class Store;

class HintListener {
 public:
  using OpenStore = std::function<Result<std::unique_ptr<Store>>()>;

  // Opens a store of its own, again and again for as long as that cannot be done. Both are called
  // on the listener's thread.
  HintListener(OpenStore open, std::function<void()> on_hint);
  ~HintListener();  // within a quarter of a second of a server that answers

 private:
  void loop();
  bool rests(std::chrono::milliseconds most);  // false when it is to stop

  bool wait();  // for a hint; false when none can be heard

  const OpenStore open_;
  std::unique_ptr<Store> store_;  // the thread's
  const std::function<void()> on_hint_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool is_stopping_ = false;
  std::thread thread_;  // last: everything above is there when it starts
};

}  // namespace sosik
