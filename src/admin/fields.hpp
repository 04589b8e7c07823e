// Reading what a client sent, member by member or parameter by parameter: each mistake is kept with
// its place, so that all are told at once, and what nobody asked for is a mistake too: a mistyped
// "quiet" must not tell the world.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api_call.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik::admin {

// Of a JSON body; nothing here needs more. Each level and value costs memory, and an object
// compares each name with those before it. docs/openapi.json tells all of these (x-limits).
constexpr std::size_t max_depth = 32, max_members = 1000, max_values = 100'000;
constexpr std::size_t most_told = 100;  // mistakes; who makes more has more to do than to read on
constexpr std::size_t most_elements = 1000;  // of an array, each of which costs the store a row

// The members of one object. null is the same as not there.
class Members {
 public:
  // `value` and `errors` outlive it. `pointer`: of the object itself, "" for the whole body.
  Members(const Json& value, std::string pointer, FieldErrors& errors);

  bool has(std::string_view name);  // also as null
  std::optional<std::string> text(std::string_view name);
  std::optional<std::string> line(std::string_view name);  // text without control characters
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
  std::optional<bool> flag(std::string_view name);
  std::optional<Timestamp> date(std::string_view name, const TimeZone& zone);
  std::optional<std::size_t> choice(std::string_view name, std::span<const std::string_view> words);
  std::optional<std::vector<std::string>> lines(std::string_view name);  // an array of lines
  const Json* array(std::string_view name);
  const Json* object(std::string_view name);

  void wrong(std::string_view name, std::string detail);  // a mistake the caller found
  std::string pointer_to(std::string_view name) const;
  void finish();  // every other member is a mistake

 private:
  const Json* find(std::string_view name);

  const Json& value_;
  const std::string pointer_;
  FieldErrors& errors_;
  std::vector<std::string_view> asked_;
};

// A body that is one JSON object; else the problem: 415 or 400.
struct JsonBody {
  Json value;
  std::optional<ApiAnswer> problem;
};
JsonBody json_body(const ApiRequest&);
// The same, where no body is an empty object.
JsonBody optional_json_body(const ApiRequest&);

// The parameters of the query.
class Parameters {
 public:
  Parameters(const ApiRequest& request, FieldErrors& errors) : request_(request), errors_(errors) {}

  std::optional<std::string> text(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
  bool flag(std::string_view name);  // "true" or "false"; false where it is not there
  std::optional<Timestamp> date(std::string_view name, const TimeZone& zone);
  std::optional<std::size_t> choice(std::string_view name, std::span<const std::string_view> words);
  void wrong(std::string_view name, std::string detail);
  void finish();  // every other parameter, and one that is there twice, is a mistake

 private:
  const ApiRequest& request_;
  FieldErrors& errors_;
  std::vector<std::string_view> asked_;
};

ApiAnswer bad_query(FieldErrors);  // 400
ApiAnswer bad_body(FieldErrors);   // 422

TimeZone zone_of(const Site&);
std::string shown_time(Timestamp);                 // RFC 3339 in UTC
Json shown_time(const std::optional<Timestamp>&);  // or null

}  // namespace sosik::admin
