// One call of the admin API as handlers see it: plain values in, plain values out. A handler is a
// function of the call alone; sockets, tokens and the rendering of problems are the server's.
#pragma once
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sosik/admin/api.hpp"
#include "sosik/base/result.hpp"
#include "sosik/store/store.hpp"

namespace sosik::admin {

using Json = nlohmann::ordered_json;

constexpr std::string_view json_type = "application/json";

struct ApiRequest {
  std::string method;                 // HEAD has become GET
  std::vector<std::string> captures;  // what stands for {...} in the path, decoded
  std::vector<std::pair<std::string, std::string>> query;  // decoded
  std::string content_type;                                // lower case, without parameters
  std::optional<std::string> if_match, if_none_match;
  std::string answer_type{json_type};  // of the route's types the one that Accept prefers
  std::string body;
};

// What is wrong with one member of a body or one parameter of a query.
struct FieldError {
  std::string where;  // "#/tags/0" (RFC 6901, as a fragment) or the parameter's name
  std::string detail;
  bool is_parameter = false;
};
using FieldErrors = std::vector<FieldError>;

// An answer that is an error, as RFC 9457 has it.
struct Problem {
  int status = 500;
  std::string detail;  // for the client
  FieldErrors errors;
};

struct ApiAnswer {
  int status = 200;
  std::string body;
  std::string content_type{json_type};
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<Problem> problem;  // then status, body and content_type are made from it
  // What follows from the call once it is on the disk: ApiContext's two callbacks.
  bool wrote_posts = false, owes_deliveries = false;
  // There is nothing yet: ask again when something has happened, at most so long after the call.
  std::optional<std::chrono::seconds> may_wait;
};

struct ApiCall {
  const ApiRequest& request;
  Store& store;
  const ApiContext& context;
  const Site site;
};

// Fails with what the store says (unavailable, corrupt, conflict, invalid, not_found).
using Handler = Result<ApiAnswer> (*)(const ApiCall&);

// Ill-formed bytes of old rows become U+FFFD.
std::string json_text(const Json&);
ApiAnswer answer(int status, const Json& body);
ApiAnswer no_content();  // 204
ApiAnswer problem(int status, std::string detail, FieldErrors errors = {});

// Of what went wrong inside: what the client may know. `detail` of unavailable and corrupt is for
// the log only.
Problem problem_of(const Error&);
std::string_view status_text(int status);
// The document of the problem (application/problem+json); `instance` names the call.
std::string problem_text(const Problem&, std::string_view instance);

}  // namespace sosik::admin
