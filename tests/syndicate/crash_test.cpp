// kill -9 between any two statements of a step loses nothing and repeats nothing (N-200, N-204,
// H-116).
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "catch.hpp"
#include "sqlite_store.hpp"
#include "step_fixture.hpp"

using namespace sosik;

namespace {

const char* const setting = R"(BEGIN;
  INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES
    ('a', 'published', 'a', 'A', '<p>a', 1700000000000), ('b', 'published', 'b', 'B', '<p>b', 1700000001000),
    ('c', 'published', 'c', 'C', '<p>c', 1700000002000);
  INSERT INTO post_tags (post_id, tag) VALUES ('a', 'go'), ('b', 'go');
  COMMIT;)";
const char* const change = R"(BEGIN;
  INSERT INTO posts (post_id, status, slug, title, body, published_at) VALUES
    ('d', 'published', 'd', 'D', '<p>d', 1700000003000), ('later', 'published', 'l', 'L', '', 4000000000000);
  INSERT INTO post_tags (post_id, tag) VALUES ('d', 'team');
  UPDATE posts SET title = 'A2', body = '<p>a2' WHERE post_id = 'a';
  UPDATE posts SET post_id = 'b2' WHERE post_id = 'b';
  DELETE FROM posts WHERE post_id = 'c';
  COMMIT;)";

// Everything that the step records, but for the random part of event ids.
const char* const state_query = R"(
  SELECT * FROM post_identity ORDER BY entry_id; SELECT * FROM site_state; SELECT * FROM entries;
  SELECT * FROM bodies; SELECT * FROM feeds; SELECT * FROM feed_entries; SELECT * FROM scheduled;
  SELECT site_id, number, kind, subject, revision, at, is_quiet, data FROM events;
  SELECT id, kind, target, iif(kind = 2, '', topic), subject, revision, state, attempts, created_at, next_at, fence,
         event_number FROM deliveries;
  SELECT count(DISTINCT event_id) = count(*) FROM events;
  SELECT count(*) FROM dirty_posts; PRAGMA integrity_check;)";

SyndicationPlan plan() {
  auto plan = sample_plan();
  plan.targets = {
      webhook("a"),
      {.kind = TargetKind::websub, .name = "websub:hub", .url = "https://hub.example/"}};
  return plan;
}

struct Killer {
  int left;
};
int count_down(unsigned, void* context, void*, void*) {
  auto* killer = static_cast<Killer*>(context);
  if (killer->left-- == 0) ::kill(::getpid(), SIGKILL);
  return 0;
}

// Runs one step in a process of its own that dies before its n-th statement. True when it died.
bool step_and_die(const StoreFile& file, Timestamp now, int statement) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const FakeClock clock(to_unix_ms(now));
    sqlite::SqliteStore store(file.path(), {});
    Killer killer{statement};
    Step step(store, clock, plan());
    sqlite3_trace_v2(store.handle(), SQLITE_TRACE_STMT, count_down, &killer);
    const bool is_done = step.adopt(plan()).has_value() && step.run().has_value();
    ::_exit(is_done ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status)) CHECK(WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status);
}

}  // namespace

TEST_CASE("A step killed before any of its statements leads to the state of an undisturbed one",
          "[step][crash][sqlite]") {
  StepFixture f(plan());
  f.shell(setting);
  f.store.reset();
  f.step.reset();
  f.clock.advance(std::chrono::seconds(1));
  f.file.shell(std::string(change) + "PRAGMA wal_checkpoint(TRUNCATE);");
  const auto copy = [&](const StoreFile& to) {
    std::filesystem::copy_file(f.file.path(), to.path());
  };
  std::string want;
  {
    StoreFile undisturbed;
    copy(undisturbed);
    REQUIRE_FALSE(step_and_die(undisturbed, f.clock.now(), 1'000'000));
    want = undisturbed.shell(state_query);
  }
  CHECK(want.find("A2") != std::string::npos);
  int statement = 0;
  for (bool is_killed = true; is_killed; ++statement) {
    StoreFile file;
    copy(file);
    is_killed = step_and_die(file, f.clock.now(), statement);
    if (is_killed) REQUIRE_FALSE(step_and_die(file, f.clock.now(), 1'000'000));
    INFO("killed before statement " << statement);
    REQUIRE(file.shell(state_query) == want);
  }
  CHECK(statement > 100);  // it was a step with many statements
}
