#include "sosik/publish/publisher.hpp"

#include <atomic>
#include <future>
#include <map>
#include <set>
#include <thread>

#include "catch.hpp"
#include "publisher_rig.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/publish/schedule.hpp"

using namespace sosik;
using namespace std::chrono_literals;

using Rig = PublisherRig;

namespace {

std::string common_head(const TestReceiver& receiver) {
  return " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(receiver.port()) +
         "\r\nUser-Agent: Sosik/test\r\nAccept-Encoding: identity\r\n";
}

constexpr auto ping_thanks =
    "<methodResponse><params><param><value><struct><member><name>flerror</name><value><boolean>0"
    "</boolean></value></member></struct></value></param></params></methodResponse>";

}  // namespace

TEST_CASE("All three parties are told, byte for byte [N-006][N-091][N-151]", "[publish][threads]") {
  Rig rig;
  TestReceiver hub({Reply::status(204)}), rpc({Reply::status(200, "", ping_thanks)}),
      hook({Reply::status(202)});
  rig.tell(TargetKind::websub, "websub:hub", hub, "/publish");
  rig.tell(TargetKind::ping, "ping:rpc", rpc, "/RPC2");
  rig.tell(TargetKind::webhook, "webhook:build", hook, "/hook");
  rig.owe(TargetKind::websub, "websub:hub", "https://blog.example/rss.xml");
  rig.owe(TargetKind::ping, "ping:rpc", "https://blog.example/");
  rig.owe(TargetKind::webhook, "webhook:build", "evt_0123456789abcdef01234567");
  rig.start();
  rig.log.await("info delivered", 3);

  CHECK(hub.requests() ==
        std::vector<std::string>{"POST /publish" + common_head(hub) +
                                 "Content-Type: application/x-www-form-urlencoded\r\n"
                                 "Content-Length: 108\r\n\r\n"
                                 "hub.mode=publish&hub.url=https%3A%2F%2Fblog.example%2Frss.xml"
                                 "&hub.topic=https%3A%2F%2Fblog.example%2Frss.xml"});
  const std::string call =
      "<?xml "
      "version=\"1.0\"?><methodCall><methodName>weblogUpdates.extendedPing</methodName><params>"
      "<param><value>&#49548;&#49885;</value></param>"
      "<param><value>https://blog.example/</value></param>"
      "<param><value>https://blog.example/</value></param>"
      "<param><value>https://blog.example/rss.xml</value></param></params></methodCall>";
  CHECK(rpc.requests() ==
        std::vector<std::string>{"POST /RPC2" + common_head(rpc) +
                                 "Content-Type: text/xml\r\nContent-Length: " +
                                 std::to_string(call.size()) + "\r\n\r\n" + call});
  const std::string body =
      R"({"type":"post.published","timestamp":"2026-11-23T09:05:09Z",)"
      R"("data":{"id":"tag:blog.example,2026:1","title":"첫 글","revision":1}})";
  const auto signature = base64(
      hmac_sha256("key of the webhook, raw!", "evt_0123456789abcdef01234567.1795424709." + body));
  CHECK(hook.requests() ==
        std::vector<std::string>{"POST /hook" + common_head(hook) +
                                 "Content-Type: application/json\r\n"
                                 "webhook-id: evt_0123456789abcdef01234567\r\n"
                                 "webhook-timestamp: 1795424709\r\n"
                                 "webhook-signature: v1," +
                                 signature + "\r\nContent-Length: " + std::to_string(body.size()) +
                                 "\r\n\r\n" + body});
  for (auto& delivery : rig.deliveries()) {
    CHECK(delivery.state == DeliveryState::delivered);
    auto attempts = rig.store->ledger().list_attempts(delivery.id).value();
    REQUIRE(attempts.size() == 1);
    CHECK(attempts[0].number == 1);
    CHECK(attempts[0].status / 100 == 2);
    CHECK(attempts[0].error_class == "");
  }
  CHECK(rig.log.text().find("key of the webhook") == std::string::npos);
}

