#include "catch.hpp"
#include "messaging.hpp"

using namespace sosik;
using Kind = Verdict::Kind;

namespace {

const Target cloud = target(TargetKind::rsscloud, "http://rpc.rsscloud.io:5337/ping");

}  // namespace

TEST_CASE("A cloud is told the feed in a form [N-117]", "[publish][rsscloud]") {
  auto messenger = make_rsscloud_messenger();
  auto request = request_of(
      *messenger, delivery(TargetKind::rsscloud, "https://blog.example/%EA%B8%80/rss.xml"), cloud);
  REQUIRE(request.has_value());
  CHECK(request->method == "POST");
  CHECK(request->url == cloud.url);
  CHECK(header(*request, "Content-Type") == "application/x-www-form-urlencoded");
  CHECK(request->body == "url=https%3A%2F%2Fblog.example%2F%25EA%25B8%2580%2Frss.xml");
}

TEST_CASE("Only a result that says success is told, in XML or JSON [N-117]",
          "[publish][rsscloud]") {
  auto messenger = make_rsscloud_messenger();
  auto [status, body, kind, error_class] = GENERATE(table<int, std::string, Kind, std::string>({
      {200, "<result success=\"true\" msg=\"Thanks for the ping.\"/>", Kind::told, ""},
      {200, "<?xml version=\"1.0\"?>\n<result success=\"true\" msg=\"\"></result>", Kind::told, ""},
      {200, R"({"success":true,"msg":"Thanks for the ping."})", Kind::told, ""},
      {200, "<result success=\"false\" msg=\"No such resource\"/>", Kind::over, "rejected"},
      {200, R"({"success":false,"msg":"No such resource"})", Kind::over, "rejected"},
      {200, R"({"success":false})", Kind::over, "rejected"},
      {400, "<result success=\"false\" msg=\"bad\"/>", Kind::over, "rejected"},
      {200,
       "<result success=\"false\" msg=\"The ping was cancelled because we failed when reading the "
       "resource at URL x.\"/>",
       Kind::later, "rejected"},
      {200,
       "<result success=\"false\" msg=\"Can't accept the request because the minimum seconds "
       "between pings is 5 and you pinged us 2 seconds ago.\"/>",
       Kind::later, "rejected"},
      {200, "<result/>", Kind::later, "protocol"},
      {200, "<html>Welcome</html>", Kind::later, "protocol"},
      {200, R"({"success":"true"})", Kind::later, "protocol"},
      {204, "", Kind::later, "protocol"},
      {404, "<result success=\"true\"/>", Kind::over, "status"},
      {429, "", Kind::later, "status"},
      {500, "<result success=\"false\" msg=\"x\"/>", Kind::later, "status"},
      {302, "", Kind::later, "status"},
  }));
  INFO(status << ' ' << body);
  auto verdict = judge(*messenger, cloud, response(status, body));
  CHECK(verdict.kind == kind);
  CHECK(verdict.error_class == error_class);
  CHECK(verdict.ends_target.empty());
}

TEST_CASE("A cloud's ping follows 307 and 308 [N-187]", "[publish][rsscloud]") {
  auto messenger = make_rsscloud_messenger();
  auto moved = response(308);
  moved.headers.emplace_back("location", "/other");
  auto verdict = judge(*messenger, cloud, moved);
  CHECK(verdict.kind == Kind::again);
  CHECK(verdict.again_url == "http://rpc.rsscloud.io:5337/other");
}
