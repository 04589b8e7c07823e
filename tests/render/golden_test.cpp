// One loop over tests/golden/<case>/: input.json, and what each format makes of it. UPDATE_GOLDEN=1
// rewrites the latter.
#include <algorithm>
#include <cstdlib>

#include "../support/feed_json.hpp"
#include "catch.hpp"
#include "feed_lint.hpp"
#include "sosik/render/render.hpp"
#include "source_dir.hpp"

namespace fs = std::filesystem;
using namespace sosik;

namespace {

const fs::path golden = testing::source_dir() / "tests/golden";

std::vector<fs::path> golden_cases() {
  std::vector<fs::path> cases;
  for (const auto& folder : fs::directory_iterator(golden))
    if (fs::exists(folder.path() / "input.json")) cases.push_back(folder.path());
  std::ranges::sort(cases);
  return cases;
}

constexpr std::pair<Format, const char*> outputs[] = {{Format::rss, "rss.xml"},
                                                      {Format::atom, "atom.xml"},
                                                      {Format::json, "feed.json"},
                                                      {Format::html, "index.html"}};

}  // namespace

TEST_CASE("Every golden case renders to the bytes on record", "[render][golden]") {
  const auto cases = golden_cases();
  REQUIRE(cases.size() >= 70);
  for (const auto& folder : cases) {
    const Feed feed = testing::feed_from_file(folder / "input.json");
    for (const auto& [format, name] : outputs) {
      INFO("case " << folder.filename() << ", " << name);
      const auto document = render_checked(feed, format);
      if (!document) FAIL(document.error().detail);
      if (std::getenv("UPDATE_GOLDEN")) {
        std::ofstream(folder / name, std::ios::binary) << document.value();
        continue;
      }
      CHECK(document.value() == testing::read_text(folder / name));
    }
  }
}

TEST_CASE("Every golden case passes the rules of the W3C validator that we know",
          "[render][golden][lint]") {
  for (const auto& folder : golden_cases()) {
    const Feed feed = testing::feed_from_file(folder / "input.json");
    if (feed.extensions != FeedExtensions{}) continue;  // it warns of them (F-032)
    INFO("case " << folder.filename());
    const auto rss = render_checked(feed, Format::rss).value();
    const auto atom = render_checked(feed, Format::atom).value();
    CHECK(testing::lint_rss(rss, feed.rss_url) == testing::Findings{});
    CHECK(testing::lint_atom(atom, feed.atom_url) == testing::Findings{});
  }
}
