#include "catch.hpp"
#include "messaging.hpp"

using namespace sosik;
using Kind = Verdict::Kind;

TEST_CASE("A hub is told the topic by both names, encoded exactly once [N-006][K-067]",
          "[publish][websub]") {
  auto messenger = make_websub_messenger();
  auto hub = target(TargetKind::websub, "https://hub.example/");
  auto request = request_of(
      *messenger,
      delivery(TargetKind::websub, "https://blog.example/category/%EA%B0%9C%EB%B0%9C/rss.xml"), hub,
      site(), now);
  REQUIRE(request.has_value());
  CHECK(request->method == "POST");
  CHECK(request->url == "https://hub.example/");
  CHECK(header(*request, "Content-Type") == "application/x-www-form-urlencoded");
  const std::string topic =
      "https%3A%2F%2Fblog.example%2Fcategory%2F%25EA%25B0%259C%25EB%25B0%259C%2Frss.xml";
  CHECK(request->body == "hub.mode=publish&hub.url=" + topic + "&hub.topic=" + topic);
}

TEST_CASE("Any 2xx of a hub is told, everything else is tried again [N-008]", "[publish][websub]") {
  auto messenger = make_websub_messenger();
  auto hub = target(TargetKind::websub, "https://hub.example/");
  auto [status, kind] = GENERATE(table<int, Kind>({{200, Kind::told},
                                                   {202, Kind::told},
                                                   {204, Kind::told},
                                                   {301, Kind::later},
                                                   {302, Kind::later},
                                                   {400, Kind::later},
                                                   {404, Kind::later},
                                                   {429, Kind::later},
                                                   {500, Kind::later},
                                                   {503, Kind::later}}));
  INFO(status);
  auto verdict = judge(*messenger, hub, response(status));
  CHECK(verdict.kind == kind);
  CHECK(verdict.error_class == (kind == Kind::told ? "" : "status"));
}

TEST_CASE("A publish follows 307 and 308, never from https to http [N-187]", "[publish][websub]") {
  auto messenger = make_websub_messenger();
  auto hub = target(TargetKind::websub, "https://hub.example/old");
  auto moved = response(308);
  moved.headers.emplace_back("location", "/new");
  auto verdict = judge(*messenger, hub, moved);
  CHECK(verdict.kind == Kind::again);
  CHECK(verdict.again_url == "https://hub.example/new");
  auto lowered = response(307);
  lowered.headers.emplace_back("location", "http://hub.example/new");
  CHECK(judge(*messenger, hub, lowered).kind == Kind::later);
  CHECK(judge(*messenger, hub, response(307)).kind == Kind::later);
}
