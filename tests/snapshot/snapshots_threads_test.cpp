#include <barrier>
#include <thread>

#include "blog_fixture.hpp"

using namespace sosik;
using sosik::testing::Blog;
using sosik::testing::small_plan;

TEST_CASE("However many ask at the same time, a document is made once", "[snapshot][threads]") {
  Blog blog;
  blog.put(blog.post("a", std::string(2000, 'x')));
  constexpr int thread_count = 8;
  std::barrier start(thread_count);
  std::vector<const Representation*> plain(thread_count), packed(thread_count);
  std::vector<std::shared_ptr<Snapshot>> held(thread_count);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < thread_count; ++i)
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      held[i] = blog.snapshots->open(main_site, "main").value()->current();
      packed[i] = held[i]->make(Format::rss, Coding::gzip).value();
      plain[i] = held[i]->make(Format::rss, Coding::identity).value();
    });
  for (auto& thread : threads) thread.join();
  CHECK(blog.rendered == 1);
  CHECK(blog.refreshed == 0);
  for (std::size_t i = 1; i < thread_count; ++i) {
    CHECK(plain[i] == plain[0]);
    CHECK(packed[i] == packed[0]);
  }
  CHECK(packed[0]->coding == Coding::gzip);
}

TEST_CASE("Readers of moving feeds see whole documents that only get newer",
          "[snapshot][threads]") {
  Blog blog;
  blog.put(blog.post("a", "글 0"));
  std::atomic<bool> is_done{false};
  std::atomic<int> faults{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&] {
      Timestamp newest = from_unix_ms(0);
      std::uint64_t version = 0;
      std::shared_ptr<Snapshot> snapshot;
      do {
        const auto slot = blog.snapshots->open(main_site, "main").value();
        if (const auto now = slot->version(); now != version) {
          version = now;
          snapshot = slot->current();
        }
        if (!snapshot) continue;  // closed by a reset: opened again in the next round
        const auto made = snapshot->make(Format::json, Coding::gzip);
        if (!made || made.value()->body.view().empty() || made.value()->changed_at < newest)
          ++faults;
        if (made) newest = made.value()->changed_at;
        if (made && snapshot->find(Format::json, Coding::gzip) != made.value()) ++faults;
      } while (!is_done);
    });
  for (int i = 1; i <= 20; ++i) {
    blog.put(blog.post("a", "글 " + std::to_string(i)));
    if (i % 7 == 0) blog.snapshots->reset();
  }
  is_done = true;
  for (auto& reader : readers) reader.join();
  CHECK(faults == 0);
  CHECK_THAT(std::string(blog.get("main", Format::rss).body.view()), Catch::Contains("글 20"));
}

TEST_CASE("The thread that refreshes a feed may tell of changes meanwhile", "[snapshot][threads]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  SnapshotOptions options = blog.options();
  std::shared_ptr<Snapshots> snapshots;
  options.refresh = [&](SiteId, std::string_view key) -> Result<FeedState> {
    ++blog.refreshed;
    FeedState news;
    news.key = key;
    news.revision = 1'000;
    std::thread([&] {  // as a step's thread would, while we wait for it
      snapshots->changed(main_site, {news}, {"a"});
      snapshots->reset();
    })
        .join();
    return news;
  };
  snapshots = make_snapshots(options);
  blog.put_in_force(small_plan());  // not adopted, so that the step is asked
  const auto snapshot = snapshots->open(main_site, "main").value()->current();
  CHECK(snapshot->make(Format::rss, Coding::identity).has_value());
  CHECK(blog.refreshed == 1);
}
