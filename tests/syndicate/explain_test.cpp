#include "sosik/syndicate/explain.hpp"

#include <random>

#include "catch.hpp"
#include "membership.hpp"

using namespace sosik;

TEST_CASE("The filter line that excludes a post is named, and only when one does", "[explain]") {
  const std::vector<std::string> names = {"개발", "개발/백엔드", "일상", "go"};
  std::mt19937 random(4);
  const auto some = [&](std::size_t most) {
    std::vector<std::string> list;
    for (auto n = random() % (most + 1); n > 0; --n) list.push_back(names[random() % names.size()]);
    return list;
  };
  Site site;
  int excluded = 0;
  for (int i = 0; i < 2000; ++i) {
    FeedFilter filter;
    filter.with_children = random() % 2 == 0;
    filter.categories = some(1);
    filter.tags = some(1);
    filter.exclude_categories = some(1);
    filter.exclude_tags = some(1);
    if (random() % 3 == 0) filter.languages = {"en"};
    if (random() % 3 == 0) filter.authors = {"kim"};
    Entry entry;
    for (const auto& name : some(2)) entry.categories.push_back({name, name});
    entry.tags = entry.tag_keys = some(2);
    entry.language = random() % 2 == 0 ? "en" : "";
    entry.authors = {{"kim", random() % 2 == 0 ? "kim" : "lee", "", ""}};
    if (random() % 2 == 0) entry.authors[0].key = "lee";
    const auto why = why_not_selected(filter, site, entry);
    CHECK(why.empty() == selects(filter, site, entry));
    excluded += !why.empty();
  }
  CHECK(excluded > 200);
  CHECK(excluded < 1900);
}
