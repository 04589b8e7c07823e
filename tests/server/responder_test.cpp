// The Responder without sockets: what it keeps alive.
#include "responder.hpp"

#include "catch.hpp"
#include "fake_clock.hpp"
#include "memory_snapshots.hpp"

using namespace sosik;

namespace {

MemoryDocument document(std::string identity) {
  MemoryDocument document;
  document.identity = std::move(identity);
  return document;
}

struct Responding {
  ServerOptions options;
  MemorySnapshots snapshots;
  FakeClock clock;
  PollBudget polls{options.polls};
  TrustedProxies proxies;
  Responder responder{options, snapshots, clock, polls, proxies};

  // With whatever has to be made for it.
  Response get(std::string_view path) {
    Request request;
    request.path = path;
    Response response;
    auto missing = responder.respond(request, response);
    while (missing) {
      const Missing wanted = *missing;
      missing = responder.respond_made(request, wanted, make_missing(snapshots, wanted), response);
    }
    return response;
  }
};

}  // namespace

TEST_CASE("A response on its way keeps its body alive, not the snapshot", "[server]") {
  Responding site;
  const std::string large(100'000, 'L');
  site.snapshots.put("main", Format::rss, document(large));
  const Response response = site.get("/rss.xml");
  REQUIRE(response.status == 200);
  const std::weak_ptr<Snapshot> snapshot = site.snapshots.find(main_site, "main")->current();
  REQUIRE_FALSE(snapshot.expired());
  site.snapshots.put("main", Format::rss, document("<rss/>"));
  site.responder.drop_stale();
  CHECK(snapshot.expired());
  CHECK(response.body.view() == large);
  CHECK(response.body.descriptor() >= 0);
}

TEST_CASE("What had to go for something that was made is let go of at once", "[server]") {
  Responding site;
  site.snapshots.put("main", Format::rss, document("<rss/>"));
  site.snapshots.put("dev", Format::rss, document("<rss/>"));
  REQUIRE(site.get("/rss.xml").status == 200);
  const std::weak_ptr<Snapshot> snapshot = site.snapshots.find(main_site, "main")->current();
  site.snapshots.put("main", Format::rss, document("<rss>new</rss>"));
  CHECK_FALSE(snapshot.expired());
  REQUIRE(site.get("/dev/rss.xml").status == 200);
  CHECK(snapshot.expired());
}
