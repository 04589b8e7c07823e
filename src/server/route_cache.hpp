// The paths that readers ask for, of each site, with the snapshots behind them, so that the hot
// path compares one path and one number. One object a thread; only paths that named something are
// kept.
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
  static constexpr std::size_t capacity = 4096;  // of one site; with more there is more room

  KnownPath* find(SiteId site, std::string_view path) {
    const auto found = paths_.find(View{site, path});
    return found == paths_.end() ? nullptr : &found->second;
  }
  // Emptied when full: what is asked for comes back at once.
  KnownPath& insert(SiteId, std::string_view path, Route route);
  void make_room_for(std::size_t sites);
  void clear() { paths_.clear(); }
  // Once a second, and when something was made.
  void drop_stale();
  std::size_t size() const { return paths_.size(); }

 private:
  struct Key {
    SiteId site;
    std::string path;
  };
  struct View {
    SiteId site;
    std::string_view path;
    View(SiteId of_site, std::string_view text) : site(of_site), path(text) {}
    View(const Key& key) : site(key.site), path(key.path) {}
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(View of) const {
      return std::hash<std::string_view>{}(of.path) +
             static_cast<std::size_t>(of.site) * 0x9E3779B97F4A7C15U;
    }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(View one, View two) const {
      return one.site == two.site && one.path == two.path;
    }
  };
  std::unordered_map<Key, KnownPath, Hash, Equal> paths_;
  std::size_t capacity_ = capacity;
};

}  // namespace sosik
