#include "route_cache.hpp"

#include <algorithm>

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

void RouteCache::make_room_for(std::size_t sites) {
  constexpr std::size_t of_each = 4, most = 16'384;
  capacity_ = std::clamp(of_each * sites, capacity, most);
}

KnownPath& RouteCache::insert(SiteId site, std::string_view path, Route route) {
  if (paths_.size() >= capacity_) paths_.clear();
  KnownPath& known = paths_[Key{site, std::string(path)}];
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
