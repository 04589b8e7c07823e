// The paths that readers ask for, with the snapshots behind them, so that the hot path compares one
// path and one number. One object a thread; only paths that named something are kept.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "route.hpp"
#include "sosik/snapshot/snapshot.hpp"

namespace sosik {

// A slot and the snapshot that was current in it when its version was last looked at.
class Place {
 public:
  void set(std::shared_ptr<Slot> slot);
  // nullptr when there is no slot yet, or when only Snapshots::open() can tell whether it still
  // stands for something.
  const std::shared_ptr<Snapshot>& snapshot() {
    if (slot_ && slot_->version() != version_) look();
    return snapshot_;
  }
  // Lets go of bytes that are no longer current.
  void drop_if_stale();

 private:
  void look();

  std::shared_ptr<Slot> slot_;
  std::shared_ptr<Snapshot> snapshot_;
  std::uint64_t version_ = 0;
};

struct KnownPath {
  Route route;
  Place feed;
  Place page;  // of a negotiated route: its HTML
};

class RouteCache {
 public:
  static constexpr std::size_t capacity = 4096;

  KnownPath* find(std::string_view path) {
    const auto found = paths_.find(path);
    return found == paths_.end() ? nullptr : &found->second;
  }
  // Emptied when full: what is asked for comes back at once.
  KnownPath& insert(std::string_view path, Route route);
  void clear() { paths_.clear(); }
  // Once a second, and when something was made.
  void drop_stale();
  std::size_t size() const { return paths_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, KnownPath, Hash, std::equal_to<>> paths_;
};

}  // namespace sosik
