// What the holder of a token of one site among many is told of attempts: the outcome, and nothing
// that tells what is behind an address (docs/admin-api.md, "What a tenant is told").
#include <set>

#include "api_fixture.hpp"
#include "sosik/store/syndication_store.hpp"

using namespace sosik;
using nlohmann::json;
using std::chrono::milliseconds;

namespace {

const std::string deliveries = "/api/v1/deliveries", endpoints = "/api/v1/endpoints";

struct Tenant : ApiBlog {
  explicit Tenant(SiteId id = 2) { site.id = id; }

  void owe(const std::string& target, std::int64_t number) {
    auto& syndication = store->syndication();
    const auto worked = syndication.transact([&]() -> Result<void> {
      Event event;
      event.site = site.id;
      event.number = number;
      event.event_id = "evt_" + std::to_string(number);
      event.at = clock.now();
      event.data = "{}";
      if (auto added = syndication.add_event(event, ""); !added) return added;
      Delivery delivery;
      delivery.site = site.id;
      delivery.kind = TargetKind::webhook;
      delivery.target = target;
      delivery.topic = event.event_id;
      delivery.event_number = number;
      delivery.created_at = delivery.next_at = clock.now();
      return syndication.add_delivery(delivery);
    });
    REQUIRE(worked.has_value());
  }

  // What is owed is tried now, and the record written when the answer has come.
  void attempt(Attempt made, AttemptOutcome outcome) {
    auto& ledger = store->ledger();
    const auto claimed =
        ledger.claim_deliveries("w", clock.now(), std::chrono::seconds(60), 10).value();
    REQUIRE(claimed.size() == 1);
    AttemptRecord record = AttemptRecord::of(claimed.front());
    made.number = claimed.front().attempts;
    made.at = clock.now();
    clock.advance(made.latency);
    record.attempt = std::move(made);
    record.outcome = std::move(outcome);
    ledger.record_attempts({&record, 1}, clock.now(), std::chrono::hours(120)).value();
  }

  json only() { return json_of(get(deliveries + "/1")); }
};

Attempt failed(const std::string& error, milliseconds latency = milliseconds(1234),
               int status = 0) {
  Attempt attempt;
  attempt.latency = latency;
  attempt.status = status;
  attempt.error_class = error;
  attempt.detail = "geheim 10.0.0.7:6379";
  attempt.response_body = "geheim -ERR wrong number of arguments";
  return attempt;
}

std::set<std::string> names_of(const json& object) {
  std::set<std::string> names;
  for (const auto& [name, value] : object.items()) names.insert(name);
  return names;
}

}  // namespace

TEST_CASE("A tenant cannot tell one way of getting no answer from another [N-191]",
          "[admin][api][sites]") {
  std::set<std::string> shown;
  for (const auto error : error_classes) {
    if (error == "status" || error == "rejected" || error == "expired" || error == "cancelled" ||
        error == "disabled")
      continue;
    Tenant tenant;
    tenant.owe("webhook:ep_1", 1);
    tenant.attempt(failed(std::string(error), milliseconds(shown.size() * 997)),
                   {DeliveryState::gave_up, {}});
    auto one = tenant.get(deliveries + "/1").body;
    INFO(one);
    CHECK(one.find("geheim") == std::string::npos);
    CHECK(one.find(error) == std::string::npos);
    shown.insert(one);
  }
  CHECK(shown.size() == 1);
}

TEST_CASE("A class of error that nobody has sorted is told as no answer [N-191]",
          "[admin][api][sites]") {
  Tenant tenant;
  tenant.owe("webhook:ep_1", 1);
  tenant.attempt(failed("quota-of-port-6379", milliseconds(5), 200), {DeliveryState::gave_up, {}});
  const auto attempt = tenant.only()["attempts"][0];
  CHECK(attempt["failure"] == "no answer");
  CHECK(attempt["status_class"].is_null());
  CHECK(attempt["latency_class"].is_null());
}

