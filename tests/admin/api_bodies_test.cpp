// What the admin API reads of a request: heads, bodies, and where one ends and the next begins.
#include "api_server.hpp"

using namespace sosik;

TEST_CASE("What the head refuses is refused before the body is read", "[admin][api][threads]") {
  ApiServer site;
  auto [line, token, rest, status] = GENERATE(table<std::string, std::string, std::string, int>({
      {"PUT /api/v1/posts/a", "", "Content-Length: 5\r\n", 401},
      {"PUT /api/v1/posts/a", "reader", "Content-Length: 5\r\n", 403},
      {"PATCH /api/v1/posts/a", "writer", "Content-Length: 5\r\n", 405},
      {"POST /api/v1/nothing", "writer", "Content-Length: 5\r\n", 404},
      {"PUT /api/v1/posts/a", "writer", "Content-Length: 33554433\r\n", 413},
      {"POST /api/v1/endpoints", "boss", "Content-Length: 65537\r\n", 413},
      {"PUT /api/v1/posts/a", "writer", "Content-Length: 5\r\nContent-Encoding: gzip\r\n", 415},
      {"PUT /api/v1/posts/a", "writer",
       "Content-Length: 5\r\nContent-Type: application/json; charset=euc-kr\r\n", 415},
      {"PUT /api/v1/posts/a", "writer", "Content-Length: 5\r\nAccept: text/html\r\n", 406},
      {"PUT /api/v1/posts/a", "writer", "Content-Length: 5\r\nExpect: 200-ok\r\n", 417},
      {"PUT /api/v1/posts/%FF", "writer", "Content-Length: 5\r\n", 400},
      {"PUT /api/v1/posts/a?q=%FF", "writer", "Content-Length: 5\r\n", 400},
      {"GET /api/v1/posts", "reader", "Content-Length: 5\r\n", 400},
  }));
  INFO(line << " " << rest);
  RawClient client = site.connect();
  const auto response = client.ask(head(line, token, rest));
  CHECK(response.status == status);
  CHECK(response.field("connection") == "close");
  if (status == 405) CHECK(response.field("allow") == "GET, HEAD, PUT, DELETE");
  client.half_close();
  CHECK(client.is_closed());
}

TEST_CASE("A body comes by length, in chunks, or after 100 Continue", "[admin][api][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  const std::string line = "PUT " + posts + "/%EA%B0%80";
  CHECK(client.ask(with_body(line, "writer", R"({"title": "하나"})")).status == 201);
  CHECK(client
            .ask(head(line, "writer",
                      "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n") +
                 "8\r\n{\"title\"\r\na\r\n: \"이\"}  \r\n0\r\nHost: evil\r\n\r\n")
            .status == 200);
  CHECK(site.store->read_post(1, "가").value().title == "이");

  const std::string body = R"({"title": "셋"})";
  const auto go_on =
      client.ask(head(line, "writer",
                      "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n"));
  CHECK(go_on.status == 100);
  CHECK(client.ask(body).status == 200);
  CHECK(site.store->read_post(1, "가").value().title == "셋");
}

TEST_CASE("A client that asks before it sends is refused before it sends",
          "[admin][api][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  CHECK(client
            .ask(head("PUT " + posts + "/a", "nobody",
                      "Expect: 100-continue\r\nContent-Length: 30000000\r\n"))
            .status == 401);
}

TEST_CASE("A chunked body may be as long as one with a length, and no longer",
          "[admin][api][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  client.send(head("POST /api/v1/endpoints", "boss",
                   "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n") +
              "8000\r\n" + std::string(0x8000, ' ') + "\r\n8001\r\n" + std::string(0x8001, ' '));
  CHECK(client.read().status == 413);
}

TEST_CASE("Two requests are never taken for others than they are [H-001] [H-040] [H-042] [H-047]",
          "[admin][api][threads]") {
  ApiServer site;
  const std::string fields =
      GENERATE(as<std::string>{}, "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
               "Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n",
               "Content-Length: 5\r\nContent-Length: 6\r\n", "Transfer-Encoding: gzip\r\n",
               "Transfer-Encoding: identity\r\n", "Transfer-Encoding: chunked, gzip\r\n",
               "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: xchunked\r\n",
               "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
               "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", "Host: other\r\n",
               "X-A: b\r\n folded\r\n", "Content-Length: +5\r\n", "X-A : b\r\n");
  INFO(fields);
  RawClient client = site.connect();
  const auto response =
      client.ask(head("POST " + posts, "writer", fields) + "0\r\n\r\nDELETE " + posts +
                 "/a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sosik_boss\r\n\r\n");
  CHECK(response.status == 400);
  CHECK(response.field("connection") == "close");
  client.half_close();
  CHECK(client.is_closed());
}

TEST_CASE("A request line that is none is refused [H-042] [H-044]", "[admin][api][threads]") {
  ApiServer site;
  auto [request, status] = GENERATE(table<std::string, int>({
      {"POST /api/v1/posts HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400},
      {"GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n", 417},
      {"GET /api/v1/posts HTTP/1.1\r\n\r\n", 400},
      {"GET /api/v1/posts HTTP/1.1\r\nHost: \r\n\r\n", 400},
      {"GET /api/v1/\xEA\xB0\x80 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET api/v1/posts HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /api/v1/posts#a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /api/v1/posts HTTP/3.0\r\nHost: x\r\n\r\n", 505},
      {"GET /" + std::string(17000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 431},
  }));
  INFO(request.substr(0, 60));
  RawClient client = site.connect();
  const auto response = client.ask(request);
  CHECK(response.status == status);
  CHECK(response.field("connection") == "close");
  const std::string title = problem_in(response)["title"];
  CHECK(response.head.find(std::to_string(status) + " " + title.substr(0, 3)) != std::string::npos);
  site.log.await("a request was refused by its head id=" + response.field("x-request-id"));
}

TEST_CASE("An empty line before a request is passed over [H-045]", "[admin][api][threads]") {
  ApiServer site;
  RawClient client = site.connect();
  CHECK(client.ask("\r\n" + head("GET " + posts, "reader")).status == 200);
}
