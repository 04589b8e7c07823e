#include "descriptors.hpp"

#include <algorithm>
#include <string>

namespace sosik {
namespace {

constexpr std::size_t least_limit = 512;
constexpr std::size_t reserve = 256;  // the store, listeners, operator, publisher, logs
constexpr std::size_t most_body_files = 1024;

}  // namespace

std::size_t descriptors_wanted(std::size_t connections) {
  return connections + reserve + most_body_files;
}

Result<DescriptorShares> share_descriptors(std::size_t limit, std::size_t configured_connections) {
  if (limit < least_limit)
    return unavailable("this process may have " + std::to_string(limit) +
                       " descriptors, fewer than the " + std::to_string(least_limit) +
                       " it needs: raise the limit (ulimit -n, LimitNOFILE)");
  DescriptorShares shares;
  shares.body_files = std::min(most_body_files, limit / 4);
  shares.max_connections = std::min(configured_connections, limit - reserve - shares.body_files);
  return shares;
}

}  // namespace sosik
