// One HTTP/1.1 request as the bytes that go out. Pure.
#pragma once
#include <string>

#include "sosik/base/result.hpp"
#include "sosik/base/url.hpp"
#include "sosik/net/outbound.hpp"

namespace sosik {

// "hub.example", "[2001:db8::1]:8080": the authority as the Host field spells it, without the
// scheme's own port.
std::string host_field(const HttpUrl&);

// `host` is the url's host_field. Fails (invalid) on a method, name or value that could be read as
// something else (a line break, a space in a name), and on the names that the client writes itself.
Result<std::string> request_bytes(const OutboundRequest&, const HttpUrl&, std::string_view host,
                                  const OutboundOptions&);

}  // namespace sosik
