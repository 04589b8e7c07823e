#include "sosik/render/held_back.hpp"

#include "../support/feed_json.hpp"
#include "catch.hpp"
#include "feed_lint.hpp"

using namespace sosik;

namespace {

Feed feed_of_three() {
  Feed feed = testing::feed_from(nlohmann::json::parse(R"({"entries":[{},{},{}],"total":3})"));
  for (auto& entry : feed.entries) {
    entry.post_id = "p" + std::to_string(entry.sequence);
    entry.revision = 7;
    entry.published = entry.updated = feed.changed_at - std::chrono::hours(10 - entry.sequence);
  }
  feed.history.is_complete = true;
  return feed;
}

std::vector<std::string> posts_of(const RepairedDocument& document) {
  std::vector<std::string> posts;
  for (const auto& held : document.held_back) posts.push_back(held.post_id);
  return posts;
}

}  // namespace

TEST_CASE("A feed without fault is rendered once and as it is", "[render][held_back]") {
  const Feed feed = feed_of_three();
  int rendered = 0;
  const auto document =
      render_repaired(feed, Format::rss, [&](const Feed& f, Format format, auto* findings) {
        ++rendered;
        return render_checked(f, format, findings);
      });
  REQUIRE(document.has_value());
  CHECK(document.value().bytes == render_checked(feed, Format::rss).value());
  CHECK(document.value().held_back.empty());
  CHECK(rendered == 1);
}

TEST_CASE("An entry that the gate names is held back, and the others are served",
          "[render][held_back][F-210]") {
  Feed feed = feed_of_three();
  feed.entries[1].url = "https://blog.example/글";
  for (const Format format : {Format::rss, Format::atom, Format::json}) {
    INFO(to_string(format));
    const auto document = render_repaired(feed, format);
    REQUIRE(document.has_value());
    CHECK(posts_of(document.value()) == std::vector<std::string>{"p2"});
    CHECK(document.value().held_back[0].revision == 7);
    CHECK_THAT(document.value().held_back[0].reason, Catch::Contains("absolute ASCII URL"));
    Feed rest = feed;
    rest.entries.erase(rest.entries.begin() + 1);
    rest.total = 2;
    rest.history.is_complete = false;
    CHECK(document.value().bytes == render_checked(rest, format).value());
  }
}

TEST_CASE("Of two entries with one id the older is held back",
          "[render][held_back][F-056][F-112]") {
  Feed feed = feed_of_three();
  feed.entries[2].id = feed.entries[0].id;
  for (const Format format : {Format::rss, Format::atom, Format::json})
    CHECK(posts_of(render_repaired(feed, format).value()) == std::vector<std::string>{"p1"});
}

TEST_CASE("No entry is held back for the id that its previous system gave it",
          "[render][held_back][F-003][F-086]") {
  const auto id =
      GENERATE(as<std::string>{}, "https://old.example/%ec%98%a8%ec%bd%9c",
               "http://old.example/?p=12", "https://old.example/%zz", "https://old.example/100%",
               "tag:old.example:1", "tag:,2004:1", "tag:old.example,2004-1-1:post/1",
               "urn:uuid:1225C695-CFB8-4EBB-AAAA-80DA344EFA6A", "a:", "1", "글 1", "<1>", "x y:z");
  INFO(id);
  Feed feed = feed_of_three();
  feed.entries[1].id = id;
  feed.extensions.tombstones = true;
  feed.tombstones = {{id + "x", feed.changed_at}, {id, feed.changed_at}};
  for (const Format format : {Format::rss, Format::atom, Format::json}) {
    INFO(to_string(format));
    const auto document = render_repaired(feed, format);
    REQUIRE(document.has_value());
    CHECK(posts_of(document.value()).empty());
  }
}

TEST_CASE("A document that lacks an entry does not say that it is complete",
          "[render][held_back][H-200]") {
  Feed feed = feed_of_three();
  feed.entries[0].url = "no url";
  Feed shown;
  const auto document =
      render_repaired(feed, Format::atom, [&](const Feed& f, Format format, auto* findings) {
        shown = f;
        return render_checked(f, format, findings);
      });
  REQUIRE(document.has_value());
  CHECK_FALSE(shown.history.is_complete);
  CHECK(shown.total == 2);
}

TEST_CASE("A fault of the feed itself holds no entry back for nothing", "[render][held_back]") {
  Feed feed = feed_of_three();
  feed.home_url = "no url";
  const auto document = render_repaired(feed, Format::rss);
  REQUIRE(document.has_error());
  CHECK(document.error().code == Errc::invalid);
  CHECK_THAT(document.error().detail, Catch::Contains("channel/link"));
}

TEST_CASE("Rendering ends, whatever the gate goes on to find", "[render][held_back]") {
  Feed feed = feed_of_three();
  for (int i = 0; i < 20; ++i) feed.entries.push_back(feed.entries.back());
  int rendered = 0;
  const auto document = render_repaired(
      feed, Format::rss,
      [&](const Feed&, Format, std::vector<Finding>* findings) -> Result<std::string> {
        ++rendered;
        *findings = {{"F-000", "item", "is never right", 1, 0, "", false}};
        return invalid("never right");
      });
  CHECK(document.has_error());
  CHECK(rendered == 4);
}

TEST_CASE("What is not well-formed costs the entry that it is in", "[render][held_back][F-021]") {
  const Feed feed = feed_of_three();
  const auto document = render_repaired(
      feed, Format::rss, [](const Feed& f, Format format, auto* findings) -> Result<std::string> {
        auto bytes = render_checked(f, format).value();
        if (f.entries.size() == 3) bytes.replace(bytes.find("글 2"), 4, "\x08   ");
        *findings = find_faults(bytes, format);
        if (!findings->empty()) return invalid(to_string(findings->front()));
        return bytes;
      });
  REQUIRE(document.has_value());
  CHECK(posts_of(document.value()) == std::vector<std::string>{"p2"});
}