TEST_CASE(
    "Of an answer a tenant is told the class of its status and about how long it took [N-191]",
    "[admin][api][sites]") {
  const auto [status, latency, status_class, latency_class] =
      GENERATE(table<int, int, std::string, std::string>({{204, 3, "2xx", "under 1 s"},
                                                          {302, 999, "3xx", "under 1 s"},
                                                          {404, 1000, "4xx", "1 to 5 s"},
                                                          {403, 4999, "4xx", "1 to 5 s"},
                                                          {503, 5000, "5xx", "5 s or more"}}));
  INFO(status);
  Tenant tenant;
  tenant.owe("webhook:ep_1", 1);
  const bool is_told = status < 300;
  tenant.attempt(failed(is_told ? "" : "status", milliseconds(latency), status),
                 {is_told ? DeliveryState::delivered : DeliveryState::gave_up, {}});
  const auto attempt = tenant.only()["attempts"][0];
  CHECK(names_of(attempt) ==
        std::set<std::string>{"number", "at", "failure", "status_class", "latency_class"});
  CHECK(attempt["failure"] == (is_told ? json() : json("not accepted")));
  CHECK(attempt["status_class"] == status_class);
  CHECK(attempt["latency_class"] == latency_class);
}

TEST_CASE("The operator is told everything besides [N-191]", "[admin][api][sites]") {
  Tenant operator_(main_site);
  operator_.owe("webhook:build", 1);
  operator_.attempt(failed("status", milliseconds(1234), 503), {DeliveryState::gave_up, {}});
  const auto one = operator_.only();
  const auto attempt = one["attempts"][0];
  CHECK(attempt["latency_ms"] == 1234);
  CHECK(attempt["status"] == 503);
  CHECK(attempt["status_class"] == "5xx");
  CHECK(attempt["error"] == "status");
  CHECK(attempt["detail"] == "geheim 10.0.0.7:6379");
  CHECK(attempt["response"] == "geheim -ERR wrong number of arguments");
  CHECK(attempt["at"] == "2026-11-23T09:05:09Z");
  CHECK(one["ended_at"] == "2026-11-23T09:05:10.234Z");
}

