// docs/openapi.json against the handlers, limit by limit: what it allows is taken, what it does not
// is refused by name; and nothing has a limit that it does not tell.
#include <set>

#include "api_fixture.hpp"
#include "fields.hpp"
#include "openapi_document.hpp"

using namespace sosik;
using namespace sosik::admin;

namespace {

using nlohmann::json;

// Calls with bodies that a schema of the document describes.
class Described {
 public:
  Described(std::string method, std::string target, const std::string& schema, json needed)
      : method_(std::move(method)),
        target_(std::move(target)),
        schema_(document_["components"]["schemas"][schema]),
        needed_(std::move(needed)) {}

  void hold() {
    hold_object(schema_, "#", needed_, [](json body) { return body; });
  }

 private:
  using Wrap = std::function<json(json)>;  // the whole body with that value in its place

  // What `schema` takes, as short as it may be.
  static json example(const json& schema) {
    if (schema.contains("oneOf")) return example(schema["oneOf"].back());
    if (schema.contains("enum")) return schema["enum"][0];
    if (schema["type"] != "object")
      return schema["type"] == "string" ? json("https://a.example/") : json(1);
    json made = json::object();
    for (const auto& name : schema.value("required", json::array()))
      made[name] = example(schema["properties"][name]);
    if (made.empty()) made["name"] = "가";  // of authors
    return made;
  }

  bool complains_of(const json& body, const std::string& pointer) {
    const auto answer = blog_.ask({method_, target_, body.dump()});
    if (!answer.problem) return false;
    const auto& errors = answer.problem->errors;
    return answer.problem->status == 422 &&
           std::ranges::any_of(errors, [&](const FieldError& e) { return e.where == pointer; });
  }

  void hold_object(const json& schema, const std::string& pointer, const json& others,
                   const Wrap& wrap) {
    for (const auto& [name, member] : schema["properties"].items()) {
      const Wrap inside = [&wrap, &others, key = name](json value) {
        json object = others;
        object[key] = std::move(value);
        return wrap(std::move(object));
      };
      hold_value(member, pointer + "/" + name, inside);
    }
  }

  void hold_value(const json& schema, const std::string& pointer, const Wrap& wrap) {
    INFO(pointer);
    for (const auto& way : schema.value("oneOf", json::array())) hold_value(way, pointer, wrap);
    if (!schema.contains("type")) return;
    const std::set<std::string> types = schema["type"].is_array()
                                            ? schema["type"].get<std::set<std::string>>()
                                            : std::set<std::string>{schema["type"]};
    if (types.contains("object") && schema.contains("properties"))
      hold_object(schema, pointer, example(schema), wrap);
    if (types.contains("array")) {
      REQUIRE(schema.contains("maxItems"));
      const std::size_t most = schema["maxItems"];
      const auto element = example(schema["items"]);
      CHECK_FALSE(complains_of(wrap(json(most, element)), pointer));
      CHECK(complains_of(wrap(json(most + 1, element)), pointer));
      hold_value(schema["items"], pointer + "/0",
                 [&](json value) { return wrap(json::array({std::move(value)})); });
    }
    if (types.contains("integer")) {
      REQUIRE(schema.contains("minimum"));
      REQUIRE(schema.contains("maximum"));
      const std::int64_t least = schema["minimum"];
      const std::uint64_t most = schema["maximum"];
      CHECK_FALSE(complains_of(wrap(least), pointer));
      CHECK_FALSE(complains_of(wrap(most), pointer));
      CHECK(complains_of(wrap(least - 1), pointer));
      CHECK(complains_of(wrap(most + 1), pointer));
    }
    if (types.contains("string") && schema.contains("enum"))
      CHECK(complains_of(wrap("zzz"), pointer));
    if (types.contains("string") && schema.contains("maxLength")) {
      const std::size_t most = schema["maxLength"];
      CHECK_FALSE(complains_of(wrap(std::string(most, 'a')), pointer));
      CHECK(complains_of(wrap(std::string(most + 1, 'a')), pointer));
    }
    if (types.contains("object") && schema.contains("maxProperties")) {
      const std::size_t most = schema["maxProperties"];
      json object;
      for (std::size_t i = 0; i < most; ++i) object["X-" + std::to_string(i)] = "a";
      CHECK_FALSE(complains_of(wrap(object), pointer));
      object["X-One-More"] = "a";
      CHECK(complains_of(wrap(object), pointer));
    }
  }

