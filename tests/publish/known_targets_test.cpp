// Whom the publisher knows, and with which secrets (N-154, N-164).
#include "known_targets.hpp"

#include "catch.hpp"
#include "sosik/publish/webhook_secret.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

const Timestamp now = from_unix_ms(1'795'424'709'000);
const std::string key(32, 'k');

Endpoint endpoint(std::int64_t generation, std::optional<Timestamp> previous_until) {
  Endpoint e;
  e.id = "ep_0000000000000001";
  e.url = "https://a.example/";
  e.generation = generation;
  e.previous_until = previous_until;
  return e;
}

std::string secret(std::int64_t generation) {
  return parse_webhook_secret(endpoint_secret(key, 1, "ep_0000000000000001", generation)).value();
}

Target configured(std::string name) {
  Target target;
  target.kind = TargetKind::webhook;
  target.name = std::move(name);
  target.secrets = {"s"};
  return target;
}

}  // namespace

TEST_CASE("The secret before signs too, until its time is over [N-154]", "[known]") {
  using Secrets = std::vector<std::string>;
  KnownTargets known({}, {}, key);
  CHECK_FALSE(known.version());
  known.set_endpoints({endpoint(2, now + 24h)}, 7);
  CHECK(known.version() == 7);
  const std::string name = "webhook:ep_0000000000000001";
  const auto during = known.find(name, now);
  CHECK(during->secrets == Secrets{secret(2), secret(1)});
  CHECK(known.find(name, now + 24h - 1ms) == during);  // made once
  CHECK(known.find(name, now + 24h)->secrets == Secrets{secret(2)});
  CHECK(during->secrets.size() == 2);  // whoever holds it keeps it as it was
  known.set_endpoints({endpoint(1, now + 24h)}, 8);
  CHECK(known.find(name, now)->secrets == Secrets{secret(1)});  // there was none before
  CHECK(secret(1) != secret(2));
  known.set_endpoints({}, 9);
  CHECK(known.find(name, now) == nullptr);
}

TEST_CASE("Who is reached at one host is found together, and anew after a change [N-084]",
          "[known]") {
  auto a = configured("webhook:a"), b = configured("webhook:b"), purge = configured("purge:cdn");
  a.url = "https://one.example/a";
  b.url = "https://two.example:8443/b";
  purge.url = "{url}";
  CHECK(host_of(b) == "two.example:8443");
  KnownTargets known({}, {a, b, purge}, key);
  Endpoint e = endpoint(1, std::nullopt);
  e.url = "https://ONE.example:443/e";
  known.set_endpoints({e}, 1);
  const auto names = [&](const std::string& host) {
    auto list = known.names_at(host);
    std::sort(list.begin(), list.end());
    return list;
  };
  using Names = std::vector<std::string>;
  CHECK(names("one.example:443") == Names{"webhook:a", "webhook:" + e.id});
  CHECK(names("two.example:8443") == Names{"webhook:b"});
  CHECK(names("purge:cdn") == Names{"purge:cdn"});
  CHECK(names("three.example:443").empty());
  known.set_endpoints({}, 2);
  CHECK(names("one.example:443") == Names{"webhook:a"});
  known.adopt({}, {b});
  CHECK(names("one.example:443").empty());
}

TEST_CASE("Adopted targets take the place of the old ones, endpoints stay", "[known]") {
  KnownTargets known({}, {configured("webhook:a")}, key);
  known.set_endpoints({endpoint(1, std::nullopt)}, 1);
  const auto held = known.find("webhook:a", now);
  Site site;
  site.title = "새 이름";
  known.adopt(site, {configured("webhook:b")});
  CHECK(held->name == "webhook:a");
  CHECK(known.find("webhook:a", now) == nullptr);
  CHECK(known.find("webhook:b", now) != nullptr);
  CHECK(known.find("webhook:ep_0000000000000001", now) != nullptr);
  CHECK(known.site()->title == "새 이름");
  CHECK(known.version() == 1);
}
