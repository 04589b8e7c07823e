// The table of routes: what finds what, and that docs/openapi.json describes the same.
#include "routes.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "catch.hpp"
#include "openapi_document.hpp"

using namespace sosik;
using namespace sosik::admin;

namespace {

std::string lower(std::string_view method) {
  std::string text(method);
  for (auto& c : text) c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string operation_at(std::string_view method, std::string_view path) {
  const auto match = match_route(method, path);
  return match.route ? std::string(match.route->operation) : "Allow: " + match.allow;
}

}  // namespace

TEST_CASE("Each route is in the API's description, and nothing else is", "[admin][api]") {
  const auto document = nlohmann::json::parse(openapi_document());
  std::set<std::string> described, served;
  for (const auto& [path, item] : document["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      if (method == "parameters") continue;
      std::string upper = method;
      std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
        return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      });
      std::string line = upper + " " + path + " " + operation["operationId"].get<std::string>();
      for (const auto& way : operation["security"])
        line += way.contains("bearer") ? " " + way["bearer"][0].get<std::string>() : " signed";
      if (operation.contains("requestBody")) line += " body";
      const auto& responses = operation["responses"];
      if (responses.contains("200"))
        for (const auto& [type, content] : responses["200"]["content"].items()) line += " " + type;
      described.insert(line);
    }
  }
  for (const Route& route : routes()) {
    std::string line(route.method);
    line.append(" ").append(route.path).append(" ").append(route.operation);
    line.append(" ").append(to_string(route.scope));
    if (route.may_be_signed) line += " signed";
    if (route.method == "PUT" || route.method == "POST") line += " body";
    if (document["paths"][std::string(route.path)][lower(route.method)]["responses"].contains(
            "200"))
      line.append(" application/json");
    if (route.also != json_type) line.append(" ").append(route.also);
    served.insert(line);
  }
  CHECK(described == served);
  CHECK(served.size() == routes().size());
}

TEST_CASE("A path finds its route, a segment for each brace", "[admin][api]") {
  auto [method, path, found] = GENERATE(table<std::string, std::string, std::string>({
      {"GET", "/api/v1/posts", "listPosts"},
      {"HEAD", "/api/v1/posts", "listPosts"},
      {"GET", "/api/v1/posts/", "Allow: "},
      {"GET", "/api/v1/posts/a", "getPost"},
      {"GET", "/api/v1/posts/a/b", "Allow: "},
      {"GET", "/api/v1/posts/a%2Fb", "getPost"},
      {"PATCH", "/api/v1/posts/a", "Allow: GET, HEAD, PUT, DELETE"},
      {"POST", "/api/v1/deliveries/replay", "replayDeliveries"},
      {"POST", "/api/v1/deliveries/7/replay", "replayDelivery"},
      {"PUT", "/api/v1/deliveries/replay", "Allow: POST, GET, HEAD"},
      {"GET", "/api/v1/subscriptions", "Allow: "},
      {"GET", "/api/v1", "Allow: "},
      {"get", "/api/v1/posts", "Allow: GET, HEAD, POST"},
  }));
  INFO(method << " " << path);
  CHECK(operation_at(method, path) == found);
}

TEST_CASE("What stands in the path is decoded once, and must be text [H-273]", "[admin][api]") {
  CHECK(match_route("GET", "/api/v1/posts/%ED%95%9C%EA%B8%80%2F1").captures[0] == "한글/1");
  CHECK(match_route("GET", "/api/v1/posts/a%252Fb").captures[0] == "a%2Fb");
  const std::string bad =
      GENERATE(as<std::string>{}, "%00", "%0A", "%FF", "%", "%4", "%C0%AF", "%7F");
  INFO(bad);
  CHECK(match_route("GET", "/api/v1/posts/" + bad).is_ill_formed);
}
