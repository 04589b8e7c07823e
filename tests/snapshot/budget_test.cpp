// The budget of rendered bytes: what goes, in which order, and what must stay.
#include "many_feeds.hpp"

using namespace sosik;
using namespace sosik::testing;

TEST_CASE("The budget is kept, and what was given up is still known", "[snapshot][budget]") {
  ManyFeeds blog(30);
  blog.restart_with(200 * kib);
  std::vector<Representation> made;
  for (int i = 0; i < 30; ++i) {
    made.push_back(blog.get(blog.key(i), Format::rss));
    made.back().body = {};  // which would be held by us
    CHECK(blog.statistics().bytes <= 200 * kib);
  }
  CHECK(blog.statistics().evictions > 0);
  CHECK(blog.in_memory() > 5);
  CHECK(blog.in_memory() < 30);
  const int rendered = blog.rendered;
  int known_only = 0;
  for (int i = 0; i < 30; ++i) {
    const auto slot = blog.snapshots->find(main_site, blog.key(i));
    if (!slot) continue;
    const auto* known = slot->current()->known(Format::rss, Coding::identity);
    REQUIRE(known);
    CHECK(known->etag == made[static_cast<std::size_t>(i)].etag);
    CHECK(known->head_304 == made[static_cast<std::size_t>(i)].head_304);
    known_only += slot->current()->find(Format::rss, Coding::identity) ? 0 : 1;
  }
  CHECK(known_only > 0);
  CHECK(blog.rendered == rendered);
  // And comes back when it is asked for.
  for (int i = 0; i < 30; ++i)
    CHECK(blog.get(blog.key(i), Format::rss).etag == made[static_cast<std::size_t>(i)].etag);
  CHECK(blog.rendered > rendered);
}

TEST_CASE("What is asked for stays, what is not goes", "[snapshot][budget]") {
  ManyFeeds blog(40);
  blog.restart_with(200 * kib);
  blog.get("main", Format::rss);
  const auto slot = blog.slot("main");
  const auto hot = slot->current();
  const auto version = slot->version();
  for (int i = 0; i < 40; ++i) {
    CHECK(hot->find(Format::rss, Coding::identity));
    blog.get(blog.key(i), Format::rss);
  }
  CHECK(slot->version() == version);
  CHECK(blog.statistics().evictions > 10);
}

TEST_CASE("A snapshot whose bytes were given up makes way for one of the same revision",
          "[snapshot][budget]") {
  ManyFeeds blog(2);
  blog.restart_with(1);
  const auto slot = blog.slot(blog.key(0));
  const auto before = slot->current();
  const auto* made = before->make(Format::rss, Coding::gzip).value();
  CHECK(before->find(Format::rss, Coding::gzip) == made);
  const auto version = slot->version();
  const std::string bytes(made->body.view());
  blog.get(blog.key(1), Format::rss);
  blog.get(blog.key(1), Format::atom);
  CHECK(slot->version() != version);
  CHECK(slot->current() != before);
  // A response on its way still has all of it.
  CHECK(made->body.view() == bytes);
  CHECK(before->find(Format::rss, Coding::gzip) == made);
}

