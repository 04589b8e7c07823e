// Hears other nodes' hints that there is news (Store::hint), in a thread of its own, so that a node
// need not wait for its next poll. Whatever becomes of it, the poll finds the same.
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace sosik {

class Store;

class HintListener {
 public:
  // `store` is for this alone; `on_hint` is called on the listener's thread.
  HintListener(std::unique_ptr<Store> store, std::function<void()> on_hint);
  ~HintListener();  // within a quarter of a second

 private:
  void loop();
  bool rests(std::chrono::milliseconds most);  // false when it is to stop

  const std::unique_ptr<Store> store_;
  const std::function<void()> on_hint_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool is_stopping_ = false;
  std::thread thread_;  // last: everything above is there when it starts
};

}  // namespace sosik
