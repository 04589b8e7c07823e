// No document grows beyond max_bytes (F-006).
#include "byte_cap.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "../support/feed_json.hpp"
#include "catch.hpp"
#include "sosik/render/render.hpp"

using namespace sosik;

namespace {

constexpr Format documents[] = {Format::rss, Format::atom, Format::json};

// Twenty posts of about 60 KB each.
Feed large_feed(std::size_t max_bytes) {
  nlohmann::json entries = nlohmann::json::array();
  for (int i = 20; i > 0; --i) {
    std::string body;
    for (int line = 0; line < 500 + 20 * i; ++line)
      body += "<p>같은 줄을 여러 번 적어 글을 길게 만든 문단입니다.</p>\n";
    entries.push_back({{"title", "긴 글 " + std::to_string(i)},
                       {"summary", "긴 글 " + std::to_string(i) + "의 요약."},
                       {"content_html", body}});
  }
  return testing::feed_from({{"entries", entries}, {"max_bytes", max_bytes}});
}

std::size_t count(const std::string& text, std::string_view word) {
  std::size_t found = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("A feed of 512 KB shows all its posts, the oldest by their summary",
          "[render][cap][F-006]") {
  constexpr std::size_t limit = 512 * 1024;
  const Format format = GENERATE(from_range(std::begin(documents), std::end(documents)));
  INFO(to_string(format));
  const std::string document = render_checked(large_feed(limit), format).value();
  CHECK(document.size() <= limit);
  CHECK(document.size() > limit - 80'000);  // one post more would not have fitted
  CHECK(count(document, "긴 글 20</title>") + count(document, "\"긴 글 20\"") == 1);
  CHECK(count(document, "긴 글 1의 요약.") >= 1);
  // Of the newest the content, of the oldest none.
  const auto newest = document.find("문단입니다"), oldest = document.rfind("문단입니다");
  CHECK(newest < document.find("긴 글 19의"));
  CHECK(oldest < document.find("긴 글 1의"));
}

TEST_CASE("Content is left out of as few posts as needed", "[render][cap][F-006]") {
  Feed feed = large_feed(4'000'000);
  const std::string whole = render_checked(feed, Format::rss).value();
  feed.max_bytes = whole.size();
  CHECK(render_checked(feed, Format::rss).value() == whole);
  feed.max_bytes = whole.size() - 1;
  Feed one_less = large_feed(4'000'000);
  one_less.entries.back().content_html.clear();
  CHECK(render_checked(feed, Format::rss).value() == render_checked(one_less, Format::rss).value());
}

TEST_CASE(
    "Where summaries are too much the oldest posts are left out, and the feed is not complete",
    "[render][cap][F-006][H-201]") {
  Feed feed = large_feed(4'000'000);
  feed.history.is_complete = true;
  for (Entry& entry : feed.entries) entry.summary = std::string(3000, 'x');
  feed.max_bytes = 20'000;
  std::vector<std::pair<std::size_t, bool>> shown;
  render_within_limit(feed, [&](const Feed& cut) {
    std::string document = render_checked(cut, Format::html).value();
    std::size_t size = 500;
    for (const Entry& entry : cut.entries) size += entry.summary.size() + entry.content_html.size();
    shown.emplace_back(cut.entries.size(), cut.history.is_complete);
    return std::string(size, ' ');
  });
  for (const auto& [entries, is_complete] : shown) CHECK(is_complete == (entries == 20));
  for (const Format format : documents) {
    const std::string document = render_checked(feed, format).value();
    CHECK(document.size() <= feed.max_bytes);
    CHECK(document.find("긴 글 20") != std::string::npos);
    CHECK(document.find("긴 글 1<") == std::string::npos);
  }
}

TEST_CASE("A document leads to the last page that holds an entry which it leaves out",
          "[render][cap][F-006][H-202]") {
  Feed feed = large_feed(4'000'000);
  for (std::size_t i = 0; i < feed.entries.size(); ++i) {  // two entries a page, 20 to 11
    feed.entries[i].archive_page = 20 - static_cast<std::int64_t>(i) / 2;
    feed.entries[i].content_html.clear();
    feed.entries[i].summary = std::string(3000, 'x');
  }
  feed.entries[18].archive_page = 19;  // an old date, but came late
  for (std::int64_t page = 11; page <= 20; ++page)
    feed.history.pages[page] = {"https://blog.example/" + std::to_string(page), "", ""};
  feed.history.previous_page = 10;
  feed.history.previous.rss = "https://blog.example/10";
  std::map<std::size_t, std::string> leads_to;
  const auto render = [&](const Feed& cut) {
    leads_to[cut.entries.size()] = cut.history.previous.rss;
    std::size_t size = 0;
    for (const Entry& entry : cut.entries) size += entry.summary.size();
    return std::string(size, ' ');
  };
  for (std::size_t kept = 0; kept <= 20; ++kept) {
    feed.max_bytes = kept * 3000;
    render_within_limit(feed, render);
  }
  CHECK(leads_to.at(20) == "https://blog.example/10");
  CHECK(leads_to.at(19) == "https://blog.example/11");
  CHECK(leads_to.at(18) == "https://blog.example/19");
  CHECK(leads_to.at(4) == "https://blog.example/19");
  CHECK(leads_to.at(3) == "https://blog.example/19");
  CHECK(leads_to.at(1) == "https://blog.example/20");
  CHECK(leads_to.at(0) == "https://blog.example/20");
}

TEST_CASE("An archive document keeps all its entries, the oldest by their summary",
          "[render][cap][F-006][H-202]") {
  Feed feed = large_feed(20'000);
  feed.history.is_archive = true;
  for (Entry& entry : feed.entries) entry.summary += std::string(2000, 'x');
  for (const Format format : documents) {
    const std::string document = render_checked(feed, format).value();
    for (int i = 1; i <= 20; ++i)
      CHECK(document.find("긴 글 " + std::to_string(i) + "의 요약.") != std::string::npos);
    CHECK(document.find("문단입니다") == std::string::npos);
  }
}

TEST_CASE("A feed within its limit is rendered once, and a large one a few times more",
          "[render][cap]") {
  std::size_t renderings = 0;
  const auto counted = [&](const Feed& feed) {
    ++renderings;
    std::size_t size = 0;
    for (const Entry& entry : feed.entries) size += entry.content_html.size();
    return std::string(size, ' ');
  };
  render_within_limit(large_feed(4'000'000), counted);
  CHECK(renderings == 1);
  renderings = 0;
  render_within_limit(large_feed(512 * 1024), counted);
  CHECK(renderings <= 6);
}

TEST_CASE("Summaries longer than their content do not stop the search", "[render][cap]") {
  Feed feed = testing::feed_from(
      {{"entries", {{{"content_html", "<p>짧다</p>"}}, {{"content_html", "<p>짧다</p>"}}}}});
  for (Entry& entry : feed.entries) entry.summary = std::string(400, 'x');
  for (const Format format : documents)
    for (std::size_t limit = 300; limit < 3000; limit += 50) {
      feed.max_bytes = limit;
      const std::string document = render_checked(feed, format).value();
      Feed none = feed;
      none.entries.clear();
      CHECK(document.size() <= std::max(limit, render_checked(none, format).value().size()));
    }
}

TEST_CASE("Pages are not cut", "[render][cap]") {
  Feed feed = large_feed(1000);
  CHECK(count(render_checked(feed, Format::html).value(), "<article>") == 20);
}
