// The runner's thread: tags of rendered documents, written together and never in anybody's way.
//
// A turn of the runner takes what waits, writes the tags and looks whether the step has work;
// full_turn() returns after one that began after it was called.
#include "../../src/app/step_runner.hpp"

#include <sqlite3.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "../syndicate/step_fixture.hpp"
#include "catch.hpp"
#include "collected_log.hpp"
#include "sqlite_store.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

// Runs out of memory at the n-th question from now, once.
class ShakyClock final : public Clock {
 public:
  explicit ShakyClock(const Clock& steady) : steady_(steady) {}
  void fail_at(int question) { left_ = question; }
  bool has_failed() const { return left_ == 0; }
  Timestamp now() const override {
    if (left_ > 0 && --left_ == 0) throw std::bad_alloc();
    return steady_.now();
  }

 private:
  const Clock& steady_;
  mutable std::atomic<int> left_{0};
};

class RunnerFixture {
 public:
  RunnerFixture() {
    bool is_first = true;
    const auto open = [this, is_first]() mutable -> Result<std::unique_ptr<Store>> {
      auto opened =
          std::make_unique<sqlite::SqliteStore>(file.path(), StoreOptions{.busy_timeout = 1ms});
      if (std::exchange(is_first, false)) watch(*opened);
      return std::unique_ptr<Store>(std::move(opened));
    };
    StepRunner::Listener listener;
    listener.on_step = [this](const StepReport& report) {
      const std::lock_guard lock(mutex_);
      reports_.push_back(report);
      if (failing_steps > 0 && failing_steps-- > 0) throw std::bad_alloc();
    };
    listener.on_plan = [this](const SyndicationPlan& plan) {
      plans.push_back(plan.site.title);
      if (failing_plans > 0 && failing_plans-- > 0) throw std::bad_alloc();
      if (on_plan) std::exchange(on_plan, {})();
    };
    listener.on_news = [this](const News& news) {
      if (failing_news > 0) {
        --failing_news;
        throw std::bad_alloc();
      }
      const std::lock_guard lock(mutex_);
      news_.push_back(news);
    };
    listener.on_gap = [this, starter = std::this_thread::get_id()] {
      ++gaps;
      if (std::this_thread::get_id() != starter) has_gap_after_start = true;
    };
    listener.on_look = [](Store&) {};
    runner = StepRunner::start(open, sample_plan(), true, shaky, log, listener).value();
    store = file.open();
    full_turn();
    forget_counts();
  }

  void full_turn() {
    for (int i = 0; i < 2; ++i) runner->refresh(main_site, "main").value();
  }
  // While the runner is busy with something else: it finds all of it at once.
  void in_one_go(const std::function<void()>& work) {
    on_plan = work;
    runner->adopt(sample_plan()).value();
  }

  DocumentTag tag(const std::string& key, Format format, const std::string& etag = "e") const {
    return {.key = key,
            .format = format,
            .revision = store->feed_state(1, key).value().revision,
            .basis = "b",
            .etag_hash = etag,
            .size = 1};
  }
  void insert(const std::string& id) {
    file.shell("INSERT INTO posts (post_id, status, slug, title, published_at) VALUES ('" + id +
               "', 'published', '" + id + "', 'A', 1700000000000);");
  }
  void publish(const std::string& id) {  // and five seconds pass
    insert(id);
    clock.advance(5s);
  }
  std::size_t known(std::string_view key) const { return store->read_tags(1, key).value().size(); }

  std::vector<StepReport> take_reports() {
    const std::lock_guard lock(mutex_);
    return std::exchange(reports_, {});
  }
  std::vector<News> take_news() {
    const std::lock_guard lock(mutex_);
    return std::exchange(news_, {});
  }
  void forget_counts() {
    take_reports();
    take_news();
    gaps = 0;
    writes = 0;
    locks = 0;
  }

