// The table of the admin API's routes. docs/openapi.json describes the same ones; a test compares.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api_call.hpp"
#include "sosik/model/token.hpp"

namespace sosik::admin {

constexpr std::size_t small_body = 64 * 1024, post_body = 32 * 1024 * 1024;
// Of a call that its signature vouches for, which can be checked only when all of it is there.
constexpr std::size_t signed_body = 1024 * 1024;

struct Route {
  std::string_view method, path;  // "/api/v1/posts/{id}": {} takes a segment that is not empty
  TokenScope scope;
  std::string_view operation;  // operationId
  Handler handler;
  std::size_t max_body = small_body;
  bool may_be_signed = false;         // by the secret of hooks, instead of a token
  std::string_view also = json_type;  // another media type that the same bytes may be asked for as
};

std::span<const Route> routes();

struct RouteMatch {
  const Route* route = nullptr;
  std::vector<std::string> captures;
  std::string allow;           // no route, but the path is known: its methods
  bool is_ill_formed = false;  // the path is no path: bad escapes, controls
};
// `method` as it came; HEAD finds GET's route. `path` is still percent-encoded: an encoded '/' is
// no separator (H-273).
RouteMatch match_route(std::string_view method, std::string_view path);

}  // namespace sosik::admin