TEST_CASE("A tenant's moments do not tell by subtraction how long an attempt took [N-191]",
          "[admin][api][sites]") {
  Tenant tenant;  // it is 09:05:09
  const auto id = json_of(tenant.ask({"POST", endpoints, R"({"url": "https://a.example/"})"}))["id"]
                      .get<std::string>();
  tenant.owe("webhook:" + id, 1);
  const auto began = tenant.clock.now();
  tenant.attempt(failed("status", milliseconds(7000), 500),
                 {DeliveryState::pending, began + std::chrono::seconds(12)});
  auto one = tenant.only();
  CHECK(one["attempts"][0]["at"] == "2026-11-23T09:05:00Z");
  CHECK(one["next_at"] == "2026-11-23T09:06:00Z");
  CHECK(json_of(tenant.get(endpoints + "/" + id))["failing_since"] == "2026-11-23T09:05:00Z");
  tenant.clock.set(began + std::chrono::seconds(65));  // 09:06:14
  tenant.attempt(failed("status", milliseconds(7000), 410),
                 {DeliveryState::gave_up, {}, std::nullopt, "answered 410: the endpoint is gone"});
  one = tenant.only();
  CHECK(one["ended_at"] == "2026-11-23T09:06:00Z");
  CHECK(json_of(tenant.get(endpoints + "/" + id))["disabled_at"] == "2026-11-23T09:06:00Z");
}

TEST_CASE("Nor does the moment until which others wait that were never tried [N-191]",
          "[admin][api][sites]") {
  Tenant tenant;
  tenant.owe("webhook:ep_1", 1);
  const auto began = tenant.clock.now();
  AttemptOutcome throttled{DeliveryState::pending, began + std::chrono::seconds(12)};
  throttled.others_wait_until = began + std::chrono::milliseconds(11'870);
  auto& ledger = tenant.store->ledger();
  const auto claimed = ledger.claim_deliveries("w", began, std::chrono::seconds(60), 1).value();
  tenant.owe("webhook:ep_1", 2);
  AttemptRecord record = AttemptRecord::of(claimed.at(0));
  record.attempt = failed("status", milliseconds(1870), 429);
  record.attempt.number = 1;
  record.attempt.at = began;
  record.outcome = throttled;
  ledger.record_attempts({&record, 1}, began, std::chrono::hours(120)).value();
  const auto list = json_of(tenant.get(deliveries))["deliveries"];
  REQUIRE(list.size() == 2);
  CHECK(list[0]["attempt_count"] == 0);
  CHECK(list[0]["next_at"] == "2026-11-23T09:06:00Z");
}

TEST_CASE("An end is not shown before the beginning [N-191]", "[admin][api][sites]") {
  Tenant tenant;
  tenant.owe("webhook:ep_1", 1);
  tenant.attempt(failed("", milliseconds(7000), 204), {DeliveryState::delivered, {}});
  CHECK(tenant.only()["ended_at"] == tenant.only()["created_at"]);
}

TEST_CASE("A tenant's replay cannot be asked how long an attempt took [N-191]",
          "[admin][api][sites]") {
  Tenant tenant;
  tenant.owe("webhook:ep_1", 1);
  tenant.attempt(failed("status", milliseconds(7000), 500), {DeliveryState::gave_up, {}});
  // Ended at 09:05:16: of the moments of that minute none says so.
  const auto replayed = [&](const std::string& since) {
    return json_of(tenant.ask(
        {"POST", deliveries + "/replay", R"({"failed_since": ")" + since + R"("})"}))["replayed"];
  };
  CHECK(replayed("2026-11-23T09:06:00Z") == 0);
  CHECK(replayed("2026-11-23T09:05:59Z") == 1);
}

TEST_CASE("Why an endpoint is disabled is told to a tenant in our words only [N-191]",
          "[admin][api][sites]") {
  Tenant tenant;
  const auto id = json_of(tenant.ask({"POST", endpoints, R"({"url": "https://a.example/"})"}))["id"]
                      .get<std::string>();
  const auto why = [&] { return json_of(tenant.get(endpoints + "/" + id))["disabled_why"]; };
  const auto list_why = [&] {
    return json_of(tenant.get(endpoints))["endpoints"][0]["disabled_why"];
  };
  CHECK(why().is_null());
  SECTION("it failed for too long") {
    tenant.owe("webhook:" + id, 1);
    tenant.attempt(failed("refused-address"), {DeliveryState::pending, tenant.clock.now()});
    for (int day = 0; day < 6; ++day) {
      tenant.clock.advance(std::chrono::hours(24));
      if (!why().is_null()) break;
      tenant.attempt(failed("refused-address"), {DeliveryState::pending, tenant.clock.now()});
    }
    CHECK(why() == "it has failed for too long without a success");
  }
  SECTION("too much was waiting") {
    tenant.owe("webhook:" + id, 1);
    tenant.owe("webhook:" + id, 2);
    tenant.store->ledger().disable_overfull_targets(2, 1, tenant.clock.now()).value();
    CHECK(why() == "too many deliveries were waiting for it");
  }
  SECTION("it said so") {
    tenant.owe("webhook:" + id, 1);
    tenant.attempt(
        failed("status", milliseconds(1), 410),
        {DeliveryState::gave_up, {}, std::nullopt, "answered 410: the endpoint is gone"});
    CHECK(why() == "the endpoint is gone");
  }
  SECTION("anything else") {
    tenant.store->ledger()
        .disable_target(2, "webhook:" + id, "geheim: connect", tenant.clock.now())
        .value();
    CHECK(why() == "it could not be told");
  }
  SECTION("by hand") {
    tenant.ask({"POST", endpoints + "/" + id + "/disable"});
    CHECK(why() == "by the admin API");
  }
  CHECK(list_why() == why());
}
