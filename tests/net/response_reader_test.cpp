#include "response_reader.hpp"

#include "catch.hpp"

using namespace sosik;
using State = ResponseReader::State;

namespace {

struct Read {
  State state;
  OutboundResponse response;
  std::string why;
};

// Fed `step` bytes at a time, then closed.
Read read(const std::string& bytes, std::size_t step, std::size_t max_body = 64 * 1024) {
  ResponseReader reader(16 * 1024, max_body);
  auto state = State::wants_more;
  for (std::size_t at = 0; at < bytes.size() && state == State::wants_more; at += step) {
    state = reader.feed(std::string_view(bytes).substr(at, step));
  }
  if (state == State::wants_more) state = reader.close();
  return {state, reader.response(), reader.why()};
}

}  // namespace

TEST_CASE("A response is read the same however its bytes are cut", "[net][http]") {
  auto [bytes, status, body] = GENERATE(table<std::string, int, std::string>({
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more", 200, "hello"},
      {"HTTP/1.0 204\r\n\r\n", 204, ""},
      {"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", 204, ""},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, ""},
      {"HTTP/1.1 500 \r\n\r\nuntil the end", 500, "until the end"},
      {"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0006;a=b\r\n "
       "world\r\n0\r\n"
       "X-Trailer: 1\r\n\r\n",
       202, "hello world"},
      {"HTTP/1.1 200 OK\r\ntransfer-ENCODING:\tChunked \r\n\r\nA\r\n0123456789\r\n0\r\n\r\n", 200,
       "0123456789"},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
       "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
       200, "ok"},
      {"HTTP/1.1 307 Temporary Redirect\r\nLocation: https://a.example/\r\nContent-Length: "
       "0\r\n\r\n",
       307, ""},
  }));
  for (std::size_t step : {1u, 2u, 3u, 7u, 4096u}) {
    INFO(bytes << " by " << step);
    auto got = read(bytes, step);
    CHECK(got.why == "");
    REQUIRE(got.state == State::done);
    CHECK(got.response.status == status);
    CHECK(got.response.body == body);
  }
}

TEST_CASE("What two parsers could read in two ways is refused [N-188]", "[net][http]") {
  auto [bytes, why] = GENERATE(table<std::string, std::string>({
      {"", "closed without an answer"},
      {"SSH-2.0-OpenSSH_9.2\r\n", "not HTTP/1.x"},
      {"HTTP/2 200\r\n\r\n", "not HTTP/1.x"},
      {"HTTP/1.1 20 OK\r\n\r\n", "bad status line"},
      {"HTTP/1.1 099 OK\r\n\r\n", "bad status line"},
      {"HTTP/1.1 2000 OK\r\n\r\n", "bad status line"},
      {"HTTP/1.1  200 OK\r\n\r\n", "bad status line"},
      {"HTTP/1.1 101 Switching Protocols\r\n\r\n", "another protocol"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
       "more than one Content-Length"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello", "a bad Content-Length"},
      {"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", "a bad Content-Length"},
      {"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", "a bad Content-Length"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello", "a bad Content-Length"},
      {"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nhello", "a bad Content-Length"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
       "a bad Content-Length"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "both"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
       "other than chunked"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
       "other than chunked"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nhello", "other than chunked"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\nhello", "other than chunked"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
       "chunked\r\n\r\n0\r\n\r\n",
       "more than one Transfer-Encoding"},
      {"HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello", "bad header line"},
      {"HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\nhello", "bad header line"},
      {"HTTP/1.1 200 OK\r\nno colon\r\n\r\nhello", "bad header line"},
      {std::string("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", 28), "bad header line"},
      {"HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\nhello", "bad header line"},
      {"HTTP/1.1 200 OK\nContent-Length: 0\n\n", "closed in the middle of the head"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "closed in the middle of the body"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
       "closed in the middle of the body"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n",
       "bad chunked coding"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n",
       "bad chunked coding"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n", "bad chunk size"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n", "bad chunk size"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n", "bad chunk size"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\nhello\r\n", "bad chunk size"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
       "bad chunk size"},
  }));
  for (std::size_t step : {1u, 4096u}) {
    INFO(bytes << " by " << step);
    auto got = read(bytes, step);
    REQUIRE(got.state == State::failed);
    CHECK(got.why.find(why) != std::string::npos);
  }
}

TEST_CASE("A head longer than its cap is refused before it ends", "[net][http]") {
  ResponseReader reader(16 * 1024, 1024);
  std::string head = "HTTP/1.1 200 OK\r\n";
  while (head.size() < 16 * 1024) head += "A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
  CHECK(reader.feed(head) == State::failed);
  CHECK(reader.why() == "the head is longer than 16384 bytes");

  std::string informational;
  for (int i = 0; i < 1000; ++i) informational += "HTTP/1.1 102 Processing\r\n\r\n";
  CHECK(read(informational, 512).why == "the head is longer than 16384 bytes");
}

TEST_CASE("A body is cut at its cap, and then nothing more is wanted [N-188]", "[net][http]") {
  std::string big(5000, 'x');
  auto bytes = GENERATE_COPY(
      "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n" + big, "HTTP/1.1 200 OK\r\n\r\n" + big,
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n" + big);
  for (std::size_t step : {1u, 100u, 100000u}) {
    auto got = read(bytes, step, 1024);
    REQUIRE(got.state == State::done);
    CHECK(got.response.status == 200);
    CHECK(got.response.body == std::string(1024, 'x'));
  }
}

TEST_CASE("Headers are found by lower-case name, the first of several", "[net][http]") {
  auto got = read(
      "HTTP/1.1 429 Slow\r\nRetry-After:  120 \r\nX: 1\r\nX: 2\r\nContent-Length: 0\r\n\r\n", 9);
  CHECK(got.response.header("retry-after") == "120");
  CHECK(got.response.header("x") == "1");
  CHECK(got.response.header("absent") == "");
}
