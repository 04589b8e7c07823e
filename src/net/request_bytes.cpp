#include "request_bytes.hpp"

#include <algorithm>
#include <array>

#include "field_syntax.hpp"

namespace sosik {

namespace {

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    auto u = static_cast<unsigned char>(c);
    return u >= 0x20 && u != 0x7f;
  });
}

bool is_same_name(std::string_view name, std::string_view lower_case) {
  return std::equal(name.begin(), name.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return field_lower(a) == b; });
}

bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 12> ours = {
      "host",       "user-agent",        "content-length", "accept-encoding",
      "connection", "transfer-encoding", "expect",         "upgrade",
      "te",         "trailer",           "keep-alive",     "proxy-connection"};
  return std::any_of(ours.begin(), ours.end(),
                     [&](std::string_view one) { return is_same_name(name, one); });
}

template <class... Parts>
void append(std::string& out, const Parts&... parts) {
  (out.append(parts), ...);
}

}  // namespace

std::string host_field(const HttpUrl& url) {
  bool is_v6 = url.host.find(':') != std::string::npos;
  std::string field = is_v6 ? "[" + url.host + "]" : url.host;
  if (url.port != (url.is_https ? 443 : 80)) field += ":" + std::to_string(url.port);
  return field;
}

Result<std::string> request_bytes(const OutboundRequest& request, const HttpUrl& url,
                                  std::string_view host, const OutboundOptions& options) {
  if (!is_token(request.method)) return invalid("the method is not a token");
  if (!is_field_value(options.user_agent))
    return invalid("the user agent holds a control character");
  std::string out;
  out.reserve(512 + url.target.size() + request.body.size());
  append(out, request.method, " ", url.target, " HTTP/1.1\r\nHost: ", host,
         "\r\nUser-Agent: ", options.user_agent,
         "\r\nAccept-Encoding: identity\r\n");  // N-188: no bombs
  // Nothing said, HTTP/1.1 keeps the connection.
  if (!options.keep_alive) append(out, "Connection: close\r\n");
  for (auto& [name, value] : request.headers) {
    if (!is_token(name)) return invalid("the header name \"" + name + "\" is not a token");
    if (is_ours(name)) return invalid("the header " + name + " is written by the client itself");
    if (!is_field_value(value)) return invalid("the header " + name + " holds a control character");
    append(out, name, ": ", value, "\r\n");
  }
  if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD"))
    append(out, "Content-Length: ", std::to_string(request.body.size()), "\r\n");
  append(out, "\r\n", request.body);
  return out;
}

}  // namespace sosik