  SqliteFile file;
  FakeClock clock;
  ShakyClock shaky{clock};  // the runner's
  CollectedLog log;
  std::unique_ptr<Store> store;      // the test's own
  std::atomic<int> writes{0};        // transactions of the runner that changed the file
  std::atomic<int> locks{0};         // and those that asked for the write lock
  std::atomic<int> failing_news{0};  // so many are thrown out of
  std::atomic<int> failing_steps{0}, failing_plans{0};
  std::atomic<int> gaps{0};
  std::atomic<bool> has_gap_after_start{false};
  std::vector<std::string> plans;  // titles of those in force; the runner's while it works
  std::function<void()> on_plan;   // what happens at the next one

 private:
  void watch(sqlite::SqliteStore& runners) {
    sqlite3* db = runners.handle();
    sqlite3_wal_hook(
        db,
        [](void* self, sqlite3*, const char*, int) {
          ++static_cast<RunnerFixture*>(self)->writes;
          return SQLITE_OK;
        },
        this);
    sqlite3_trace_v2(
        db, SQLITE_TRACE_STMT,
        [](unsigned, void* self, void*, void* text) {
          if (std::string_view(static_cast<const char*>(text)) == "BEGIN IMMEDIATE")
            ++static_cast<RunnerFixture*>(self)->locks;
          return 0;
        },
        this);
  }

  std::mutex mutex_;
  std::vector<StepReport> reports_;
  std::vector<News> news_;

 public:
  std::unique_ptr<StepRunner> runner;  // last: it uses all of the above
};

}  // namespace

TEST_CASE("What starting did is no news to the readers that come after it",
          "[sqlite][app][runner][threads]") {
  const RunnerFixture f;
  CHECK_FALSE(f.has_gap_after_start);
}

TEST_CASE("A burst of tags is one transaction", "[sqlite][app][runner][tags][threads]") {
  RunnerFixture f;
  std::vector<DocumentTag> burst;
  for (const char* etag : {"1", "2", "3"})
    for (const char* key : {"main", "go-only"})
      for (const auto format : {Format::rss, Format::atom, Format::json})
        burst.push_back(f.tag(key, format, etag));
  f.in_one_go([&] {
    for (const auto& tag : burst) f.runner->remember(main_site, tag);
  });
  f.full_turn();
  CHECK(f.writes == 1);
  CHECK(f.known("main") == 3);
  CHECK(f.known("go-only") == 3);
  CHECK(f.store->read_tags(1, "main").value()[0].etag_hash == "3");
}

TEST_CASE("Tags that are known already cost no lock", "[sqlite][app][runner][tags][threads]") {
  RunnerFixture f;
  f.runner->remember(main_site, f.tag("main", Format::rss));
  f.full_turn();
  f.forget_counts();
  f.runner->remember(main_site, f.tag("main", Format::rss));
  f.full_turn();
  CHECK(f.writes == 0);
  CHECK(f.locks == 0);
}

TEST_CASE("Tags that still wait are written when the runner stops",
          "[sqlite][app][runner][tags][threads]") {
  RunnerFixture f;
  SECTION("one") {
    f.runner->remember(main_site, f.tag("main", Format::rss));
    f.runner.reset();
    CHECK(f.known("main") == 1);
  }
  SECTION("from the last task") {
    const auto rss = f.tag("main", Format::rss), json = f.tag("main", Format::json);
    f.in_one_go([&] {
      f.runner->remember(main_site, rss);
      f.runner->remember(main_site, json);
    });
    f.runner.reset();
    CHECK(f.known("main") == 2);
  }
}

