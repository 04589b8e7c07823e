// Connections kept for the next request: when one is, when none may be, and how they end.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#include "catch.hpp"
#include "outbound_calls.hpp"

using namespace sosik;
namespace asio = boost::asio;
using Kind = Reply::Kind;

namespace {

// The loop turns until `wait`, which blocks, has returned.
template <class Wait>
void run_until(asio::io_context& context, Wait wait) {
  auto work = asio::make_work_guard(context);
  std::thread waiter([&] {
    wait();
    asio::post(context, [&] { work.reset(); });
  });
  context.restart();
  context.run();
  waiter.join();
}

}  // namespace

TEST_CASE("A connection serves again only after an answer that ended exactly",
          "[net][keep-alive]") {
  const std::string ok = "HTTP/1.1 200 OK\r\n", empty = "Content-Length: 0\r\n\r\n";
  auto [bytes, connections] = GENERATE_COPY(table<std::string, std::size_t>({
      {ok + empty, 1},
      {ok + "Content-Length: 4\r\n\r\nbody", 1},
      {ok + "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n", 1},
      {"HTTP/1.1 204 No Content\r\n\r\n", 1},
      {"HTTP/1.1 304 Not Modified\r\n\r\n", 1},
      {"HTTP/1.1 500 Sorry\r\n" + empty, 1},
      {"HTTP/1.1 100 Continue\r\n\r\n" + ok + empty, 1},
      {ok + "Connection: keep-alive\r\n" + empty, 1},
      {"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n" + empty, 1},
      {"HTTP/1.0 200 OK\r\n" + empty, 2},
      {ok + "Connection: close\r\n" + empty, 2},
      {ok + "Connection: x, CLOSE\r\n" + empty, 2},
      {ok + "Connection: keep-alive\r\nConnection: close\r\n" + empty, 2},
      {ok + empty + "beyond", 2},
      {ok + "Content-Length: 4\r\n\r\nbody" + ok + empty, 2},
      {ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n\r\n", 2},
      {"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n", 2},
      {"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", 2},
      {ok + "Content-Length: 65536\r\n\r\n" + std::string(65536, 'x'), 2},  // at the cap: cut
  }));
  INFO(bytes.substr(0, 200));
  TestReceiver receiver({Reply{Kind::persist, bytes}});
  Caller caller(options_for(receiver));
  for (int i = 0; i < 2; ++i) CHECK(caller.send(post(receiver.url())).has_value());
  CHECK(receiver.connections() == connections);
  CHECK(receiver.requests().size() == 2);
}

TEST_CASE("A connection that timed out or failed serves no more", "[net][keep-alive][slow]") {
  auto reply =
      GENERATE(Reply::hang(), Reply{Kind::keep, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"},
               Reply{Kind::persist, "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"});
  TestReceiver receiver({reply, Reply::kept(200)});
  auto options = options_for(receiver);
  options.total_timeout = std::chrono::seconds(1);
  Caller caller(options);
  CHECK_FALSE(caller.send(post(receiver.url())).has_value());
  CHECK(verdict_of(caller.send(post(receiver.url()))) == "status 200");
  CHECK(receiver.connections() == 2);
}

TEST_CASE("Without keep-alive every request says so, on a connection of its own",
          "[net][keep-alive]") {
  TestReceiver receiver({Reply::kept(200)});
  auto options = options_for(receiver);
  options.keep_alive.reset();
  Caller caller(options);
  for (int i = 0; i < 2; ++i) caller.send(post(receiver.url()));
  CHECK(receiver.connections() == 2);
  CHECK(field_of(receiver.requests().at(0), "Connection") == "close");
}

TEST_CASE("A kept connection that breaks before an answer is replaced, once", "[net][keep-alive]") {
  auto bad = GENERATE(Reply::close(), Reply{Kind::reset, ""});
  SECTION("the fresh one answers") {
    TestReceiver receiver({Reply::kept(200), bad, Reply::kept(202)});
    Caller caller(options_for(receiver));
    CHECK(verdict_of(caller.send(post(receiver.url()))) == "status 200");
    CHECK(verdict_of(caller.send(post(receiver.url()))) == "status 202");
    CHECK(receiver.requests().size() == 3);
    CHECK(receiver.connections() == 2);
  }
  SECTION("the fresh one breaks too") {
    TestReceiver receiver({Reply::kept(200), bad, bad, Reply::kept(202)});
    Caller caller(options_for(receiver));
    CHECK(verdict_of(caller.send(post(receiver.url()))) == "status 200");
    CHECK(verdict_of(caller.send(post(receiver.url()))) == "connect");
    CHECK(receiver.requests().size() == 3);
  }
  SECTION("a fresh connection is not replaced") {
    TestReceiver receiver({bad, Reply::kept(202)});
    Caller caller(options_for(receiver));
    CHECK(verdict_of(caller.send(post(receiver.url()))) == "connect");
    CHECK(receiver.requests().size() == 1);
  }
}

TEST_CASE("A kept connection that breaks within its answer has failed", "[net][keep-alive]") {
  auto bad = GENERATE(Reply{Kind::answer, "HTTP/1.1 20"}, Reply{Kind::reset, "HTTP/1.1 20"},
                      Reply{Kind::persist, "SMTP?"});
  TestReceiver receiver({Reply::kept(200), bad, Reply::kept(202)});
  Caller caller(options_for(receiver));
  CHECK(verdict_of(caller.send(post(receiver.url()))) == "status 200");
  CHECK(verdict_of(caller.send(post(receiver.url()))) == "protocol");
  CHECK(receiver.requests().size() == 2);
}

TEST_CASE("The 408 of a server that tires of an idle connection is not taken for an answer",
          "[net][keep-alive]") {
  TestReceiver receiver(
      {Reply::kept(200), Reply::status(408, "Connection: close\r\n"), Reply::kept(202)});
  Caller caller(options_for(receiver));
  CHECK(verdict_of(caller.send(post(receiver.url()))) == "status 200");
  CHECK(verdict_of(caller.send(post(receiver.url()))) == "status 202");
}

TEST_CASE("What a receiver says or does while a connection idles ends it", "[net][keep-alive]") {
  TestReceiver receiver({Reply::kept(200), Reply::kept(202)});
  Caller caller(options_for(receiver));
  CHECK(verdict_of(caller.send(post(receiver.url()))) == "status 200");
  const bool speaks = GENERATE(true, false), is_heard = GENERATE(true, false);
  INFO("speaks " << speaks << ", heard before the next request " << is_heard);
  if (speaks) {
    receiver.say(Reply::status(204).bytes);
  } else {
    receiver.hang_up();
  }
  if (is_heard) run_until(caller.context, [&] { receiver.await_ended(1); });
  CHECK(verdict_of(caller.send(post(receiver.url()))) == "status 202");
  CHECK(receiver.connections() == 2);
  CHECK(receiver.requests().size() == 2);
}

TEST_CASE("An idle connection's descriptor is given back when its time is over",
          "[net][keep-alive]") {
  TestReceiver receiver({Reply::kept(200)});
  auto options = options_for(receiver);
  options.keep_alive->idle = std::chrono::milliseconds(1);
  Caller caller(options);
  CHECK(verdict_of(caller.send(post(receiver.url()))) == "status 200");
  run_until(caller.context, [&] { receiver.await_ended(1); });
  CHECK(receiver.connections() == 1);
}

TEST_CASE("A connection is replaced when it is old, however busy", "[net][keep-alive]") {
  TestReceiver receiver({Reply::kept(200)});
  auto options = options_for(receiver);
  options.keep_alive->max_age = std::chrono::milliseconds(0);
  Caller caller(options);
  for (int i = 0; i < 3; ++i) CHECK(verdict_of(caller.send(post(receiver.url()))) == "status 200");
  CHECK(receiver.connections() == 3);
}

TEST_CASE("So many connections idle a host, and in all; the oldest go first", "[net][keep-alive]") {
  TestReceiver receiver({Reply::kept(200)});
  auto options = options_for(receiver);
  options.keep_alive->most_per_host = 1;
  options.keep_alive->most = 2;
  Caller caller(options);
  auto to = [&](const std::string& address) { return post(receiver.url("/", address)); };
  SECTION("a host") {
    // Two at once need two connections; one of them is kept.
    std::vector<OutboundResult> results;
    for (int i = 0; i < 2; ++i) {
      asio::co_spawn(caller.context, caller.client->send(to("127.0.0.1")),
                     [&](std::exception_ptr, OutboundResult result) { results.push_back(result); });
    }
    caller.context.restart();
    caller.context.run();
    REQUIRE(results.size() == 2);
    receiver.await_ended(1);
    CHECK(receiver.connections() == 2);
    caller.send(to("127.0.0.1"));
    CHECK(receiver.connections() == 2);
  }
  SECTION("in all") {
    auto hosts = {"a.example", "b.example", "c.example"};
    auto named = options;
    named.resolve = [](const std::string&) { return answer({"127.0.0.1"}); };
    Caller other(named);
    for (auto* host : hosts) CHECK(other.send(to(host)).has_value());
    receiver.await_ended(1);
    other.send(to("c.example"));
    other.send(to("b.example"));
    CHECK(receiver.connections() == 3);
    other.send(to("a.example"));
    CHECK(receiver.connections() == 4);
  }
}

TEST_CASE("When descriptors run out, idle connections make room", "[net][keep-alive]") {
  TestReceiver receiver({Reply::kept(200)});
  auto options = options_for(receiver);
  options.resolve = [](const std::string&) { return answer({"127.0.0.1"}); };
  Caller caller(options);
  CHECK(verdict_of(caller.send(post(receiver.url("/", "a.example")))) == "status 200");
  std::vector<int> taken;  // all descriptors that are left
  for (int fd; (fd = ::dup(0)) >= 0;) taken.push_back(fd);
  auto response = caller.send(post(receiver.url("/", "b.example")));
  for (int fd : taken) ::close(fd);
  CHECK(verdict_of(response) == "status 200");
}

TEST_CASE("A request that is cancelled ends at once, and its connection with it",
          "[net][keep-alive]") {
  TestReceiver receiver({Reply::hang()});
  Caller caller(options_for(receiver));
  asio::cancellation_signal signal;
  std::exception_ptr ended;
  asio::co_spawn(caller.context, caller.client->send(post(receiver.url())),
                 asio::bind_cancellation_slot(
                     signal.slot(), [&](std::exception_ptr e, OutboundResult) { ended = e; }));
  std::thread canceller([&] {
    receiver.await_requests(1);
    asio::post(caller.context, [&] { signal.emit(asio::cancellation_type::all); });
  });
  caller.context.run();
  canceller.join();
  REQUIRE(ended);
  CHECK_THROWS_AS(std::rethrow_exception(ended), boost::system::system_error);
  receiver.await_ended(1);
}

TEST_CASE("A client that is destroyed cancels what it is sending", "[net][keep-alive]") {
  const bool runs_on = GENERATE(true, false);
  TestReceiver receiver({Reply::hang()});
  bool has_ended = false;
  {
    Caller caller(options_for(receiver));
    asio::co_spawn(caller.context, caller.client->send(post(receiver.url())),
                   [&](std::exception_ptr, OutboundResult) { has_ended = true; });
    std::thread stopper([&] {
      receiver.await_requests(1);
      caller.context.stop();
    });
    caller.context.run();
    stopper.join();
    caller.client.reset();
    caller.context.restart();
    if (runs_on) caller.context.run();
  }
  CHECK(has_ended == runs_on);
  receiver.await_ended(1);
}
