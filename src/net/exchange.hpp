// One request and its response on a connection that is ready for both. Whoever answers before all
// of the request went out is heard.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "outbound_connection.hpp"
#include "response_reader.hpp"
#include "sosik/net/outbound.hpp"

namespace sosik {

// Nothing, or why there is no response in `reader`. `peer` is whom the failure names; `scratch` is
// for use between two waits only. The deadline is the connection's. What is referred to outlives
// the task.
Task<std::optional<OutboundFailure>> exchange(OutboundConnection& connection,
                                              std::string_view request, ResponseReader& reader,
                                              std::span<char> scratch, std::string_view peer);

}  // namespace sosik
