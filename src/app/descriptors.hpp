// How the descriptors that a process may have are shared out, so that readers alone can never
// exhaust them: every connection is one, every large document held for sendfile is one, and some
// are kept for the store, the listeners, the operator and the publisher. Pure.
#pragma once
#include <cstddef>

#include "sosik/base/result.hpp"

namespace sosik {

struct DescriptorShares {
  std::size_t max_connections = 0;  // at most what is configured
  std::size_t body_files = 0;       // SnapshotOptions::max_descriptors
  bool operator==(const DescriptorShares&) const = default;
};

// What a process needs for `connections` and everything else at its best.
std::size_t descriptors_wanted(std::size_t connections);
// Fails with unavailable below 512.
Result<DescriptorShares> share_descriptors(std::size_t limit, std::size_t configured_connections);

}  // namespace sosik
