#include "request_bytes.hpp"

#include <algorithm>
#include <array>

namespace sosik {

namespace {

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    auto u = static_cast<unsigned char>(c);
    return u >= 0x20 && u != 0x7f;
  });
}

bool is_ours(std::string name) {
  constexpr std::array ours = {"host",
                               "user-agent",
                               "content-length",
                               "accept-encoding",
                               "connection",
                               "transfer-encoding",
                               "expect",
                               "upgrade",
                               "te",
                               "trailer"};
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::find(ours.begin(), ours.end(), name) != ours.end();
}

}  // namespace

std::string host_field(const HttpUrl& url) {
  bool is_v6 = url.host.find(':') != std::string::npos;
  std::string field = is_v6 ? "[" + url.host + "]" : url.host;
  if (url.port != (url.is_https ? 443 : 80)) field += ":" + std::to_string(url.port);
  return field;
}

Result<std::string> request_bytes(const OutboundRequest& request, const HttpUrl& url,
                                  const std::string& user_agent) {
  if (!is_token(request.method)) return invalid("the method is not a token");
  if (!is_field_value(user_agent)) return invalid("the user agent holds a control character");
  std::string out = request.method + " " + url.target + " HTTP/1.1\r\n";
  out += "Host: " + host_field(url) + "\r\n";
  out += "User-Agent: " + user_agent + "\r\n";
  out += "Accept-Encoding: identity\r\n";  // N-188: no bombs
  out += "Connection: close\r\n";
  for (auto& [name, value] : request.headers) {
    if (!is_token(name)) return invalid("the header name \"" + name + "\" is not a token");
    if (is_ours(name)) return invalid("the header " + name + " is written by the client itself");
    if (!is_field_value(value)) return invalid("the header " + name + " holds a control character");
    out += name + ": " + value + "\r\n";
  }
  if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")) {
    out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  out += "\r\n";
  return out + request.body;
}

}  // namespace sosik