TEST_CASE("A failed webhook is sent again with the same id and a fresh timestamp [N-151][N-157]",
          "[publish][threads]") {
  Rig rig;
  TestReceiver hook({Reply::status(500, "", "out of memory"), Reply::status(200)});
  rig.tell(TargetKind::webhook, "webhook:build", hook);
  rig.owe(TargetKind::webhook, "webhook:build", "evt_1");
  rig.start();
  rig.log.await("warn delivery failed");
  auto failed = rig.only();
  CHECK(failed.state == DeliveryState::pending);
  CHECK(failed.next_at == *next_attempt(failed, 1, rig.clock.now()));
  CHECK(hook.requests().size() == 1);

  rig.advance_to(failed.next_at);
  rig.log.await("info delivered");
  auto requests = hook.requests();
  REQUIRE(requests.size() == 2);
  CHECK(field_of(requests[0], "webhook-id") == "evt_1");
  CHECK(field_of(requests[1], "webhook-id") == "evt_1");
  CHECK(field_of(requests[0], "webhook-timestamp") == "1795424709");
  CHECK(field_of(requests[1], "webhook-timestamp") ==
        std::to_string(to_unix_seconds(failed.next_at)));
  CHECK(field_of(requests[0], "webhook-signature") != field_of(requests[1], "webhook-signature"));
  CHECK(body_of(requests[0]) == body_of(requests[1]));
  auto attempts = rig.attempts();
  REQUIRE(attempts.size() == 2);
  CHECK(attempts[0].status == 500);
  CHECK(attempts[0].error_class == "status");
  CHECK(attempts[0].response_body == "out of memory");
  CHECK(attempts[1].number == 2);
  CHECK(attempts[1].status == 200);
}

TEST_CASE("Retry-After is kept to [N-156]", "[publish][threads]") {
  Rig rig;
  TestReceiver hook({Reply::status(429, "Retry-After: 600\r\n")});
  rig.tell(TargetKind::webhook, "webhook:build", hook);
  rig.owe(TargetKind::webhook, "webhook:build", "evt_1");
  rig.start();
  rig.log.await("warn delivery failed");
  CHECK(rig.only().next_at == rig.clock.now() + 600s);
}

TEST_CASE(
    "What was in flight when the program died is sent once more, with the same id [N-202][N-204]",
    "[publish][threads]") {
  Rig rig;
  TestReceiver hook({Reply::hang(), Reply::status(200)});
  rig.tell(TargetKind::webhook, "webhook:build", hook);
  rig.owe(TargetKind::webhook, "webhook:build", "evt_1");
  rig.start();
  hook.await_requests(1);
  rig.publisher.reset();  // nothing of the attempt is recorded, as after kill -9
  CHECK(rig.only().state == DeliveryState::in_flight);
  CHECK(rig.attempts().empty());

  rig.clock.set(rig.only().next_at);  // the lease is over
  rig.start();
  rig.log.await("info delivered");
  auto requests = hook.requests();
  REQUIRE(requests.size() == 2);
  CHECK(field_of(requests[0], "webhook-id") == field_of(requests[1], "webhook-id"));
  CHECK(body_of(requests[0]) == body_of(requests[1]));
  CHECK(rig.only().state == DeliveryState::delivered);
  REQUIRE(rig.attempts().size() == 1);
  CHECK(rig.attempts()[0].number == 2);
}

TEST_CASE("A late result does not overwrite what another worker has claimed since [N-203]",
          "[publish][threads][slow]") {
  Rig rig;
  TestReceiver hook({Reply::hang()});
  rig.tell(TargetKind::webhook, "webhook:build", hook);
  rig.options.outbound.total_timeout = 1s;
  rig.owe(TargetKind::webhook, "webhook:build", "evt_1");
  rig.start();
  hook.await_requests(1);
  auto taken = rig.store->ledger().claim_deliveries("another", rig.clock.now() + 61s, 60s, 10);
  REQUIRE(taken.value().size() == 1);
  rig.log.await("info a result was not recorded");
  CHECK(rig.only().state == DeliveryState::in_flight);
  CHECK(rig.only().fence == taken.value()[0].fence);
  CHECK(rig.attempts().empty());
}

