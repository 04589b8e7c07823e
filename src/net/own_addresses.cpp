#include "own_addresses.hpp"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <cstring>
#include <memory>

namespace sosik {

namespace ip = boost::asio::ip;

namespace {

bool is_same(const sockaddr& interface, const ip::address& address) {
  if (interface.sa_family == AF_INET && address.is_v4()) {
    sockaddr_in v4;
    std::memcpy(&v4, &interface, sizeof v4);
    return ntohl(v4.sin_addr.s_addr) == address.to_v4().to_uint();
  }
  if (interface.sa_family == AF_INET6 && address.is_v6()) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &interface, sizeof v6);
    return std::memcmp(&v6.sin6_addr, address.to_v6().to_bytes().data(), 16) == 0;
  }
  return false;
}

}  // namespace

bool is_own_address(const ip::address& address) {
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return false;
  std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owned(first, &freeifaddrs);
  auto plain = address.is_v6() && address.to_v6().is_v4_mapped()
                   ? ip::address(ip::make_address_v4(ip::v4_mapped, address.to_v6()))
                   : address;
  for (auto* at = first; at; at = at->ifa_next) {
    if (at->ifa_addr && is_same(*at->ifa_addr, plain)) return true;
  }
  return false;
}

}  // namespace sosik
