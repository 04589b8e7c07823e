// /api/v1/events and /api/v1/deliveries
#include "api_fixture.hpp"
#include "sosik/store/syndication_store.hpp"

using namespace sosik;

namespace {

// As the step would: five events, the fourth of a feed, and a delivery of the first.
void record(ApiBlog& blog) {
  auto& syndication = blog.store->syndication();
  const auto worked = syndication.transact([&]() -> Result<void> {
    for (int number = 1; number <= 5; ++number) {
      Event event;
      event.event_id = "evt_" + std::to_string(number);
      event.number = number;
      event.kind = number == 4 ? EventKind::feed_changed : EventKind::post_published;
      event.subject = number == 4 ? "main" : "글" + std::to_string(number);
      event.at = blog.clock.now();
      event.data = R"({"title": "제목"})";
      if (auto added = syndication.add_event(event, ""); !added) return added;
    }
    for (int number = 1; number <= 3; ++number) {
      Delivery delivery;
      delivery.kind = TargetKind::webhook;
      delivery.target = number == 3 ? "webhook:other" : "webhook:build";
      delivery.topic = "evt_" + std::to_string(number);
      delivery.subject = "글" + std::to_string(number);
      delivery.event_number = number;
      delivery.created_at = delivery.next_at = blog.clock.now();
      if (auto added = syndication.add_delivery(delivery); !added) return added;
    }
    return {};
  });
  REQUIRE(worked.has_value());
}

// Every delivery is tried once and given up.
void give_all_up(ApiBlog& blog) {
  auto& ledger = blog.store->ledger();
  const auto now = blog.clock.now();
  for (const auto& d : ledger.claim_deliveries("t", now, std::chrono::seconds(60), 10).value()) {
    AttemptRecord record = AttemptRecord::of(d);
    record.attempt.delivery = d.id;
    record.attempt.number = d.attempts;
    record.attempt.at = now;
    record.attempt.status = 500;
    record.attempt.error_class = "status";
    record.attempt.detail = "HTTP 500";
    record.outcome.state = DeliveryState::gave_up;
    CHECK(ledger.record_attempts({&record, 1}, now, std::chrono::hours(120)).value().at(0) ==
          Recorded::yes);
  }
}

std::string numbers_of(const nlohmann::json& list) {
  std::string numbers;
  for (const auto& event : list["events"]) numbers += event["number"].dump() + " ";
  return numbers + "next " + list["next"].dump();
}

}  // namespace

TEST_CASE("Events are followed by number", "[admin][api]") {
  ApiBlog blog;
  record(blog);
  CHECK(numbers_of(json_of(blog.get("/api/v1/events"))) == "1 2 3 4 5 next 5");
  CHECK(numbers_of(json_of(blog.get("/api/v1/events?after=3"))) == "4 5 next 5");
  CHECK(numbers_of(json_of(blog.get("/api/v1/events?after=1&limit=2"))) == "2 3 next 3");
  CHECK(numbers_of(json_of(blog.get("/api/v1/events?after=99"))) == "next 99");
  CHECK(numbers_of(json_of(blog.get("/api/v1/events?after=latest"))) == "next 5");
  const auto first = json_of(blog.get("/api/v1/events?limit=1"))["events"][0];
  CHECK(first["subject"] == "글1");
  CHECK(first["data"]["title"] == "제목");
  CHECK(first["at"] == "2026-11-23T09:05:09Z");
}

TEST_CASE("Events of one type leave no gap behind", "[admin][api]") {
  ApiBlog blog;
  record(blog);
  CHECK(numbers_of(json_of(blog.get("/api/v1/events?type=feed.changed"))) == "4 next 5");
  CHECK(numbers_of(json_of(blog.get("/api/v1/events?type=feed.changed&limit=1"))) == "4 next 4");
  CHECK(numbers_of(json_of(blog.get("/api/v1/events?type=post.deleted"))) == "next 5");
  CHECK(status_of(blog.get("/api/v1/events?type=post.moved")) == 400);
}

TEST_CASE("Who asks for events may wait only when there are none", "[admin][api]") {
  ApiBlog blog;
  record(blog);
  CHECK(blog.get("/api/v1/events?after=5&wait=60").may_wait == std::chrono::seconds(60));
  CHECK_FALSE(blog.get("/api/v1/events?after=5").may_wait);
  CHECK_FALSE(blog.get("/api/v1/events?after=4&wait=60").may_wait);
  CHECK(blog.get("/api/v1/events?type=post.deleted&wait=9").may_wait == std::chrono::seconds(9));
  CHECK(status_of(blog.get("/api/v1/events?wait=61")) == 400);
  CHECK(status_of(blog.get("/api/v1/events?after=-1")) == 400);
}

