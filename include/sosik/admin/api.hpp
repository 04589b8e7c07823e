// What the admin API (docs/admin-api.md, docs/openapi.json) is given of the rest of the program.
// Its handlers run on two threads of their own, one for what writes and one for what reads, each
// with a Store that it opens itself. So every function here may be called on either of them and on
// the admin thread; only those that say so may take long.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"
#include "sosik/model/site.hpp"
#include "sosik/model/target.hpp"

namespace sosik {

class Store;

struct ApiContext {
  std::function<Result<std::unique_ptr<Store>>()> open_store;  // takes long
  // As it is configured now; nothing: it is not served.
  std::function<std::optional<Site>(SiteId)> site;
  const Clock* clock = nullptr;
  std::string image_base;  // where relative images of Markdown are found; empty: site's public_url
  std::string hook_key;    // signs POST /hooks/generic, decoded; empty: by token only
  bool allows_http = false;  // endpoints may be http:// (N-162)
  std::vector<unsigned short>
      allowed_ports;  // of endpoints: OutboundOptions', who would refuse others

  // The secret of an endpoint's generation, in its text form.
  std::function<std::string(const Endpoint&)> endpoint_secret;
  // Whether an endpoint may have this header (N-161).
  std::function<Result<void>(std::string_view name, std::string_view value)> check_header;
  // Takes long: owes the endpoint what happened since then and it was never owed (N-158). How many
  // deliveries.
  std::function<Result<std::int64_t>(Store&, const Endpoint&, Timestamp since)> recover;
  std::function<void()> posts_written;    // the step has something to do, on the disk
  std::function<void()> deliveries_owed;  // the publisher has
};

}  // namespace sosik