TEST_CASE("A delivery to a target that is not configured any more is cancelled with the reason",
          "[publish][threads]") {
  Rig rig;
  TestReceiver hook({Reply::status(200)});
  rig.tell(TargetKind::webhook, "webhook:build", hook);
  rig.start();
  rig.publisher->adopt(rig.options.site, {});
  rig.owe(TargetKind::webhook, "webhook:build", "evt_1");
  rig.advance_to(rig.clock.now() + 10min);
  rig.log.await("delivery ended untold");
  CHECK(rig.only().state == DeliveryState::cancelled);
  REQUIRE(rig.attempts().size() == 1);
  CHECK(rig.attempts()[0].error_class == "cancelled");
  CHECK(rig.attempts()[0].detail == "the target is no longer configured");
  CHECK(hook.requests().empty());
}

TEST_CASE("What is owed to a target that only another process knows yet is left to that [N-202]",
          "[publish][threads]") {
  Rig rig;
  TestReceiver hook({Reply::status(200)});
  rig.tell(TargetKind::webhook, "webhook:build", hook);
  rig.owe(TargetKind::webhook, "webhook:new", "evt_1");
  rig.owe(TargetKind::webhook, "webhook:ep_gone", "evt_2");  // endpoints are in the store
  rig.owe(TargetKind::webhook, "webhook:build", "evt_3");
  const auto began = rig.clock.now();
  rig.start();
  rig.log.await("info delivered");
  const auto of_new = rig.store->ledger().read_delivery(1, 1).value();
  CHECK(of_new.state == DeliveryState::pending);
  CHECK(of_new.next_at == began + 30s);
  CHECK(of_new.attempts == 0);
  CHECK(rig.store->ledger().read_delivery(1, 2).value().state == DeliveryState::cancelled);
  SECTION("this one hears of it") {
    rig.tell(TargetKind::webhook, "webhook:new", hook);
    rig.publisher->adopt(rig.options.site, rig.options.targets);
    rig.advance_to(began + 30s);
    hook.await_requests(2);
  }
  SECTION("nobody does") {
    rig.advance_to(began + 10min);
    rig.log.await("delivery ended untold delivery=1");
    CHECK(rig.store->ledger().read_delivery(1, 1).value().state == DeliveryState::cancelled);
  }
}

TEST_CASE("A ping from before a long time down is dropped, a webhook is not [N-209]",
          "[publish][threads]") {
  Rig rig;
  TestReceiver rpc({Reply::status(200, "", ping_thanks)}), hook({Reply::status(200)});
  rig.tell(TargetKind::ping, "ping:rpc", rpc);
  rig.tell(TargetKind::webhook, "webhook:build", hook);
  rig.owe(TargetKind::ping, "ping:rpc", "https://blog.example/");
  rig.owe(TargetKind::webhook, "webhook:build", "evt_1");
  rig.clock.advance(3h);
  rig.start();
  rig.log.await("delivery ended untold");
  rig.log.await("info delivered");
  CHECK(rpc.requests().empty());
  CHECK(hook.requests().size() == 1);
  auto all = rig.deliveries();  // newest first
  CHECK(all[1].state == DeliveryState::gave_up);
  CHECK(rig.store->ledger().list_attempts(all[1].id).value().at(0).error_class == "expired");
}

TEST_CASE("A receiver on a private network is refused, and the record says how to allow it [N-186]",
          "[publish][threads]") {
  Rig rig;
  TestReceiver hook({Reply::status(200)});
  rig.tell(TargetKind::webhook, "webhook:build", hook);
  rig.options.outbound.allowed_networks.clear();
  rig.owe(TargetKind::webhook, "webhook:build", "evt_1");
  rig.start();
  rig.log.await("warn delivery failed");
  CHECK(hook.requests().empty());
  auto attempt = rig.attempts().at(0);
  CHECK(attempt.error_class == "refused-address");
  CHECK(attempt.detail.find("127.0.0.0/8, loopback") != std::string::npos);
  CHECK(attempt.detail.find("publish.allow_networks") != std::string::npos);
}

