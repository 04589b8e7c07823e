// Is this one of this machine's own addresses? Calls to ourselves make loops (N-186).
#pragma once
#include <boost/asio/ip/address.hpp>

namespace sosik {

// Asks the system each time: interfaces come and go. False when it cannot say.
bool is_own_address(const boost::asio::ip::address&);

}  // namespace sosik