TEST_CASE("Deliveries are listed by what they are, and told with their attempts", "[admin][api]") {
  ApiBlog blog;
  record(blog);
  give_all_up(blog);
  const auto ids = [&](const std::string& query) {
    std::string found;
    const auto list = json_of(blog.get("/api/v1/deliveries" + query));
    for (const auto& d : list["deliveries"]) found += d["id"].dump() + " ";
    return found;
  };
  CHECK(ids("") == "3 2 1 ");
  CHECK(ids("?target=webhook:build") == "2 1 ");
  CHECK(ids("?state=gave up&limit=1") == "3 ");
  CHECK(ids("?cursor=3") == "2 1 ");
  CHECK(ids("?post_id=글2") == "2 ");
  CHECK(ids("?topic=evt_1") == "1 ");
  CHECK(ids("?kind=slack").empty());
  CHECK(ids("?since=2026-11-24").empty());
  CHECK(status_of(blog.get("/api/v1/deliveries?state=lost&cursor=0")) == 400);
  CHECK(json_of(blog.get("/api/v1/deliveries?limit=2"))["next"] == 2);
  CHECK(json_of(blog.get("/api/v1/deliveries"))["next"].is_null());

  const auto one = json_of(blog.get("/api/v1/deliveries/1"));
  CHECK(one["state"] == "gave up");
  CHECK(one["post_id"] == "글1");
  CHECK(one["event"] == "post.published");
  CHECK(one["attempts"][0]["status"] == 500);
  CHECK(one["attempts"][0]["error"] == "status");
  for (const char* none : {"99", "0", "-1", "abc", "replay", "1x"}) {
    INFO(none);
    CHECK(status_of(blog.get(std::string("/api/v1/deliveries/") + none)) == 404);
  }
}

TEST_CASE("A delivery is made again, or a range, or all that failed [N-208]", "[admin][api]") {
  ApiBlog blog;
  record(blog);
  const std::string all = "/api/v1/deliveries/replay";
  CHECK(status_of(blog.ask({"POST", "/api/v1/deliveries/1/replay"})) == 409);  // still open
  give_all_up(blog);
  CHECK(json_of(blog.ask({"POST", "/api/v1/deliveries/1/replay"}))["replayed"] == 1);
  CHECK(json_of(blog.get("/api/v1/deliveries/1"))["state"] == "pending");
  CHECK(blog.wakes == 1);
  CHECK(json_of(blog.ask({"POST", all, R"({"first": 1, "last": 2})"}))["replayed"] == 1);
  give_all_up(blog);
  CHECK(json_of(blog.ask({"POST", all, R"({"target": "webhook:other"})"}))["replayed"] == 1);
  CHECK(json_of(blog.ask({"POST", all, R"({"failed_since": "2026-11-24"})"}))["replayed"] == 0);
  CHECK(json_of(blog.ask({"POST", all, R"({"failed_since": "2026-11-23"})"}))["replayed"] == 2);
}

TEST_CASE("A replay of everything must be meant", "[admin][api]") {
  ApiBlog blog;
  const std::string body =
      GENERATE(as<std::string>{}, "{}", R"({"all": true})", R"({"first": 3, "last": 2})",
               R"({"first": 0})", R"({"failed_since": "x"})", R"({"since": "2026-01-01"})");
  INFO(body);
  CHECK(status_of(blog.ask({"POST", "/api/v1/deliveries/replay", body})) == 422);
}

TEST_CASE("Feeds are listed with their addresses", "[admin][api]") {
  ApiBlog blog;
  auto& syndication = blog.store->syndication();
  const auto worked = syndication.transact([&]() -> Result<void> {
    FeedRecord feed;
    feed.state.key = "tag/회고";
    feed.state.label = "회고";
    feed.state.revision = 7;
    feed.state.total = 2;
    feed.state.changed_at = blog.clock.now();
    return syndication.write_feed_record(1, feed);
  });
  REQUIRE(worked.has_value());
  const auto feeds = json_of(blog.get("/api/v1/feeds"))["feeds"];
  REQUIRE(feeds.size() == 1);
  CHECK(feeds[0]["key"] == "tag/회고");
  CHECK(feeds[0]["revision"] == 7);
  CHECK(feeds[0]["urls"]["atom"] == "https://blog.example/tag/%ED%9A%8C%EA%B3%A0/atom.xml");
}
