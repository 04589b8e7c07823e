// Receivers of every kind of bad manners, on real sockets: what the outbound client makes of them,
// in bounded time and memory (N-188).
#include "catch.hpp"
#include "outbound_calls.hpp"

using namespace sosik;
using Kind = Reply::Kind;

TEST_CASE("Whatever a receiver answers, there is one verdict on it [N-188]", "[net][http]") {
  struct Row {
    std::string what;
    Reply reply;
    std::string verdict;
    std::size_t body = 0;
  };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  auto row = GENERATE_COPY(values<Row>({
      // Ends.
      {"closes", Reply::close(), "connect"},
      {"resets without an answer", {Kind::reset, ""}, "connect"},
      {"resets in the head", {Kind::reset, "HTTP/1.1 200 O"}, "protocol"},
      {"resets in the body", {Kind::reset, ok + "Content-Length: 9\r\n\r\nhalf"}, "protocol"},
      {"closes in the head", {Kind::answer, "HTTP/1.1 200 O"}, "protocol"},
      // Sizes.
      {"says too long a length", {Kind::answer, ok + "Content-Length: 9\r\n\r\nhalf"}, "protocol"},
      {"says too short a length",
       {Kind::answer, ok + "Content-Length: 2\r\n\r\nlong"},
       "status 200",
       2},
      {"announces a gigabyte",
       {Kind::flood, ok + "Content-Length: 1073741824\r\n\r\n"},
       "status 200",
       65536},
      {"floods without a length", {Kind::flood, ok + "\r\n"}, "status 200", 65536},
      {"floods in a chunk", {Kind::flood, chunked + "40000000\r\n"}, "status 200", 65536},
      {"floods the head", {Kind::flood, ok + "X: "}, "protocol"},
      {"has 16 KB of head",
       {Kind::answer, ok + "X: " + std::string(16384, 'x') + "\r\n\r\n"},
       "protocol"},
      {"floods a chunk's size", {Kind::flood, chunked}, "protocol"},
      // Framing.
      {"chunks well", {Kind::answer, chunked + "4\r\nbody\r\n0\r\n\r\n"}, "status 200", 4},
      {"chunks nonsense", {Kind::answer, chunked + "zz\r\nbody\r\n0\r\n\r\n"}, "protocol"},
      {"chunks without end", {Kind::answer, chunked + "4\r\nbody\r\n"}, "protocol"},
      {"has both framings",
       {Kind::answer, ok + "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
       "protocol"},
      {"continues first",
       {Kind::answer, "HTTP/1.1 100 Continue\r\n\r\n" + Reply::status(202).bytes},
       "status 202"},
      {"hints early",
       {Kind::answer, "HTTP/1.1 103 Early Hints\r\n\r\n" + Reply::status(202).bytes},
       "status 202"},
      {"only ever continues", {Kind::answer, "HTTP/1.1 100 Continue\r\n\r\n"}, "protocol"},
      {"switches", {Kind::answer, "HTTP/1.1 101 Switching Protocols\r\n\r\n"}, "protocol"},
      {"is not HTTP", {Kind::answer, "220 mail.example ESMTP\r\n"}, "protocol"},
      // Every class of status.
      {"200", Reply::status(200), "status 200"},
      {"204", Reply::status(204), "status 204"},
      {"299", Reply::status(299), "status 299"},
      {"301", Reply::status(301, "Location: http://127.0.0.1/\r\n"), "status 301"},
      {"304", Reply::status(304), "status 304"},
      {"404", Reply::status(404), "status 404"},
      {"408", Reply::status(408), "status 408"},
      {"410", Reply::status(410), "status 410"},
      {"429", Reply::status(429), "status 429"},
      {"500", Reply::status(500), "status 500"},
      {"503", Reply::status(503), "status 503"},
      {"599", Reply::status(599), "status 599"},
      {"999", Reply::status(999), "status 999"},
  }));
  INFO(row.what);
  TestReceiver receiver({row.reply});
  auto response = send(options_for(receiver), post(receiver.url("/secret-token")));
  CHECK(verdict_of(response) == row.verdict);
  if (response) CHECK(response->body.size() == row.body);
  if (!response) CHECK(response.error().detail.find("secret") == std::string::npos);  // [N-174]
  CHECK(receiver.requests().size() == 1);
  CHECK(receiver.connections() == 1);
}

TEST_CASE("A connection that is reset when it is accepted has failed to connect", "[net][http]") {
  TestReceiver receiver({Reply::status(200)});
  receiver.reset_at_accept();
  CHECK(verdict_of(send(options_for(receiver), post(receiver.url()))) == "connect");
}

TEST_CASE("An answer that comes byte by byte is read", "[net][http]") {
  // Each byte in a piece of its own, as far as the sockets let that happen.
  const std::string bytes = "HTTP/1.1 202 Accepted\r\nContent-Length: 6\r\n\r\nthanks";
  TestReceiver receiver({Reply{Kind::trickle, bytes}});
  auto response = send(options_for(receiver), post(receiver.url()));
  REQUIRE(verdict_of(response) == "status 202");
  CHECK(response->body == "thanks");
}

TEST_CASE("Who answers before the request is read is heard", "[net][http]") {
  // The receiver reads the head only, of a request that is larger than sockets hold.
  TestReceiver receiver({Reply{Kind::deaf, Reply::status(413, "", "too much").bytes}});
  receiver.answer_heads();
  auto request = post(receiver.url(), std::string(64 * 1024 * 1024, 'x'));
  auto response = send(options_for(receiver), std::move(request));
  REQUIRE(verdict_of(response) == "status 413");
  CHECK(response->body == "too much");
}

TEST_CASE("The answer to HEAD has no body, whatever length it names", "[net][http]") {
  TestReceiver receiver({Reply{Kind::persist, "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"}});
  Caller caller(options_for(receiver));
  for (int i = 0; i < 2; ++i) {
    auto request = post(receiver.url(), "");
    request.method = "HEAD";
    CHECK(verdict_of(caller.send(std::move(request))) == "status 200");
  }
  CHECK(receiver.connections() == 1);
}
