// What Beast 1.81 lets pass and must not (H-001..H-045), checked again: whoever stands before this
// listener has to see the same requests as we do.
#pragma once
#include <boost/beast/http.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sosik::admin {

constexpr std::size_t max_head = 16 * 1024;

using RequestParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

// `bytes`: the head, from its first line to the empty one. 0, or the status of a refusal; the
// parser has the head then, and the limit of the body is for the caller to set.
int parse_head(std::string_view bytes, RequestParser&);

struct Target {
  std::string path;                                        // still percent-encoded
  std::vector<std::pair<std::string, std::string>> query;  // decoded, '+' is a blank
};
// Of a target that parse_head has let pass; nothing when the query's escapes are broken.
std::optional<Target> read_target(std::string_view target);

// Every line of that name, joined by ", "; nothing when there is none.
std::optional<std::string> field(const RequestParser&, std::string_view name);
std::optional<std::string> field(const RequestParser&, boost::beast::http::field);

// How much Accept wants an answer of this media type, "application/...": 0 (not at all) to 1000.
int accept_weight(const std::optional<std::string>& accept, std::string_view type);

}  // namespace sosik::admin
