// What we render comes back through `import feed` as the same entries, in all three formats.
#include <algorithm>

#include "catch.hpp"
#include "feed_json.hpp"
#include "sosik/base/text.hpp"
#include "sosik/ingest/feed_import.hpp"
#include "sosik/render/render.hpp"
#include "source_dir.hpp"

using namespace sosik;
namespace fs = std::filesystem;

namespace {

const fs::path golden = testing::source_dir() / "tests/golden";

std::vector<fs::path> golden_cases() {
  std::vector<fs::path> cases;
  for (const auto& folder : fs::directory_iterator(golden))
    if (fs::exists(folder.path() / "input.json")) cases.push_back(folder.path());
  std::ranges::sort(cases);
  return cases;
}

std::vector<std::string> sorted(std::vector<std::string> list) {
  std::ranges::sort(list);
  list.erase(std::ranges::unique(list).begin(), list.end());
  return list;
}

// As feeds write them: in RSS and JSON the names, in Atom the terms.
std::vector<std::string> labels_of(const Entry& entry, Format format) {
  std::vector<std::string> labels;
  for (const auto& category : entry.categories)
    labels.push_back(clean_line(nfc(format == Format::atom ? category.path : category.label)));
  for (const auto& tag : entry.tags) labels.push_back(clean_line(nfc(tag)));
  return sorted(std::move(labels));
}

std::vector<std::string> labels_of(const Post& post) {
  std::vector<std::string> labels;
  for (const auto& category : post.categories) labels.push_back(category.path);
  for (const auto& tag : post.tags) labels.push_back(tag.tag);
  return sorted(std::move(labels));
}

auto seconds(Timestamp at) { return std::chrono::floor<std::chrono::seconds>(at); }

void compare(const Entry& entry, const Post& post, const Feed& feed, Format format) {
  INFO("entry " << entry.id);
  // An id that Atom cannot hold as it is (F-086) is spelled otherwise there.
  if (format != Format::atom || post.guid == entry.id) CHECK(post.guid == clean_text(entry.id));
  CHECK(post.url == entry.url);
  if (!is_blank(entry.title)) CHECK(post.title == clean_line(entry.title));
  const bool is_full = feed.content == FeedContent::full && !entry.content_html.empty();
  if (is_full) CHECK(clean_text(post.body) == clean_text(entry.content_html));
  if (is_full && !is_blank(entry.summary)) CHECK(post.summary == clean_line(entry.summary));
  REQUIRE(post.published_at);
  CHECK(seconds(*post.published_at) == seconds(entry.published));
  if (format != Format::rss)  // which has no word for it
    CHECK(seconds(post.updated_at.value_or(*post.published_at)) == seconds(entry.updated));
  CHECK(labels_of(post) == labels_of(entry, format));
  const std::size_t enclosures = format == Format::rss
                                     ? std::min<std::size_t>(1, entry.enclosures.size())
                                     : entry.enclosures.size();
  REQUIRE(post.enclosures.size() >= enclosures);
  for (std::size_t i = 0; i < enclosures; ++i) {
    CHECK(post.enclosures[i].url == entry.enclosures[i].url);
    CHECK(post.enclosures[i].length == entry.enclosures[i].length);
    CHECK(post.enclosures[i].type == entry.enclosures[i].type);
  }
}

}  // namespace

TEST_CASE("What is rendered comes back as the same entries",
          "[snapshot][round_trip][F-001][F-003]") {
  FeedImportOptions options;
  options.zone = TimeZone::named("Asia/Seoul").value();
  int compared = 0;
  for (const auto& folder : golden_cases()) {
    const Feed feed = testing::feed_from_file(folder / "input.json");
    // What these change on purpose does not come back.
    if (feed.profile == FeedProfile::newsletter || feed.max_bytes < 1'000'000) continue;
    for (const Format format : {Format::rss, Format::atom, Format::json}) {
      INFO("case " << folder.filename() << " as " << to_string(format));
      const auto document = render_checked(feed, format).value();
      const auto read = read_feed(document, "", "", options);
      REQUIRE(read.has_value());
      CHECK(read->notices.empty());
      CHECK(read->title == clean_line(feed.title));
      REQUIRE(read->posts.size() == feed.entries.size());
      for (std::size_t i = 0; i < feed.entries.size(); ++i)
        compare(feed.entries[i], read->posts[i].post, feed, format);
      ++compared;
    }
  }
  CHECK(compared >= 150);
}
