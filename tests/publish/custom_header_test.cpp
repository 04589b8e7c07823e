#include "sosik/publish/custom_header.hpp"

#include "catch.hpp"

using namespace sosik;

TEST_CASE("A webhook's own headers cannot take the place of ours, or break a line [N-161]",
          "[publish][webhook]") {
  auto [name, value, is_good] = GENERATE(table<std::string, std::string, bool>({
      {"Authorization", "Bearer abc", true},
      {"X-Sosik", "a b", true},
      {"CF-Access-Client-Id", "x", true},
      {"Host", "x", false},
      {"hOST", "x", false},
      {"Content-Type", "text/plain", false},
      {"content-length", "0", false},
      {"Content-Anything", "x", false},
      {"webhook-id", "x", false},
      {"Webhook-Signature", "v1,x", false},
      {"User-Agent", "x", false},
      {"Connection", "close", false},
      {"Transfer-Encoding", "chunked", false},
      {"Accept-Encoding", "gzip", false},
      {"Proxy-Authorization", "x", false},
      {"Expect", "100-continue", false},
      {"", "x", false},
      {"X A", "x", false},
      {"X:", "x", false},
      {"X\r\nY", "x", false},
      {"X-Name", "a\r\nHost: b", false},
      {"X-Name", "a\nb", false},
      {"X-Name", "", false},
      {"X-Name", " a", false},
      {"X-Name", "한글", false},
      {"X-Name", std::string("a\0b", 3), false},
      {"X-Name", std::string(5000, 'a'), false},
  }));
  INFO(name << ": " << value);
  CHECK(check_webhook_header(name, value).has_value() == is_good);
}

TEST_CASE("What is wrong with a header is told without its value [N-164]", "[publish][webhook]") {
  const auto checked = check_webhook_header("X-Key", "geheim\n");
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().detail.find("geheim") == std::string::npos);
}

TEST_CASE("A purge call may say what its body is", "[publish][purge]") {
  CHECK(check_purge_header("Content-Type", "application/json").has_value());
  CHECK(check_purge_header("Fastly-Key", "{token}").has_value());
  CHECK_FALSE(check_purge_header("Content-Length", "3").has_value());
  CHECK_FALSE(check_purge_header("Host", "x").has_value());
}
