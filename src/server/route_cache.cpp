#include "route_cache.hpp"

namespace sosik {

void Place::set(std::shared_ptr<Slot> slot) {
  slot_ = std::move(slot);
  look();
}

void Place::look() {
  version_ = slot_->version();  // first: a change in between is then seen the next time
  snapshot_ = slot_->current();
}

void Place::drop_if_stale() {
  if (slot_ && slot_->version() != version_) {
    snapshot_.reset();
    version_ = 0;  // no slot's version, so the next request looks
  }
}

KnownPath& RouteCache::insert(std::string_view path, Route route) {
  if (paths_.size() >= capacity) paths_.clear();
  KnownPath& known = paths_[std::string(path)];
  known.route = std::move(route);
  return known;
}

void RouteCache::drop_stale() {
  for (auto& [path, known] : paths_) {
    known.feed.drop_if_stale();
    known.page.drop_if_stale();
  }
}

}  // namespace sosik
