// Deliveries that may go together do, from the store to the wire and back; and what a party's wish
// for patience means to those that wait for it.
#include <nlohmann/json.hpp>
#include <set>

#include "publisher_rig.hpp"
#include "sosik/publish/webhook_secret.hpp"

using namespace sosik;
using namespace std::chrono_literals;
using Rig = PublisherRig;

namespace {

std::string page(int n) { return "https://blog.example/posts/" + std::to_string(n); }

void owe_pages(Rig& rig, TargetKind kind, const std::string& target, int count) {
  auto add_all = [&]() -> Result<void> {
    for (int n = 0; n < count; ++n)
      if (auto added = rig.add(rig.owed(kind, target, page(n))); !added) return added.error();
    return {};
  };
  rig.store->syndication().transact(add_all).value();
}

}  // namespace

TEST_CASE("Purges of many URLs are few calls [H-178]", "[publish][threads][bundle]") {
  Rig rig;
  TestReceiver cdn({Reply::status(200)});
  rig.tell(TargetKind::purge, "purge:cdn", cdn, "/purge_cache");
  rig.options.targets[0].method = "POST";
  rig.options.targets[0].body = R"({"files": {urls}})";
  owe_pages(rig, TargetKind::purge, "purge:cdn", 70);
  rig.start();
  rig.log.await("info delivered", 70);
  std::set<std::string> purged;
  for (const auto& request : cdn.requests()) {
    const auto files = nlohmann::json::parse(body_of(request)).at("files");
    CHECK(files.size() <= 30);
    for (const auto& url : files) purged.insert(url.get<std::string>());
  }
  CHECK(cdn.requests().size() == 3);
  CHECK(purged.size() == 70);
  for (const auto& d : rig.store->ledger().list_deliveries(1, {}).value()) {
    CHECK(d.state == DeliveryState::delivered);
    CHECK(rig.store->ledger().list_attempts(d.id).value().size() == 1);
  }
}

TEST_CASE("IndexNow gets the URLs of a host in one call, and each is recorded [N-131]",
          "[publish][threads][bundle]") {
  Rig rig;
  TestReceiver engine({Reply::status(202)});
  rig.tell(TargetKind::indexnow, "indexnow:x", engine, "/indexnow");
  owe_pages(rig, TargetKind::indexnow, "indexnow:x", 40);
  rig.start();
  rig.log.await("info delivered", 40);
  REQUIRE(engine.requests().size() == 1);
  CHECK(nlohmann::json::parse(body_of(engine.requests()[0])).at("urlList").size() == 40);
}

TEST_CASE(
    "URLs that a search engine refuses do not silence the others in their call [N-131][N-133]",
    "[publish][threads][bundle]") {
  Rig rig;
  const std::set<int> bad = GENERATE(std::set<int>{17}, std::set<int>{0, 38, 39});
  const int refusal = GENERATE(400, 422);
  TestReceiver engine(TestReceiver::Script([&](const std::string& request) {
    const auto urls = nlohmann::json::parse(body_of(request)).at("urlList");
    for (const auto& url : urls)
      for (const int n : bad)
        if (url == page(n)) return Reply::status(refusal);
    return Reply::status(200);
  }));
  rig.tell(TargetKind::indexnow, "indexnow:x", engine, "/indexnow");
  owe_pages(rig, TargetKind::indexnow, "indexnow:x", 40);
  rig.start();
  rig.log.await("info delivered", 40 - bad.size());
  rig.log.await("delivery ended untold", bad.size());
  for (const auto& d : rig.store->ledger().list_deliveries(1, {}).value()) {
    INFO(d.topic);
    const bool is_bad = std::ranges::any_of(bad, [&](int n) { return d.topic == page(n); });
    CHECK(d.state == (is_bad ? DeliveryState::gave_up : DeliveryState::delivered));
    const auto attempts = rig.store->ledger().list_attempts(d.id).value();
    REQUIRE(attempts.size() == 1);
    CHECK(attempts[0].status == (is_bad ? refusal : 200));
  }
  CHECK(engine.requests().size() <= 1 + 2 * 6 * bad.size());  // halves of halves, not one by one
}

TEST_CASE("A search engine that refuses every URL is asked a bounded number of times [N-133]",
          "[publish][threads][bundle]") {
  Rig rig;
  TestReceiver engine({Reply::status(422)});
  rig.tell(TargetKind::indexnow, "indexnow:x", engine, "/indexnow");
  owe_pages(rig, TargetKind::indexnow, "indexnow:x", 400);
  rig.start();
  rig.log.await("delivery ended untold", 400);
  CHECK(engine.requests().size() == 1 + 2 * 200);
}

TEST_CASE("Who asks for patience is asked nothing more, of what was claimed already too [N-156]",
          "[publish][threads]") {
  Rig rig;
  TestReceiver hook({Reply::status(429, "Retry-After: 600\r\n")});
  rig.tell(TargetKind::webhook, "webhook:busy", hook);
  rig.options.max_per_host = 1;
  rig.owe_many("webhook:busy", 4);
  rig.start();
  rig.log.await("warn delivery failed");
  rig.publisher->stop();
  CHECK(hook.requests().size() == 1);
  int attempts = 0;
  for (const auto& d : rig.deliveries()) {
    CHECK(d.state == DeliveryState::pending);
    CHECK(d.next_at == rig.clock.now() + 600s);
    attempts += d.attempts;
  }
  CHECK(attempts == 1);
}

TEST_CASE("A ping that is replayed goes out, however old it is [N-208]", "[publish][threads]") {
  Rig rig;
  TestReceiver cloud({Reply::status(500), Reply::status(200, "", "<result success=\"true\"/>")});
  rig.tell(TargetKind::rsscloud, "rsscloud:x", cloud);
  rig.owe(TargetKind::rsscloud, "rsscloud:x", "https://blog.example/rss.xml");
  auto d = rig.store->ledger().claim_deliveries("another", rig.clock.now(), 60s, 1).value().at(0);
  AttemptRecord record = AttemptRecord::of(d);
  record.attempt.number = 1;
  record.outcome.state = DeliveryState::gave_up;
  rig.store->ledger().record_attempts({&record, 1}, rig.clock.now(), 120h).value();
  rig.clock.advance(24h);
  rig.store->ledger().replay(1, {}, rig.clock.now()).value();
  rig.start();
  cloud.await_requests(1);
  rig.log.await("delivery failed");
  CHECK(rig.only().state == DeliveryState::pending);
}

TEST_CASE("What is owed to an endpoint reaches it, signed with its own secret [N-152][N-154]",
          "[publish][threads]") {
  Rig rig;
  TestReceiver hook({Reply::status(200)});
  rig.options.installation_key = std::string(32, 'k');
  rig.options.outbound.allowed_ports.push_back(hook.port());
  Endpoint e;
  e.id = "ep_0000000000000001";
  e.url = hook.url("/hook");
  e.generation = 2;
  e.previous_until = rig.clock.now() + 24h;
  rig.start();
  rig.store->ledger().put_endpoint(e).value();
  rig.owe(TargetKind::webhook, "webhook:" + e.id, "evt_1");
  rig.publisher->wake();
  rig.log.await("info delivered");
  const auto request = hook.requests().at(0);
  const auto signature = [&](std::int64_t generation) {
    const auto key =
        parse_webhook_secret(endpoint_secret(rig.options.installation_key, 1, e.id, generation))
            .value();
    return webhook_signature(key, "evt_1", rig.clock.now(), body_of(request));
  };
  CHECK(field_of(request, "webhook-signature") == signature(2) + " " + signature(1));
}