TEST_CASE("A store that cannot be written loses tags and nothing else",
          "[sqlite][app][runner][tags][threads]") {
  RunnerFixture f;
  sqlite::SqliteStore other(f.file.path(), {});
  const auto said = f.log.text();
  {
    const sql::Transaction lock(other.connection(), sql::Access::write);
    f.runner->remember(main_site, f.tag("main", Format::rss));
    f.full_turn();  // and refresh() answers meanwhile
    CHECK(f.locks == 1);
    CHECK(f.writes == 0);
    CHECK(f.runner->trouble().empty());
  }
  f.full_turn();
  CHECK(f.known("main") == 0);
  CHECK(f.log.text() == said);
  f.runner->remember(main_site, f.tag("main", Format::atom));
  f.file.shell(
      "INSERT INTO posts (post_id, status, slug, title, published_at) VALUES ('a', 'published', "
      "'a', 'A', 1700000000000);");
  f.clock.advance(5s);
  f.full_turn();
  CHECK(f.store->feed_state(1, "main").value().total == 1);
  f.runner->remember(main_site, f.tag("main", Format::atom));
  f.full_turn();
  CHECK(f.known("main") == 1);
}

TEST_CASE("More tags than may wait are forgotten, and the others kept",
          "[sqlite][app][runner][tags][threads]") {
  RunnerFixture f;
  const auto rss = f.tag("main", Format::rss), json = f.tag("main", Format::json);
  f.in_one_go([&] {
    for (int i = 0; i < 10'000; ++i) f.runner->remember(main_site, rss);
    f.runner->remember(main_site, json);
  });
  f.full_turn();
  REQUIRE(f.known("main") == 1);
  CHECK(f.store->read_tags(1, "main").value()[0].format == Format::rss);
}

TEST_CASE("Writing tags is no step of others, and the look that follows writes nothing",
          "[sqlite][app][runner][tags][threads]") {
  RunnerFixture f;
  f.runner->remember(main_site, f.tag("main", Format::rss));
  f.full_turn();
  CHECK(f.known("main") == 1);
  CHECK(f.writes == 1);
  CHECK(f.locks == 1);  // the tags': the step asked without the write lock
  const auto reports = f.take_reports();
  for (const auto& report : reports) {
    CHECK(report.changed_feeds.empty());
    CHECK(report.posts == 0);
  }
}

TEST_CASE("A step of another process is noticed, tags or not",
          "[sqlite][app][runner][tags][threads]") {
  RunnerFixture f;
  f.file.shell(
      "INSERT INTO posts (post_id, status, slug, title, published_at) VALUES ('a', 'draft', 'a', "
      "'A', 1700000000000);");
  f.clock.advance(5s);
  f.full_turn();
  f.take_reports();
  const auto others = f.file.open();
  Step step(*others, f.clock, sample_plan());
  // Both writes are there before the runner's next look: it is busy with a task meanwhile.
  f.in_one_go([&] {
    f.file.shell("UPDATE posts SET status = 'published';");
    f.clock.advance(5s);
    CHECK(step.run().value().posts == 1);
    f.runner->remember(main_site, f.tag("main", Format::rss));
  });
  f.full_turn();
  const auto news = f.take_news();
  REQUIRE(news.size() == 1);
  CHECK(std::ranges::count(news[0].feeds, "main", &FeedState::key) == 1);
  CHECK(news[0].slugs == std::vector<std::string>{"a"});
  CHECK(f.known("main") == 1);
}

TEST_CASE("News are told once, in the order of commits", "[sqlite][app][runner][threads]") {
  RunnerFixture f;
  for (const char* id : {"a", "b", "c"}) {
    f.publish(id);
    f.full_turn();
    f.full_turn();
  }
  std::vector<std::string> slugs;
  for (const auto& news : f.take_news())
    slugs.insert(slugs.end(), news.slugs.begin(), news.slugs.end());
  CHECK(slugs == std::vector<std::string>{"a", "b", "c"});
  CHECK(f.gaps == 0);
}

TEST_CASE("News that could not be told are told again", "[sqlite][app][runner][threads]") {
  RunnerFixture f;
  f.failing_news = 1;
  f.publish("a");
  f.full_turn();
  f.full_turn();
  CHECK(f.failing_news == 0);
  CHECK_THAT(f.log.text(), Catch::Contains("step failed") && Catch::Contains("works again"));
  CHECK(f.runner->trouble().empty());
  const auto news = f.take_news();
  REQUIRE(news.size() == 1);
  CHECK(news[0].slugs == std::vector<std::string>{"a"});
  f.publish("b");
  f.full_turn();
  f.full_turn();
  CHECK(f.take_news().size() == 1);
  CHECK(f.gaps == 0);
}

TEST_CASE("News that were dropped before they were read make all of it new [S-042]",
          "[sqlite][app][runner][threads]") {
  RunnerFixture f;
  f.in_one_go([&] {
    f.file.shell(
        "INSERT INTO news (number, site_id, data) SELECT max(number) + 5, 1, data FROM news;");
  });
  f.full_turn();
  CHECK(f.gaps == 1);
}

TEST_CASE("A store that lacks what was shown makes all of it new, and no feed older [S-054]",
          "[sqlite][app][runner][threads]") {
  RunnerFixture f;
  f.publish("a");
  f.full_turn();
  f.full_turn();
  const auto shown = f.store->feed_state(1, "main").value();
  f.clock.advance(1h);
  // As a standby has it that never got the last commits.
  f.in_one_go([&] {
    f.file.shell(
        "DELETE FROM news WHERE number = (SELECT max(number) FROM news); "
        "UPDATE feeds SET changed_at = changed_at - 10, revision = revision - 1 "
        "WHERE feed_key = 'main';");
  });
  f.full_turn();
  f.full_turn();
  CHECK(f.gaps >= 1);
  CHECK(f.store->feed_state(1, "main").value().changed_at ==
        std::chrono::floor<std::chrono::seconds>(f.clock.now()));
  CHECK(f.store->feed_state(1, "main").value().changed_at > shown.changed_at);
  CHECK_THAT(f.log.text(), Catch::Contains("lacks what readers were shown"));
  const int gaps = f.gaps;
  f.publish("b");
  f.full_turn();
  f.full_turn();
  CHECK(f.gaps == gaps);
}

TEST_CASE("A plan that the store has taken is in force, told or not",
          "[sqlite][app][runner][threads]") {
  RunnerFixture f;
  auto plan = sample_plan();
  plan.site.title = "새 이름";
  f.in_one_go([&] { f.plans.clear(); });
  f.failing_news = 1;
  f.failing_steps = 1;
  CHECK(f.runner->adopt(plan).has_value());
  CHECK(f.failing_steps == 0);
  f.full_turn();
  f.full_turn();
  CHECK(f.failing_news == 0);
  CHECK(f.plans == std::vector<std::string>{"새 이름"});
  CHECK(f.take_news().size() == 1);
}

TEST_CASE("A plan whose adoption is thrown out of leaves the old one in force",
          "[sqlite][app][runner][threads]") {
  RunnerFixture f;
  auto plan = sample_plan();
  plan.site.title = "새 이름";
  const bool fails_in_step = GENERATE(false, true);
  // The second time shows that the step, too, went back to the old one.
  for (int turn = 0; turn < 2; ++turn) {
    f.on_plan = [&] {
      f.plans.erase(f.plans.begin(), f.plans.end() - 1);
      if (!fails_in_step) throw std::bad_alloc();
      f.shaky.fail_at(1);
    };
    REQUIRE_FALSE(f.runner->adopt(plan).has_value());
    CHECK(f.plans == std::vector<std::string>{"새 이름", "팀 블로그"});
  }
  f.full_turn();
  CHECK(f.runner->adopt(plan).has_value());
}

TEST_CASE("A plan that is put back and cannot be told is told when it can be",
          "[sqlite][app][runner][threads]") {
  RunnerFixture f;
  auto plan = sample_plan();
  plan.site.title = "새 이름";
  f.in_one_go([&] { f.plans.clear(); });
  f.failing_plans = 3;  // the new one, the old one after it, and once more
  REQUIRE_FALSE(f.runner->adopt(plan).has_value());
  f.full_turn();
  f.full_turn();
  CHECK(f.failing_plans == 0);
  CHECK(f.plans == std::vector<std::string>{"새 이름", "팀 블로그", "팀 블로그", "팀 블로그"});
  CHECK(f.runner->trouble().empty());
}

TEST_CASE("The runner goes on wherever a turn is thrown out of", "[sqlite][app][runner][threads]") {
  RunnerFixture f;
  f.publish("p");
  f.full_turn();
  // In the second of the last step a post has to wait, so that every turn asks the clock for how
  // long: before it waits, in the step, and when it looks whether one is due.
  for (int n = 1; n <= 12; ++n) {
    INFO("at the clock's question " << n);
    f.shaky.fail_at(n);
    f.insert("p" + std::to_string(n));
    for (int i = 0; i < 3; ++i) f.full_turn();
    CHECK(f.shaky.has_failed());
    f.clock.advance(5s);
    f.full_turn();
    f.full_turn();
    CHECK(f.store->feed_state(1, "main").value().total == n + 1);
    CHECK(f.runner->trouble().empty());
  }
  CHECK_THAT(f.log.text(), Catch::Contains("step failed") && Catch::Contains("works again"));
}

TEST_CASE("Sites are stepped when they have work, and adopt when they are asked for",
          "[sqlite][sites]") {
  RunnerFixture f;
  const auto add = [&](const std::string& host) {
    SiteRow row;
    row.host = host;
    row.title = host;
    return f.store->add_site(row).value();
  };
  const SiteId one = add("b.example"), two = add("c.example"), bad = add("NOT a host");
  f.full_turn();
  CHECK(f.store->feed_state(one, "main").error().code == Errc::not_found);  // not at once for all
  CHECK(f.runner->refresh(one, "main").value().revision == 1);
  CHECK(f.store->feed_state(two, "main").error().code == Errc::not_found);
  CHECK(f.runner->refresh(bad, "main").error().code == Errc::not_found);
  CHECK(f.runner->refresh(99, "main").error().code == Errc::not_found);
  CHECK(f.log.text().find("error a site is not served site=" + std::to_string(bad)) !=
        std::string::npos);
  f.file.shell("INSERT INTO posts (site_id, post_id, status, slug, title, published_at) VALUES (" +
               std::to_string(two) + ", 'p', 'published', 'p', 'A', 1700000000000);" +
               "INSERT INTO posts (site_id, post_id, status, slug, title, published_at) VALUES (" +
               std::to_string(bad) + ", 'p', 'published', 'p', 'A', 1700000000000);");
  f.clock.advance(5s);
  f.full_turn();
  f.clock.advance(5s);
  f.full_turn();
  CHECK(f.store->read_feed(two, "main", 9).value().entries.size() == 1);
  CHECK(f.store->feed_state(bad, "main").error().code == Errc::not_found);
  const auto news = f.take_news();
  CHECK(std::ranges::any_of(news, [&](const News& n) { return n.site == two; }));
  CHECK(std::ranges::none_of(news, [&](const News& n) { return n.site == bad; }));
  // What could not be served and waits is served when the row is mended.
  auto rows = f.store->list_sites().value();
  rows.back().host = "d.example";
  f.store->change_site(rows.back()).value();
  f.full_turn();
  f.clock.advance(5s);
  f.full_turn();
  CHECK(f.store->read_feed(bad, "main", 9).value().entries.size() == 1);
}

TEST_CASE("A site whose row changes is adopted anew, and forgotten when it goes",
          "[sqlite][sites]") {
  RunnerFixture f;
  SiteRow row;
  row.host = "b.example";
  row.title = "이름";
  row.id = f.store->add_site(row).value();
  f.full_turn();
  const auto before = f.runner->refresh(row.id, "main").value();
  row.title = "새 이름";
  f.store->change_site(row).value();
  f.full_turn();
  f.clock.advance(5s);
  f.full_turn();
  CHECK(f.store->feed_state(row.id, "main").value().revision > before.revision);
  f.store->delete_site(row.id).value();
  f.full_turn();
  CHECK(f.runner->refresh(row.id, "main").error().code == Errc::not_found);
}
