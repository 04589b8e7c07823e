#include "request_head.hpp"

#include <random>

#include "catch.hpp"

using namespace sosik;

namespace {

// What becomes of bytes that arrive in steps of `step`: 0 while incomplete, 200 when understood,
// else the refusal.
struct Outcome {
  int status = 0;
  std::string path;
  std::size_t end = 0;
};

Outcome read_in_steps(const std::string& bytes, std::size_t step) {
  const RequestLimits limits;
  HeadScan scan;
  std::string arrived;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    arrived += bytes.substr(at, step);
    const FoundHead found = find_head(arrived, scan, limits);
    if (found.state == FoundHead::State::refused) return {found.status, "", 0};
    if (found.state == FoundHead::State::incomplete) continue;
    RequestParser parser(limits);
    const int status = parse_head(arrived.data(), scan, found.end, parser);
    if (status != 0) return {status, "", found.end};
    return {200, std::string(parser.request.path), found.end};
  }
  return {};
}

const std::string valid =
    "\r\nGET /tag/%ED%95%9C/rss.xml?x=/y HTTP/1.2\r\nHost: blog.example:8080\r\n"
    "Accept-Encoding: gzip\r\nIf-None-Match: \"a\"\r\nIf-None-Match: \"b\"\r\n\r\n";

}  // namespace

TEST_CASE("A head keeps the headers that answers depend on", "[server][H-063]") {
  const RequestLimits limits;
  HeadScan scan;
  std::string bytes = valid + "left over";
  const FoundHead found = find_head(bytes, scan, limits);
  REQUIRE(found.state == FoundHead::State::complete);
  CHECK(bytes.substr(found.end) == "left over");
  RequestParser parser(limits);
  REQUIRE(parse_head(bytes.data(), scan, found.end, parser) == 0);
  const Request& request = parser.request;
  CHECK(request.method == Method::get);
  CHECK(request.path == "/tag/%ED%95%9C/rss.xml");
  CHECK(request.accept_encoding == "gzip");
  CHECK(request.if_none_match == "\"a\", \"b\"");
  CHECK(request.keep_alive);
  CHECK_FALSE(request.accept);
  CHECK_FALSE(request.has_body);
}

TEST_CASE("A header that was sent empty is not absent", "[server][H-130]") {
  const RequestLimits limits;
  HeadScan scan;
  std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding:\r\n\r\n";
  const FoundHead found = find_head(bytes, scan, limits);
  RequestParser parser(limits);
  REQUIRE(parse_head(bytes.data(), scan, found.end, parser) == 0);
  CHECK(parser.request.accept_encoding == "");
}

TEST_CASE("An absolute target gives its path", "[server][H-019]") {
  const auto [target, path] = GENERATE(table<std::string, std::string>({
      {"http://a/rss.xml", "/rss.xml"},
      {"https://A:443/rss.xml?x", "/rss.xml"},
      {"HTTP://a", "/"},
      {"http://a?x=/y", "/"},
      {"http://[::1]:80/", "/"},
  }));
  const Outcome outcome = read_in_steps("GET " + target + " HTTP/1.1\r\nHost: b\r\n\r\n", 1000);
  CHECK(outcome.status == 200);
  CHECK(outcome.path == path);
}

TEST_CASE("However the bytes arrive, the outcome is the same", "[server][H-032]") {
  // Valid heads, each with a few octets changed by a fixed seed: what one read understands or
  // refuses, many reads do too.
  std::mt19937 random(20261123);
  const std::string octets(
      "\r\n\0 \t:/%#*\x80\xFF"
      "1aZ",
      16);
  int understood = 0, refused = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string bytes = valid;
    for (unsigned changes = random() % 4; changes > 0; --changes)
      bytes[random() % bytes.size()] = octets[random() % octets.size()];
    const Outcome whole = read_in_steps(bytes, bytes.size());
    const Outcome pieces = read_in_steps(bytes, 1 + random() % 7);
    INFO("round " << round << ": " << bytes);
    REQUIRE(pieces.status == whole.status);
    REQUIRE(pieces.path == whole.path);
    REQUIRE(pieces.end == whole.end);
    understood += whole.status == 200;
    refused += whole.status >= 400;
  }
  CHECK(understood > 500);
  CHECK(refused > 500);
}

TEST_CASE("Hosts are names, addresses and ports", "[server][H-007]") {
  for (const char* host : {"a", "blog.example", "blog.example:8080", "blog.example:", "127.0.0.1",
                           "[::1]", "[2001:db8::1]:80", "xn--bj0bj06e.kr", "%EA%B0%80.kr", "a_b",
                           "blog.example.", "blog.example.:80"}) {
    INFO(host);
    CHECK(is_valid_host(host));
  }
  for (const char* host :
       {"",       ":80",  "a b",      "a/b",     "a@b",    "a,b c", "[::1", "[]",
        "[g::1]", "a:8x", "a:123456", "a:80:80", "[::1]x", "%4",    "%zz",  "한글.kr",
        "a#b",    "a,b",  "..",       ".",       ".a",     "a..b",  "a;b",  "..:80"}) {
    INFO(host);
    CHECK_FALSE(is_valid_host(host));
  }
}
