// What a party that was seen to fetch a document is known to have, by itself (proof of telling).
#include "confirmation.hpp"

#include <map>

#include "ledger_tools.hpp"
#include "publisher_rig.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

struct Rig : PublisherRig {
  std::map<std::string, std::int64_t> ids;  // of deliveries, by topic

  // A feed that is served at that revision.
  void feed(const std::string& key, std::int64_t revision) {
    auto write = [&]() -> Result<void> {
      FeedRecord record;
      record.state.key = key;
      record.state.revision = revision;
      record.state.changed_at = changed_at;
      return store->syndication().write_feed_record(1, record);
    };
    store->syndication().transact(write).value();
  }
  // Told of that topic at revision 1.
  void told(const std::string& target, const std::string& topic) {
    owe(TargetKind::websub, target, topic);
    for (const auto& d : store->ledger().claim_deliveries("w", clock.now(), 60s, 10).value())
      record_one(*store, d, clock.now(), {DeliveryState::delivered, clock.now()}).value();
  }
  void fetch(const std::string& key, Format format, std::chrono::seconds older = 0s) {
    confirm_fetch(*store, options.site,
                  {{"websub:hub"}, key, format, changed_at - older, clock.now()})
        .value();
  }
  // The topics that are confirmed, the oldest first.
  std::string confirmed() {
    std::string topics;
    for (const auto& d : deliveries())
      if (d.confirmed_at) topics = d.topic + (topics.empty() ? "" : " ") + topics;
    return topics;
  }

  const Timestamp changed_at = from_unix_ms(1'795'424'000'000);
};

const std::string root = "https://blog.example";

}  // namespace

TEST_CASE("A fetch confirms the topic of its own format, to its own party", "[publish][confirm]") {
  Rig rig;
  rig.feed("tag/go", 1);
  rig.told("websub:hub", root + "/tag/go/rss.xml");
  rig.told("websub:hub", root + "/tag/go/atom.xml");
  rig.told("websub:other", root + "/tag/go/rss.xml");
  SECTION("RSS") {
    rig.fetch("tag/go", Format::rss);
    CHECK(rig.confirmed() == root + "/tag/go/rss.xml");
    CHECK_FALSE(rig.deliveries().at(0).confirmed_at);  // the other party's
  }
  SECTION("Atom") {
    rig.fetch("tag/go", Format::atom);
    CHECK(rig.confirmed() == root + "/tag/go/atom.xml");
  }
  SECTION("the list of feeds is nobody's topic") {
    rig.fetch("tag/go", Format::opml);
    CHECK(rig.confirmed().empty());
  }
}

TEST_CASE("A fetch of what has moved on since confirms nothing, nor does one of no feed",
          "[publish][confirm]") {
  Rig rig;
  rig.feed("tag/go", 1);
  rig.told("websub:hub", root + "/tag/go/rss.xml");
  rig.fetch("tag/go", Format::rss, 1s);
  CHECK(rig.confirmed().empty());
  rig.fetch("tag/none", Format::rss);
  CHECK(rig.confirmed().empty());
}

TEST_CASE("What is owed at a newer revision than the feed's is not confirmed by it",
          "[publish][confirm]") {
  Rig rig;
  rig.feed("tag/go", 0);
  rig.told("websub:hub", root + "/tag/go/rss.xml");
  rig.fetch("tag/go", Format::rss);
  CHECK(rig.confirmed().empty());
}

TEST_CASE("Any document of the main feed confirms a ping about the site; a page its own URL",
          "[publish][confirm]") {
  Rig rig;
  rig.feed("main", 1);
  rig.told("websub:hub", root + "/");
  rig.told("websub:hub", root + "/posts/%EA%B8%80");
  SECTION("a feed") {
    rig.fetch("main", Format::json);
    CHECK(rig.confirmed() == root + "/");
  }
  SECTION("a page") {
    rig.fetch("posts/글", Format::html, 1h);  // pages have no revision of a feed
    CHECK(rig.confirmed() == root + "/posts/%EA%B8%80");
  }
}