TEST_CASE("A receiver on IPv6 is told, and its network is refused like any private one [N-186]",
          "[publish][threads]") {
  Rig rig;
  const auto always = [](const std::string&) { return Reply::status(200); };
  TestReceiver hook(TestReceiver::Script(always), {}, 0, true);
  rig.tell(TargetKind::webhook, "webhook:six", hook);
  rig.options.targets[0].url = hook.url("/hook", "[::1]");
  rig.owe(TargetKind::webhook, "webhook:six", "evt_1");
  SECTION("allowed") {
    rig.options.outbound.allowed_networks.push_back("::1/128");
    rig.start();
    rig.log.await("info delivered");
    const auto request = hook.requests().at(0);
    CHECK(field_of(request, "Host") == "[::1]:" + std::to_string(hook.port()));
    CHECK(field_of(request, "webhook-id") == "evt_1");
  }
  SECTION("not allowed") {
    rig.start();
    rig.log.await("warn delivery failed");
    CHECK(hook.requests().empty());
    CHECK(rig.attempts().at(0).error_class == "refused-address");
  }
}

TEST_CASE("An endpoint without extendedPing gets the plain ping within one attempt [N-098]",
          "[publish][threads]") {
  Rig rig;
  const std::string unknown =
      "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>-32601</int>"
      "</value></member></struct></value></fault></methodResponse>";
  TestReceiver rpc({Reply::status(200, "", unknown), Reply::status(200, "", ping_thanks)});
  rig.tell(TargetKind::ping, "ping:rpc", rpc);
  rig.owe(TargetKind::ping, "ping:rpc", "https://blog.example/");
  rig.start();
  rig.log.await("info delivered");
  REQUIRE(rpc.requests().size() == 2);
  CHECK(rpc.requests()[0].find("extendedPing") != std::string::npos);
  CHECK(rpc.requests()[1].find("weblogUpdates.ping<") != std::string::npos);
  CHECK(rig.attempts().size() == 1);
}

TEST_CASE("A hub's 307 is followed within the attempt, three times at most [N-187]",
          "[publish][threads]") {
  Rig rig;
  bool is_endless = GENERATE(false, true);
  TestReceiver hub(TestReceiver::Script([&](const std::string& request) {
    bool is_moved = is_endless || request.starts_with("POST /old ");
    return is_moved ? Reply::status(307, "Location: /new\r\n") : Reply::status(204);
  }));
  rig.tell(TargetKind::websub, "websub:hub", hub, "/old");
  rig.owe(TargetKind::websub, "websub:hub", "https://blog.example/rss.xml");
  rig.start();
  if (is_endless) {
    rig.log.await("warn delivery failed");
    CHECK(hub.requests().size() == 4);
  } else {
    rig.log.await("info delivered");
    CHECK(hub.requests().size() == 2);
    CHECK(hub.requests()[1].starts_with("POST /new HTTP/1.1\r\n"));
    CHECK(body_of(hub.requests()[0]) == body_of(hub.requests()[1]));
  }
  CHECK(rig.attempts().size() == 1);
}

TEST_CASE("A hub's redirect to where we may not send is tried again later, not given up [N-187]",
          "[publish][threads]") {
  Rig rig;
  const std::string where =
      GENERATE("http://127.0.0.1:1/", "ftp://hub.example/", "http://user@hub.example/");
  TestReceiver hub({Reply::status(307, "Location: " + where + "\r\n")});
  rig.tell(TargetKind::websub, "websub:hub", hub);
  rig.owe(TargetKind::websub, "websub:hub", "https://blog.example/rss.xml");
  rig.start();
  rig.log.await("state=");
  INFO(where);
  CHECK(rig.only().state == DeliveryState::pending);
  REQUIRE(rig.attempts().size() == 1);
  CHECK(rig.attempts()[0].error_class == "status");
  CHECK(rig.attempts()[0].status == 307);
  CHECK(rig.attempts()[0].detail.starts_with("redirected (307) to where we do not send: "));
}

TEST_CASE("A slow receiver with hundreds of deliveries holds up nobody else [N-084]",
          "[publish][threads]") {
  Rig rig;
  TestReceiver slow({Reply::hang()}), quick({Reply::status(200)});
  rig.tell(TargetKind::webhook, "webhook:slow", slow);
  rig.tell(TargetKind::webhook, "webhook:quick", quick);
  rig.options.outbound.total_timeout = 50s;
  rig.owe_many("webhook:slow", 700);
  rig.clock.advance(1s);  // in the queue behind all of them
  rig.owe_many("webhook:quick", 100);
  rig.start();
  rig.log.await("info delivered", 100);
  CHECK(quick.requests().size() == 100);
  CHECK(rig.log.text().find("webhook:slow") == std::string::npos);  // none is through
  rig.publisher.reset();
  CHECK(slow.requests().size() == rig.options.max_per_host);
}