TEST_CASE("One document alone may be larger than the budget", "[snapshot][budget]") {
  ManyFeeds blog(2, 100'000);
  blog.restart_with(10 * kib);
  blog.get(blog.key(0), Format::rss);
  CHECK(blog.is_in_memory(blog.key(0)));
  CHECK(blog.statistics().bytes > 100'000);
  blog.get(blog.key(1), Format::rss);
  CHECK(!blog.is_in_memory(blog.key(0)));
  CHECK(blog.is_in_memory(blog.key(1)));
  CHECK(blog.statistics().bytes < 150'000);
}

TEST_CASE("What is on its way to a reader counts until it has gone", "[snapshot][budget]") {
  ManyFeeds blog(40, 20'000);
  blog.restart_with(400 * kib);
  std::vector<std::shared_ptr<Snapshot>> responses;
  for (int i = 0; i < 8; ++i) {
    responses.push_back(blog.current(blog.key(i)));
    responses.back()->make(Format::rss, Coding::identity).value();
  }
  for (int i = 8; i < 40; ++i) {
    blog.get(blog.key(i), Format::rss);
    CHECK(blog.statistics().bytes <= 400 * kib);
  }
  for (int i = 0; i < 8; ++i) CHECK(!blog.is_in_memory(blog.key(i)));
  CHECK(blog.statistics().bytes > 8 * 20'000);
  for (const auto& response : responses)
    CHECK(response->find(Format::rss, Coding::identity)->body.size() > 20'000);
  const auto before = blog.statistics().bytes;
  responses.clear();
  CHECK(blog.statistics().bytes + 8 * 20'000 <= before);
}

TEST_CASE("When slow readers hold more than the budget, others are still served",
          "[snapshot][budget]") {
  ManyFeeds blog(20, 20'000);
  blog.restart_with(100 * kib);
  std::vector<std::shared_ptr<Snapshot>> responses;
  for (int i = 0; i < 20; ++i) {
    responses.push_back(blog.current(blog.key(i)));
    CHECK(responses.back()->make(Format::rss, Coding::identity).has_value());
  }
  CHECK(blog.statistics().bytes > 400'000);
  CHECK(blog.in_memory() <= 1);
  responses.clear();
  CHECK(blog.statistics().bytes <= 100 * kib);
}

TEST_CASE("Whatever slow readers hold, what others ask for stays", "[snapshot][budget]") {
  constexpr int large = 12, small = 4;
  ManyFeeds blog(large, 100'000);
  for (int i = large; i < large + small; ++i) blog.put_silently(blog.tagged(i, "작은 글"));
  blog.restart_with(1'000 * kib);
  std::vector<std::shared_ptr<Snapshot>> responses;
  for (int i = 0; i < large; ++i) {
    responses.push_back(blog.current(blog.key(i)));
    responses.back()->make(Format::rss, Coding::identity).value();
  }
  for (int i = large; i < large + small; ++i) {
    blog.get(blog.key(i), Format::rss);
    CHECK(blog.statistics().bytes > 1'000 * kib);
  }
  for (int i = large; i < large + small; ++i) CHECK(blog.is_in_memory(blog.key(i)));
}

TEST_CASE("What slow readers hold presses nobody out when its document is long forgotten",
          "[snapshot][budget]") {
  constexpr int large = 12, small = 4;
  ManyFeeds blog(large, 100'000);
  for (int i = large; i < large + small; ++i) blog.put_silently(blog.tagged(i, "작은 글"));
  blog.restart_with(1'000 * kib, 1024);
  // A response keeps a body, and neither document nor snapshot.
  std::vector<Body> responses;
  for (int i = 0; i < large; ++i) {
    responses.push_back(blog.get(blog.key(i), Format::rss).body);
    // Given up, or simply replaced by a newer one.
    if (i % 2 == 0) blog.put(blog.tagged(i, "새 글", 100'000));
    if (i % 2 == 0) blog.put(blog.tagged(i, "더 새 글", 100'000));
  }
  for (int i = large; i < large + small; ++i) {
    blog.get(blog.key(i), Format::rss);
    CHECK(blog.statistics().bytes > 1'000 * kib);
  }
  for (int i = large; i < large + small; ++i) CHECK(blog.is_in_memory(blog.key(i)));
}

TEST_CASE("What a server keeps for a moment counts, and presses nobody out", "[snapshot][budget]") {
  ManyFeeds blog(4);
  blog.restart_with(1'000 * kib, 4);
  std::vector<Body> kept;
  for (int i = 0; i < 12; ++i) kept.push_back(blog.snapshots->keep(std::string(100'000, 'x')));
  CHECK(blog.statistics().bytes > 1'000 * kib);
  blog.get_all();
  CHECK(blog.in_memory() == 4);
}

TEST_CASE("A crawler over all pages does not make the process grow", "[snapshot][budget]") {
  ManyFeeds blog(300);
  blog.restart_with(120 * kib);
  const auto first = blog.slot("posts/p0");
  CHECK(blog.current("posts/p0")->make(Format::html, Coding::identity).has_value());
  const auto version = first->version();
  std::size_t most_slots = 0, most_bytes = 0;
  std::vector<std::shared_ptr<Slot>> kept_by_a_server;
  for (int i = 1; i < 300; ++i) {
    kept_by_a_server.push_back(blog.slot("posts/p" + std::to_string(i)));
    blog.get("posts/p" + std::to_string(i), Format::html, Coding::gzip);
    most_slots = std::max(most_slots, blog.statistics().slots);
    most_bytes = std::max(most_bytes, blog.statistics().bytes);
  }
  CHECK(most_slots < 50);
  CHECK(most_bytes <= 120 * kib);
  // The first page's slot was retired: for good, and another stands in its place.
  CHECK(first->version() != version);
  CHECK(first->current() == nullptr);
  const auto second = blog.slot("posts/p0");
  CHECK(second != first);
  CHECK(second->current() != nullptr);
  CHECK(first->current() == nullptr);
  // Nothing is known of a page from before.
  CHECK(second->current()->known(Format::html, Coding::identity) == nullptr);
  blog.put(blog.post("p0", "글", PostStatus::unpublished));
  CHECK(blog.snapshots->open(main_site, "posts/p0").error().code == Errc::not_found);
}

TEST_CASE("A page's place goes with its bytes, so that nothing old is known of it",
          "[snapshot][budget]") {
  ManyFeeds blog(2);
  for (auto key : {"posts/p0", "posts/p1"}) blog.get(key, Format::html);
  // Just too little for both: that one gives up its bytes is enough.
  blog.restart_with(blog.statistics().bytes);
  const auto slot = blog.slot("posts/p0");
  const auto held = slot->current();
  held->make(Format::html, Coding::identity).value();
  blog.get("posts/p1", Format::html);
  CHECK(slot->current() == nullptr);
  CHECK(blog.snapshots->find(main_site, "posts/p0") == nullptr);
  CHECK(held->find(Format::html, Coding::identity)->body.size() > 0);
}

TEST_CASE("Feeds that are only polled for 304 are retired too, when they are many",
          "[snapshot][budget]") {
  ManyFeeds blog(100);
  blog.get_all();
  blog.restart_with(60 * kib);
  const int rendered = blog.rendered;
  for (int i = 0; i < 100; ++i) REQUIRE(blog.known(blog.key(i), Format::rss));
  CHECK(blog.statistics().slots < 40);
  CHECK(blog.statistics().bytes <= 60 * kib);
  CHECK(blog.rendered == rendered);
}

TEST_CASE("Feeds cost nothing until they are asked for, after a restart too",
          "[snapshot][budget]") {
  ManyFeeds blog(100);
  const int opened = blog.opened;
  blog.restart_with(1'000 * kib);
  CHECK(blog.opened == opened);
  CHECK(blog.refreshed == 0);
  CHECK(blog.statistics().slots == 0);
  CHECK(blog.statistics().bytes == 0);
  blog.put(blog.tagged(0, "새 글"));
  CHECK(blog.statistics().slots == 0);
  blog.get(blog.key(0), Format::rss);
  CHECK(blog.statistics().slots == 1);
  CHECK(blog.statistics().bytes > 0);
}

TEST_CASE("The statistics say what was done", "[snapshot][statistics]") {
  ManyFeeds blog(3);
  blog.restart_with(1'000 * kib);
  const auto at = [](auto which) { return static_cast<std::size_t>(which); };
  blog.get("main", Format::rss, Coding::gzip);
  blog.get("main", Format::rss, Coding::br);
  blog.get("main", Format::rss, Coding::br);
  blog.get("main", Format::json);
  blog.get("posts/p0", Format::html);
  auto now = blog.statistics();
  CHECK(now.budget == 1'000 * kib);
  CHECK(now.slots == 2);
  CHECK(now.bytes > 10 * kib);
  CHECK(now.rendered[at(Format::rss)] == 1);
  CHECK(now.rendered[at(Format::atom)] == 0);
  CHECK(now.rendered[at(Format::json)] == 1);
  CHECK(now.rendered[at(Format::html)] == 1);
  CHECK(now.render_seconds[at(Format::rss)] > 0);
  CHECK(now.render_seconds[at(Format::atom)] == 0);
  CHECK(now.compressed[at(Coding::identity)] == 0);
  CHECK(now.compressed[at(Coding::gzip)] == 1);
  CHECK(now.compressed[at(Coding::br)] == 1);
  CHECK(now.compressed[at(Coding::zstd)] == 0);
  CHECK(now.compress_seconds[at(Coding::br)] > 0);
  CHECK(now.refused == 0);
  CHECK(now.evictions == 0);
  blog.is_renderer_broken = true;
  CHECK(blog.current("main")->make(Format::atom, Coding::identity).has_error());
  CHECK(blog.statistics().refused == 1);
  CHECK(blog.statistics().rendered[at(Format::atom)] == 0);
  blog.is_store_gone = true;  // no refusal: nothing was made
  blog.snapshots->reset();
  CHECK(blog.snapshots->open(main_site, blog.key(0)).has_error());
  CHECK(blog.statistics().refused == 1);
}
