// Under a budget, on many threads.
#include <barrier>
#include <thread>

#include "many_feeds.hpp"

using namespace sosik;
using namespace sosik::testing;

TEST_CASE("Under a small budget many threads see whole documents that only get newer",
          "[snapshot][budget][threads]") {
  ManyFeeds blog(12, 40'000);
  // The zone is loaded before there are threads: the sanitizer cannot see into the library's guard.
  blog.get("main", Format::rss);
  blog.restart_with(300 * kib, 4);
  std::atomic<bool> is_done{false};
  std::atomic<int> faults{0}, known_ones{0};
  std::vector<std::thread> readers;
  for (unsigned seed = 0; seed < 3; ++seed)
    readers.emplace_back([&, seed] {
      std::mt19937 random(seed);
      std::array<Timestamp, 12> newest;
      newest.fill(from_unix_ms(0));
      do {
        const auto i = static_cast<std::size_t>(random() % 12);
        const auto slot = blog.snapshots->open(main_site, blog.key(static_cast<int>(i))).value();
        const auto snapshot = slot->current();
        if (!snapshot) continue;  // closed or retired since
        const auto coding = static_cast<Coding>(random() % coding_count);
        const auto* known = snapshot->known(Format::rss, coding);
        if (known && known->changed_at < newest[i]) ++faults;
        if (known) ++known_ones;
        const auto made = snapshot->make(Format::rss, coding);
        if (!made || made.value()->changed_at < newest[i]) {
          ++faults;
          continue;
        }
        newest[i] = made.value()->changed_at;
        const Body body = made.value()->body;
        if (body.view().size() != body.size() || body.view().empty()) ++faults;
        if (made.value()->coding == Coding::identity && !body.view().ends_with("</rss>\n") &&
            !body.view().ends_with("</rss>"))
          ++faults;
      } while (!is_done);
    });
  for (int round = 0; round < 25; ++round) {
    blog.put(blog.tagged(round % 12, "글 " + std::to_string(round), 40'000));
    if (round % 9 == 8) blog.snapshots->reset();
    blog.statistics();
  }
  is_done = true;
  for (auto& reader : readers) reader.join();
  CHECK(faults == 0);
  CHECK(known_ones > 0);
  blog.get("main", Format::rss);
  CHECK(blog.statistics().bytes <= 650 * kib);  // main alone is larger than the budget
  CHECK(blog.statistics().descriptors <= 4);
}

TEST_CASE("News comes while the same feed is opened, and is never missed",
          "[snapshot][known][threads]") {
  ManyFeeds blog(1);
  std::atomic<int> stale{0};
  for (int round = 0; round < 30; ++round) {
    blog.get_all();  // so that the tag of this revision is remembered
    blog.restart_with(1'000 * kib);
    const auto report = blog.put_silently(blog.tagged(0, "글 " + std::to_string(round)));
    blog.restart_with(1'000 * kib);
    std::barrier start(2);
    std::thread opens([&] {
      start.arrive_and_wait();
      blog.snapshots->open(main_site, blog.key(0)).value();
    });
    start.arrive_and_wait();
    blog.tell(report);
    opens.join();
    if (blog.known(blog.key(0), Format::rss)) ++stale;
  }
  CHECK(stale == 0);
}