TEST_CASE("Many receivers at one slow host hold up nobody elsewhere [N-084]",
          "[publish][threads]") {
  Rig rig;
  TestReceiver slow({Reply::hang()}), quick({Reply::status(200)});
  constexpr int many = 3000;
  for (int i = 0; i < many; ++i)
    rig.tell(TargetKind::webhook, "webhook:slow-" + std::to_string(i), slow,
             "/" + std::to_string(i));
  rig.tell(TargetKind::webhook, "webhook:quick", quick);
  rig.options.outbound.allowed_ports = {slow.port(), quick.port()};
  rig.options.outbound.total_timeout = 50s;
  auto add_all = [&]() -> Result<void> {
    for (int i = 0; i < many; ++i) {
      const auto name = "webhook:slow-" + std::to_string(i);
      if (auto added = rig.add(rig.owed(TargetKind::webhook, name, "evt_" + std::to_string(i)));
          !added)
        return added.error();
    }
    return {};
  };
  rig.store->syndication().transact(add_all).value();
  rig.clock.advance(1s);  // in the queue behind all of them
  for (int i = 0; i < 100; ++i)
    rig.owe(TargetKind::webhook, "webhook:quick", "evt_quick_" + std::to_string(i));
  rig.start();
  rig.log.await("info delivered", 100);
  CHECK(quick.requests().size() == 100);
  CHECK(rig.log.text().find("webhook:slow") == std::string::npos);  // none is through
  rig.publisher.reset();
  CHECK(slow.requests().size() == rig.options.max_per_host);
}

TEST_CASE(
    "No more than the limit go to one host at a time; what was not begun is given back [N-084]",
    "[publish][threads]") {
  Rig rig;
  TestReceiver slow({Reply::hang()}), quick({Reply::status(200)});
  rig.tell(TargetKind::webhook, "webhook:slow", slow);
  rig.tell(TargetKind::webhook, "webhook:quick", quick);
  rig.options.max_per_host = 3;
  for (int i = 0; i < 10; ++i)
    rig.owe(TargetKind::webhook, "webhook:slow", "evt_" + std::to_string(i));
  rig.owe(TargetKind::webhook, "webhook:quick", "evt_quick");
  rig.start();
  rig.log.await("target=webhook:quick");  // not held up by the slow ones before it
  slow.await_requests(3);
  rig.publisher.reset();
  CHECK(slow.requests().size() == 3);
  std::map<DeliveryState, int> count;
  for (auto& delivery : rig.deliveries()) ++count[delivery.state];
  CHECK(count[DeliveryState::delivered] == 1);
  CHECK(count[DeliveryState::in_flight] == 3);
  CHECK(count[DeliveryState::pending] == 7);
}

TEST_CASE("Many deliveries arrive once each", "[publish][threads]") {
  Rig rig;
  TestReceiver hook({Reply::status(200)});
  rig.tell(TargetKind::webhook, "webhook:build", hook);
  for (int i = 0; i < 150; ++i) {
    rig.owe(TargetKind::webhook, "webhook:build", "evt_" + std::to_string(i));
  }
  rig.start();
  rig.log.await("info delivered", 150);
  std::set<std::string> ids;
  for (auto& request : hook.requests()) ids.insert(field_of(request, "webhook-id"));
  CHECK(ids.size() == 150);
  CHECK(hook.requests().size() == 150);
}

TEST_CASE("A store that cannot be opened is asked again, and nothing is lost",
          "[publish][threads][slow]") {
  Rig rig;
  TestReceiver hook({Reply::status(200)});
  rig.tell(TargetKind::webhook, "webhook:build", hook);
  rig.owe(TargetKind::webhook, "webhook:build", "evt_1");
  std::atomic<int> opened = 0;
  rig.publisher =
      make_publisher(rig.options, rig.clock, rig.log, [&]() -> Result<std::unique_ptr<Store>> {
        if (opened++ == 0) throw std::runtime_error("no such disk");
        if (opened == 2) return unavailable("locked");
        return open_store(rig.url);
      });
  rig.publisher->start();
  rig.log.await("info delivered");
  CHECK(rig.log.text().find("warn cannot claim deliveries error=no such disk") !=
        std::string::npos);
  CHECK(rig.log.text().find("warn cannot claim deliveries error=locked") != std::string::npos);
  CHECK(hook.requests().size() == 1);
}

