// Descriptors of rendered documents: which are kept, which make place.
#include "many_feeds.hpp"

using namespace sosik;
using namespace sosik::testing;

TEST_CASE("Descriptors are bounded, and come back with the bytes", "[snapshot][budget]") {
  ManyFeeds blog(8, 50'000);
  blog.restart_with(10'000 * kib, 3);
  blog.get_all();
  CHECK(blog.statistics().descriptors <= 3);
  int files = 0;
  for (int i = 0; i < 8; ++i) {
    const auto made = blog.get(blog.key(i), Format::rss);
    CHECK(made.body.size() > 50'000);
    files += made.body.descriptor() >= 0 ? 1 : 0;
    CHECK(blog.statistics().descriptors <= 3);
  }
  CHECK(files >= 3);
  blog.restart_with(200 * kib, 3);  // the one before closes its files
  blog.get_all();
  CHECK(blog.in_memory() < 4);
  CHECK(blog.statistics().descriptors <= 3);
  blog.snapshots->reset();
  blog.get("posts/p0", Format::html);
  blog.get("posts/p1", Format::html);
  blog.restart_with(1, 3);
  CHECK(blog.statistics().descriptors == 0);
}

TEST_CASE("A file that nobody asks for makes place for another", "[snapshot][budget]") {
  ManyFeeds blog(6, 50'000);
  Post small = blog.post("small", "작은 글");
  small.tags = {{"small", ""}};
  blog.put_silently(small);
  blog.restart_with(10'000 * kib, 3);
  blog.get("tag/small", Format::rss);
  const auto hot = blog.current(blog.key(0));
  hot->make(Format::rss, Coding::identity).value();
  for (int i = 1; i < 6; ++i) {
    CHECK(hot->find(Format::rss, Coding::identity)->body.descriptor() >= 0);
    CHECK(blog.get(blog.key(i), Format::rss).body.descriptor() >= 0);
    CHECK(blog.statistics().descriptors <= 3);
  }
  CHECK(blog.current(blog.key(0)) == hot);
  CHECK(blog.is_in_memory("tag/small"));  // has none to give
}

TEST_CASE("When every file is asked for, they stay, and what has none is copied",
          "[snapshot][budget]") {
  ManyFeeds blog(6, 50'000);
  blog.restart_with(10'000 * kib, 3);
  for (int round = 0; round < 3; ++round)
    for (int i = 0; i < 6; ++i) {
      blog.get(blog.key(i), Format::rss);
      for (int j = 0; j <= i; ++j) blog.is_in_memory(blog.key(j));  // asks for it
    }
  const int rendered = blog.rendered;
  for (int i = 0; i < 6; ++i) blog.get(blog.key(i), Format::rss);
  CHECK(blog.rendered == rendered);
  CHECK(blog.in_memory() == 6);
}