  ApiBlog blog_;
  const std::string method_, target_;
  const json document_ = json::parse(openapi_document());
  const json schema_, needed_;
};

}  // namespace

TEST_CASE("What the document says of the members of a body holds", "[admin][api]") {
  Described("PUT", "/api/v1/posts/a", "PostWrite", json::object()).hold();
  Described("POST", "/api/v1/endpoints", "EndpointWrite", {{"url", "https://a.example/"}}).hold();
  Described("POST", "/api/v1/deliveries/replay", "ReplaySelection", {{"target", "a"}}).hold();
}

TEST_CASE("What the document says of numbers in queries holds", "[admin][api]") {
  ApiBlog blog;
  const auto document = json::parse(openapi_document());
  int held = 0;
  const auto is_wrong = [&](const std::string& path, const std::string& name, const auto& value) {
    INFO(path << "?" << name << "=" << value);
    return status_of(blog.get(path + "?" + name + "=" + std::to_string(value))) == 400;
  };
  for (const auto& [path, item] : document["paths"].items()) {
    if (!item.contains("get")) continue;
    for (const auto& parameter : item["get"].value("parameters", json::array())) {
      auto schema = parameter["schema"];
      if (schema.contains("oneOf")) schema = schema["oneOf"][0];
      if (schema["type"] != "integer") continue;
      const std::string name = parameter["name"];
      INFO(path << " " << name);
      REQUIRE(schema.contains("minimum"));
      REQUIRE(schema.contains("maximum"));
      const std::int64_t least = schema["minimum"];
      const std::uint64_t most = schema["maximum"];
      CHECK_FALSE(is_wrong(path, name, least));
      CHECK_FALSE(is_wrong(path, name, most));
      CHECK(is_wrong(path, name, least - 1));
      CHECK(is_wrong(path, name, most + 1));
      ++held;
    }
  }
  CHECK(held == 6);
}

TEST_CASE("The limits of every JSON body are told", "[admin][api]") {
  const auto document = json::parse(openapi_document());
  CHECK(document["x-limits"] == json({{"levels", max_depth},
                                      {"members", max_members},
                                      {"values", max_values},
                                      {"elements", most_elements},
                                      {"errors", most_told}}));
  for (const Route& route : routes()) {
    INFO(route.operation);
    std::string method(route.method);
    for (auto& c : method) c = static_cast<char>(c - 'A' + 'a');
    const auto& operation = document["paths"][std::string(route.path)][method];
    if (!operation.contains("requestBody")) continue;
    CHECK(operation["requestBody"]["x-max-body"] == route.max_body);
    if (route.may_be_signed)
      CHECK(operation["requestBody"]["description"].get<std::string>().find("1,048,576") !=
            std::string::npos);
  }
  CHECK(signed_body == 1'048'576);
}

TEST_CASE("Conditions and conflicts are told where there are some", "[admin][api]") {
  const auto document = json::parse(openapi_document());
  for (const auto& [path, item] : document["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      if (method == "parameters") continue;
      INFO(method << " " << path);
      std::set<std::string> headers;
      for (const auto& parameter : operation.value("parameters", json::array()))
        if (parameter["in"] == "header") headers.insert(parameter["name"].get<std::string>());
      const auto& responses = operation["responses"];
      CHECK(responses.contains("412") == headers.contains("If-Match"));
      CHECK(responses.contains("304") == (method == "get" && headers.contains("If-None-Match")));
      if (headers.contains("webhook-id")) CHECK(responses.contains("409"));  // taken just now
    }
  }
}