TEST_CASE("A result that cannot be recorded yet is recorded when the store is free again",
          "[publish][threads]") {
  Rig rig;
  std::promise<void> is_locked, may_unlock;
  std::thread locker;
  TestReceiver hook(TestReceiver::Script([&](const std::string&) {
    // Another program holds the write lock from before the answer on.
    locker = std::thread([&] {
      auto other = open_store(rig.url).value();
      auto hold = [&]() -> Result<void> {
        is_locked.set_value();
        may_unlock.get_future().wait();
        return {};
      };
      other->in_transaction(true, hold).value();
    });
    is_locked.get_future().wait();
    return Reply::status(200);
  }));
  rig.tell(TargetKind::webhook, "webhook:build", hook);
  rig.owe(TargetKind::webhook, "webhook:build", "evt_1");
  rig.publisher = make_publisher(rig.options, rig.clock, rig.log, [&] {
    return open_store(rig.url, {.create = true, .busy_timeout = 10ms});
  });
  rig.publisher->start();
  rig.log.await("warn cannot record attempts");
  may_unlock.set_value();
  rig.log.await("info delivered");
  locker.join();
  CHECK(hook.requests().size() == 1);
  CHECK(rig.only().state == DeliveryState::delivered);
}

TEST_CASE("Nothing is claimed while another key is in force than the one that would sign [S-056]",
          "[publish][threads]") {
  TestReceiver receiver({Reply::status(202)});
  PublisherRig rig;
  rig.tell(TargetKind::webhook, "webhook:build", receiver);
  std::atomic<bool> is_ours = false;
  rig.options.may_claim = [&](Store&) -> Result<void> {
    if (!is_ours) return invalid("another key");
    return {};
  };
  rig.owe(TargetKind::webhook, "webhook:build", "evt_1");
  rig.start();
  rig.log.await("cannot claim deliveries error=another key", 2);
  CHECK(rig.only().fence == 0);
  is_ours = true;
  rig.publisher->wake();
  rig.log.await("info delivered");
  CHECK(rig.only().fence == 1);
}

TEST_CASE("Stopping waits for the attempt in flight and records it", "[publish][threads]") {
  Rig rig;
  std::promise<void> is_asked, may_answer;
  TestReceiver hook(TestReceiver::Script([&](const std::string&) {
    is_asked.set_value();
    may_answer.get_future().wait();
    return Reply::status(200);
  }));
  rig.tell(TargetKind::webhook, "webhook:build", hook);
  rig.options.drain = 60s;
  rig.owe(TargetKind::webhook, "webhook:build", "evt_1");
  rig.start();
  is_asked.get_future().wait();
  std::thread stopper([&] { rig.publisher->stop(); });
  may_answer.set_value();
  stopper.join();
  CHECK(rig.only().state == DeliveryState::delivered);
  rig.publisher->stop();  // again: nothing to do
}

TEST_CASE("Any thread may wake, adopt and stop, before and after the start", "[publish][threads]") {
  Rig rig;
  TestReceiver hook({Reply::status(200)});
  rig.tell(TargetKind::webhook, "webhook:build", hook);
  {
    auto never_started =
        make_publisher(rig.options, rig.clock, rig.log, [&] { return open_store(rig.url); });
    never_started->wake();
    never_started->adopt(rig.options.site, rig.options.targets);
  }
  rig.start();
  std::vector<std::thread> wakers;
  for (int i = 0; i < 4; ++i) {
    wakers.emplace_back([&] {
      for (int n = 0; n < 200; ++n) {
        rig.publisher->wake();
        if (n % 50 == 0) rig.publisher->adopt(rig.options.site, rig.options.targets);
      }
    });
  }
  for (int i = 0; i < 20; ++i)
    rig.owe(TargetKind::webhook, "webhook:build", "evt_" + std::to_string(i));
  for (auto& waker : wakers) waker.join();
  rig.publisher->wake();
  rig.log.await("info delivered", 20);
  rig.publisher->stop();
  rig.publisher->wake();
  CHECK(hook.requests().size() == 20);
}
