// Keys of pages of archives, which whatever follows from a key (fold, URLs, definition) relies on.
#include "sosik/model/archive.hpp"

#include "catch.hpp"

using namespace sosik;

TEST_CASE("A page's key says feed and page, and no feed's key is one", "[model][archive][H-203]") {
  for (const std::string feed : {"main", "tag/archive/3", "tag/한글", ""})
    for (const std::int64_t page : {1, 20, 999'999'999}) {
      const auto found = archive_page_of(archive_key(feed, page));
      REQUIRE(found);
      CHECK(found->feed == feed);
      CHECK(found->page == page);
    }
  for (const std::string key :
       {"", "main", "main\n3", "archive/3", "\n", "\n3", "\nmain", "\nmain\n", "\nmain\n0",
        "\nmain\n-1", "\nmain\n3x", "\nmain\n 3", "\nmain\n99999999999999999999"}) {
    INFO(key);
    CHECK_FALSE(archive_page_of(key));
  }
}

TEST_CASE("Twenty numbers a page, from 1", "[model][archive][H-203]") {
  CHECK(page_of_number(0) == 0);
  CHECK(page_of_number(1) == 1);
  CHECK(page_of_number(20) == 1);
  CHECK(page_of_number(21) == 2);
}
