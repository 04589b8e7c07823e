// Deliveries of several sites: each to its own targets, with its own secrets (docs/sites.md).
#include "catch.hpp"
#include "publisher_rig.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/publish/webhook_secret.hpp"

using namespace sosik;

namespace {

SiteRow row(SiteId id, const std::string& host) {
  SiteRow made;
  made.id = id;
  made.host = host;
  made.title = "블로그 " + std::to_string(id);
  return made;
}

struct SitesRig : PublisherRig {
  SitesRig() {
    directory = std::make_shared<const SiteDirectory>(
        std::vector{row(2, "b.example"), row(3, "Broken!")}, options.site, SiteDirectory());
    options.sites = [this] { return directory; };
    options.installation_key = "installation";
  }
  Endpoint endpoint(SiteId site, const std::string& id, const TestReceiver& receiver) {
    Endpoint made;
    made.site = site;
    made.id = id;
    made.url = receiver.url("/" + std::to_string(site));
    made.created_at = clock.now();
    store->ledger().put_endpoint(made).value();
    options.outbound.allowed_ports.push_back(receiver.port());
    return made;
  }
  void owe_of(SiteId site, TargetKind kind, const std::string& target, const std::string& topic) {
    auto d = owed(kind, target, topic);
    d.site = site;
    if (d.event_number > 0) {
      Event event;
      event.site = site;
      event.event_id = d.topic;
      event.number = d.event_number;
      event.at = clock.now();
      event.data = R"({"title":"사이트 )" + std::to_string(site) + R"("})";
      store->syndication()
          .transact([&]() -> Result<void> {
            if (auto added = store->syndication().add_event(event, ""); !added) return added;
            return store->syndication().add_delivery(d);
          })
          .value();
    } else {
      store->syndication().transact([&] { return store->syndication().add_delivery(d); }).value();
    }
  }
  std::vector<Delivery> of(SiteId site) {
    return store->ledger().list_deliveries(site, {}).value();
  }

  std::shared_ptr<const SiteDirectory> directory;
};

}  // namespace

TEST_CASE("Endpoints of two sites under one id have secrets of their own",
          "[publish][sites][threads]") {
  SitesRig rig;
  TestReceiver one({Reply::status(202)}), two({Reply::status(202)});
  const std::string id = "ep_0123456789abcdef";
  rig.endpoint(1, id, one);
  rig.endpoint(2, id, two);
  rig.owe_of(1, TargetKind::webhook, "webhook:" + id, "evt_1");
  rig.owe_of(2, TargetKind::webhook, "webhook:" + id, "evt_2");
  rig.start();
  rig.log.await("info delivered", 2);
  const auto check = [&](const TestReceiver& receiver, SiteId site, const std::string& event) {
    REQUIRE(receiver.requests().size() == 1);
    const auto request = receiver.requests().front();
    INFO(request);
    CHECK(request.starts_with("POST /" + std::to_string(site) + " "));
    CHECK_THAT(request, Catch::Contains("사이트 " + std::to_string(site)));
    CHECK_THAT(request, Catch::Contains("webhook-id: " + event + "\r\n"));
    const auto at = request.find("webhook-timestamp: ") + 19;
    const auto timestamp = request.substr(at, request.find("\r\n", at) - at);
    const auto body = request.substr(request.find("\r\n\r\n") + 4);
    const auto secret = parse_webhook_secret(endpoint_secret("installation", site, id, 1)).value();
    CHECK_THAT(request,
               Catch::Contains(base64(hmac_sha256(secret, event + "." + timestamp + "." + body))));
  };
  check(one, 1, "evt_1");
  check(two, 2, "evt_2");
}

TEST_CASE("A target of the main site is no other's; one for all sites is everybody's",
          "[publish][sites][threads]") {
  SitesRig rig;
  TestReceiver hub({Reply::status(204), Reply::status(204)}), own({Reply::status(204)});
  rig.tell(TargetKind::websub, "websub:hub", hub, "/hub");
  rig.options.targets.back().is_for_all_sites = true;
  rig.tell(TargetKind::websub, "websub:own", own, "/own");
  rig.owe_of(2, TargetKind::websub, "websub:hub", "https://b.example/rss.xml");
  rig.owe_of(2, TargetKind::websub, "websub:own", "https://b.example/rss.xml");
  rig.clock.advance(std::chrono::minutes(11));  // old enough not to be a new target's
  rig.start();
  rig.log.await("info delivered", 1);
  rig.log.await("delivery ended untold");
  rig.publisher->stop();
  for (const auto& d : rig.of(2))
    CHECK((d.state == DeliveryState::cancelled) == (d.target == "websub:own"));
  CHECK(own.requests().empty());
  REQUIRE(hub.requests().size() == 1);
  CHECK_THAT(hub.requests().front(), Catch::Contains("https%3A%2F%2Fb.example%2Frss.xml"));
}

TEST_CASE("What is owed of a site whose row is damaged waits for it", "[publish][sites][threads]") {
  SitesRig rig;
  TestReceiver hub({Reply::status(204), Reply::status(204)});
  rig.tell(TargetKind::websub, "websub:hub", hub, "/hub");
  rig.options.targets.back().is_for_all_sites = true;
  rig.owe_of(3, TargetKind::websub, "websub:hub", "https://c.example/rss.xml");
  rig.owe_of(1, TargetKind::websub, "websub:hub", "https://blog.example/rss.xml");
  rig.clock.advance(std::chrono::minutes(11));
  rig.start();
  rig.log.await("info delivered", 1);
  rig.publisher->stop();
  REQUIRE(hub.requests().size() == 1);
  CHECK(hub.requests().front().find("c.example") == std::string::npos);
  CHECK(rig.of(3).front().state == DeliveryState::pending);
  CHECK(rig.of(3).front().next_at > rig.clock.now());
}
