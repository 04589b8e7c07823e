// The admin API's handlers on a store of their own, without sockets: a call goes through the table
// of routes as the server would send it.
#pragma once
#include <algorithm>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "fake_clock.hpp"
#include "openapi_document.hpp"
#include "routes.hpp"
#include "sosik/store/ledger.hpp"
#include "store_file.hpp"

namespace sosik {

struct ApiAsk {
  std::string method, target;
  std::string body = {};
  std::string content_type = "application/json";
  std::string if_match = {}, if_none_match = {};  // empty: not there
};

struct ApiBlog {
  StoreFile file;
  std::unique_ptr<Store> store = file.open();
  FakeClock clock;
  ApiContext context;
  Site site;
  int writes = 0, wakes = 0;
  std::vector<std::pair<std::string, Timestamp>> recovered;

  ApiBlog() {
    site.title = "시험";
    site.public_url = "https://blog.example";
    site.home_url = "https://blog.example/";
    site.id_authority = "blog.example";
    context.open_store = [this] { return open_store(file.url()); };
    context.site = [this](SiteId) { return site; };
    context.clock = &clock;
    context.allowed_ports = {443, 80};
    context.endpoint_secret = [](const Endpoint& e) {
      return "whsec_" + e.id + std::to_string(e.generation);
    };
    context.check_header = [](std::string_view name, std::string_view) -> Result<void> {
      if (name == "Host") return invalid("Host is ours");
      return {};
    };
    context.recover = [this](Store&, const Endpoint& e, Timestamp since) -> Result<std::int64_t> {
      recovered.emplace_back(e.id, since);
      return std::int64_t{3};
    };
  }

  admin::ApiAnswer ask(const ApiAsk& wanted) {
    const auto mark = std::min(wanted.target.find('?'), wanted.target.size());
    auto match = admin::match_route(wanted.method, wanted.target.substr(0, mark));
    if (!match.route) return admin::problem(match.allow.empty() ? 404 : 405, match.allow);
    admin::ApiRequest request;
    request.method = match.route->method;
    request.captures = match.captures;
    request.content_type = wanted.content_type;
    request.body = wanted.body;
    if (!wanted.if_match.empty()) request.if_match = wanted.if_match;
    if (!wanted.if_none_match.empty()) request.if_none_match = wanted.if_none_match;
    std::string_view rest = std::string_view(wanted.target).substr(mark);
    while (!rest.empty()) {  // plain names and values only
      rest.remove_prefix(1);
      const auto pair = rest.substr(0, rest.find('&'));
      const auto equals = std::min(pair.find('='), pair.size());
      request.query.emplace_back(pair.substr(0, equals),
                                 pair.substr(std::min(equals + 1, pair.size())));
      rest.remove_prefix(pair.size());
    }
    const admin::ApiCall call{request, *store, context, site};
    auto answer = match.route->handler(call);
    if (answer) {
      writes += answer->wrote_posts;
      wakes += answer->owes_deliveries;
      check_described(*match.route, *answer);
      return *answer;
    }
    admin::ApiAnswer failed;
    failed.problem = admin::problem_of(answer.error());
    check_described(*match.route, failed);
    return failed;
  }
  // docs/openapi.json names the status of every answer, but for those that any call may get.
  static void check_described(const admin::Route& route, const admin::ApiAnswer& answer) {
    static const auto document = nlohmann::json::parse(admin::openapi_document());
    const int status = answer.problem ? answer.problem->status : answer.status;
    if (status == 400 || status == 404 || status == 415 || status == 422 || status >= 500) return;
    std::string method(route.method);
    for (auto& c : method) c = static_cast<char>(c - 'A' + 'a');
    INFO(route.operation << " answers " << status);
    CHECK(document["paths"][std::string(route.path)][method]["responses"].contains(
        std::to_string(status)));
  }
  admin::ApiAnswer get(const std::string& target) { return ask({"GET", target}); }
};

inline int status_of(const admin::ApiAnswer& answer) {
  return answer.problem ? answer.problem->status : answer.status;
}
inline nlohmann::json json_of(const admin::ApiAnswer& answer) {
  if (answer.problem) {
    INFO(answer.problem->detail);
    REQUIRE_FALSE(answer.problem);
  }
  return nlohmann::json::parse(answer.body);
}
inline std::string header_of(const admin::ApiAnswer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers)
    if (key == name) return value;
  return {};
}
// "#/tags/0: must not be empty", a line each, in order of place.
inline std::string errors_of(const admin::ApiAnswer& answer) {
  REQUIRE(answer.problem);
  std::vector<std::string> lines;
  for (const auto& error : answer.problem->errors)
    lines.push_back(error.where + ": " + error.detail);
  std::sort(lines.begin(), lines.end());
  std::string all;
  for (const auto& line : lines) all += line + "\n";
  return all;
}

}  // namespace sosik
