#include "routes.hpp"

#include <algorithm>
#include <optional>

#include "handlers.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"

namespace sosik::admin {
namespace {

using enum TokenScope;

// A literal segment stands before {...} at its place.
constexpr Route table[] = {
    {"GET", "/api/v1/posts", read, "listPosts", list_posts},
    {"POST", "/api/v1/posts", publish, "createPost", create_post, post_body},
    {"GET", "/api/v1/posts/{id}", read, "getPost", get_post},
    {"PUT", "/api/v1/posts/{id}", publish, "putPost", put_post, post_body},
    {"DELETE", "/api/v1/posts/{id}", publish, "deletePost", delete_post},
    {"GET", "/api/v1/events", read, "listEvents", list_events},
    {"GET", "/api/v1/deliveries", read, "listDeliveries", list_deliveries},
    {"POST", "/api/v1/deliveries/replay", admin, "replayDeliveries", replay_deliveries},
    {"GET", "/api/v1/deliveries/{id}", read, "getDelivery", get_delivery},
    {"POST", "/api/v1/deliveries/{id}/replay", admin, "replayDelivery", replay_delivery},
    {"GET", "/api/v1/endpoints", admin, "listEndpoints", list_endpoints},
    {"POST", "/api/v1/endpoints", admin, "createEndpoint", create_endpoint},
    {"GET", "/api/v1/endpoints/{id}", admin, "getEndpoint", get_endpoint},
    {"PUT", "/api/v1/endpoints/{id}", admin, "putEndpoint", put_endpoint},
    {"DELETE", "/api/v1/endpoints/{id}", admin, "deleteEndpoint", delete_endpoint},
    {"POST", "/api/v1/endpoints/{id}/rotate", admin, "rotateEndpoint", rotate_endpoint},
    {"POST", "/api/v1/endpoints/{id}/revoke-previous", admin, "revokePreviousSecret",
     revoke_previous_secret},
    {"POST", "/api/v1/endpoints/{id}/enable", admin, "enableEndpoint", enable_endpoint},
    {"POST", "/api/v1/endpoints/{id}/disable", admin, "disableEndpoint", disable_endpoint},
    {"POST", "/api/v1/endpoints/{id}/recover", admin, "recoverEndpoint", recover_endpoint},
    {"GET", "/api/v1/feeds", read, "listFeeds", list_feeds},
    {"POST", "/api/v1/hooks/generic", publish, "takeHook", take_hook, post_body, true},
    {"GET", "/api/v1/openapi.json", read, "getOpenApi", get_openapi, small_body, false,
     "application/openapi+json"},
};

// The first segment of a path that begins with '/', which is taken off.
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto end = std::min(path.find('/'), path.size());
  const auto segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

// What stands for the braces, still encoded; nothing when the path is another one.
std::optional<std::vector<std::string_view>> fit(std::string_view pattern, std::string_view path) {
  std::vector<std::string_view> found;
  while (pattern.starts_with('/') && path.starts_with('/')) {
    const auto wanted = next_segment(pattern);
    const auto got = next_segment(path);
    if (wanted.starts_with('{') && !got.empty())
      found.push_back(got);
    else if (wanted != got)
      return std::nullopt;
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return found;
}

// Printable text in UTF-8; nothing else is the name of a thing (H-273).
std::optional<std::string> decoded(std::string_view segment) {
  auto text = decode_percent(segment);
  if (!text || !is_valid_utf8(*text)) return std::nullopt;
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  if (std::any_of(text->begin(), text->end(), is_control)) return std::nullopt;
  return *std::move(text);
}

}  // namespace

std::span<const Route> routes() { return table; }

RouteMatch match_route(std::string_view method, std::string_view path) {
  RouteMatch match;
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  for (const Route& route : table) {
    const auto captures = fit(route.path, path);
    if (!captures) continue;
    if (route.method != wanted) {
      if (!match.allow.empty()) match.allow += ", ";
      match.allow += route.method == "GET" ? "GET, HEAD" : route.method;
      continue;
    }
    match.allow.clear();
    match.route = &route;
    for (const auto segment : *captures) {
      auto text = decoded(segment);
      match.is_ill_formed = match.is_ill_formed || !text;
      match.captures.push_back(text.value_or(""));
    }
    break;
  }
  return match;
}

}  // namespace sosik::admin
