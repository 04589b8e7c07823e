// Under a budget: the documents of before, which are there in case the new ones cannot be made.
#include "many_feeds.hpp"

using namespace sosik;
using namespace sosik::testing;

TEST_CASE("Last good documents count, and go first", "[snapshot][budget]") {
  ManyFeeds blog(20);
  blog.restart_with(500 * kib);
  blog.get_all();
  CHECK(blog.in_memory() == 20);
  const auto before = blog.statistics();
  CHECK(before.evictions == 0);
  for (int i = 0; i < 10; ++i) blog.put(blog.tagged(i, "새 글"));
  CHECK(blog.in_memory() == 10);
  CHECK(blog.statistics().bytes >= before.bytes);
  // Others push the spare ones out before any document in use goes.
  for (int i = 10; i < 20; ++i) blog.get(blog.key(i), Format::atom);
  for (int i = 10; i < 20; ++i) CHECK(blog.is_in_memory(blog.key(i)));
  CHECK(blog.statistics().evictions == 0);
  CHECK(blog.statistics().bytes <= 500 * kib);
}

TEST_CASE("A spare document gives way to the new one", "[snapshot][budget]") {
  ManyFeeds blog(1);
  blog.restart_with(10'000 * kib);
  blog.get_all();
  const auto before = blog.statistics().bytes;
  blog.put(blog.tagged(0, "새 글"));
  blog.get_all();
  CHECK(blog.statistics().bytes < before + 2 * kib);
}

TEST_CASE("While the store cannot be read nothing goes", "[snapshot][budget][H-234]") {
  ManyFeeds blog(6, 20'000);
  blog.restart_with(100 * kib);
  blog.get(blog.key(0), Format::rss);
  blog.get(blog.key(1), Format::rss);
  REQUIRE(blog.in_memory() == 2);
  const auto evictions = blog.statistics().evictions;
  blog.is_store_gone = true;
  CHECK(blog.snapshots->open(main_site, blog.key(5)).has_error());
  for (int i = 0; i < 2; ++i)
    for (Coding coding : {Coding::gzip, Coding::br, Coding::zstd})
      blog.get(blog.key(i), Format::rss, coding);
  CHECK(blog.in_memory() == 2);
  CHECK(blog.statistics().bytes > 100 * kib);
  CHECK(blog.statistics().evictions == evictions);
  blog.snapshots->reset();  // and what is closed stays at hand
  CHECK(blog.get(blog.key(0), Format::rss, Coding::br).status == 200);
  CHECK(blog.get(blog.key(1), Format::rss, Coding::zstd).status == 200);

  blog.is_store_gone = false;
  blog.get(blog.key(2), Format::rss);
  blog.get(blog.key(3), Format::rss);
  CHECK(blog.statistics().bytes <= 100 * kib);
}

TEST_CASE("An answer that asked neither store nor step does not say that they work",
          "[snapshot][budget][H-234]") {
  ManyFeeds blog(3, 20'000);
  SyndicationPlan plan = small_plan();
  FeedDefinition gone;
  gone.key = "gone";
  gone.is_gone = true;
  plan.definitions.push_back(gone);
  blog.adopt(plan);
  blog.restart_with(100 * kib);
  blog.get(blog.key(0), Format::rss);
  blog.get(blog.key(1), Format::rss);
  blog.is_store_gone = true;
  CHECK(blog.snapshots->open(main_site, blog.key(2)).has_error());
  CHECK(blog.snapshots->open(main_site, "nothing").error().code == Errc::not_found);
  CHECK(blog.get("gone", Format::rss).status == 410);
  for (int i = 0; i < 2; ++i)
    for (Coding coding : {Coding::gzip, Coding::br, Coding::zstd})
      blog.get(blog.key(i), Format::rss, coding);
  CHECK(blog.statistics().bytes > 100 * kib);
  CHECK(blog.in_memory() == 2);
  CHECK(blog.snapshots->open(main_site, "nothing").error().code == Errc::not_found);
  blog.get("gone", Format::atom);
  CHECK(blog.in_memory() == 2);
}

TEST_CASE("While the gate refuses the new bytes, the last good ones stay",
          "[snapshot][budget][H-234]") {
  ManyFeeds blog(12);
  blog.restart_with(100 * kib);
  const auto good = blog.get(blog.key(0), Format::rss);
  blog.is_renderer_broken = true;
  blog.put(blog.tagged(0, "새 글"));
  CHECK(blog.get(blog.key(0), Format::rss).etag == good.etag);
  blog.is_renderer_broken = false;
  for (int round = 0; round < 3; ++round)
    for (int i = 1; i < 12; ++i) blog.get(blog.key(i), Format::rss);
  CHECK(blog.statistics().evictions > 5);
  blog.is_renderer_broken = true;
  CHECK(blog.get(blog.key(0), Format::rss).etag == good.etag);
}
