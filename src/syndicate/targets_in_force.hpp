// Who is owed something: the targets of the configuration and the endpoints of the store, without
// those that are disabled.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "sosik/model/target.hpp"

namespace sosik {

class Ledger;

// Kept from step to step, and read anew only when the store's version of it has moved on: there may
// be ten thousand endpoints. Belongs to one thread.
class TargetsInForce {
 public:
  // Throws StoreFailed. The reference holds until the next call.
  const std::vector<Target>& get(Ledger&, SiteId, const std::vector<Target>& configured);
  // Does any of them, or of those that are disabled, take full payloads? As of the last get(). Who
  // is disabled may be enabled again, and recovers what happened meanwhile.
  bool has_full() const { return has_full_; }
  void forget() { version_.reset(); }  // the configuration has changed

 private:
  std::optional<std::int64_t> version_;
  std::vector<Target> targets_;
  bool has_full_ = false;
};

}  // namespace sosik
