// A store that cannot be used says why, in one line that names the file.
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "catch.hpp"
#include "sqlite/migrations.hpp"
#include "sqlite_store.hpp"
#include "store_file.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

// What `body` answers in a process of its own: for limits and users that cannot be taken back.
std::string in_child(const std::function<std::string()>& body) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string answer = body();
    const ssize_t written = ::write(ends[1], answer.data(), answer.size());
    ::_exit(written < 0 ? 1 : 0);
  }
  ::close(ends[1]);
  std::string answer;
  char buffer[1024];
  for (ssize_t n; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    answer.append(buffer, static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return answer;
}

void check_refusal(const Result<std::unique_ptr<Store>>& refused, Errc code,
                   const std::string& file, const std::string& reason) {
  REQUIRE_FALSE(refused.has_value());
  const Error& error = refused.error();
  INFO(error.detail);
  CHECK(error.code == code);
  CHECK(error.detail.starts_with("store '" + file + "': "));
  CHECK(error.detail.find(reason) != std::string::npos);
  CHECK(error.detail.find('\n') == std::string::npos);
}

Post post_named(const std::string& id) {
  Post post;
  post.post_id = post.slug = id;
  post.body = std::string(100'000, 'x');
  return post;
}

}  // namespace

TEST_CASE("A new file gets the schema, and opening it again changes nothing",
          "[store][open][sqlite]") {
  StoreFile file;
  file.open()->put_post(post_named("a")).value();
  const auto schema = file.shell("SELECT count(*) FROM sqlite_schema; PRAGMA user_version;");
  CHECK(file.open()->read_post(1, "a").has_value());
  CHECK(file.shell("SELECT count(*) FROM sqlite_schema; PRAGMA user_version;") == schema);
  CHECK(file.shell("PRAGMA journal_mode; PRAGMA integrity_check; PRAGMA foreign_key_check;") ==
        "wal\nok");
}

TEST_CASE("Paths that lead nowhere are refused", "[store][open][sqlite]") {
  StoreFile file;
  const std::string folder = file.dir().path().string();
  check_refusal(open_store("sqlite:" + folder + "/no/posts.db"), Errc::unavailable,
                folder + "/no/posts.db", "the folder '" + folder + "/no' does not exist");
  check_refusal(open_store("sqlite:" + folder), Errc::unavailable, folder, "it is a folder");
  check_refusal(open_store("sqlite:"), Errc::unavailable, "", "no path is given");
  check_refusal(open_store(file.url(), {.create = false}), Errc::unavailable, file.path(),
                "there is no such file");
  CHECK_FALSE(std::filesystem::exists(file.path()));
  CHECK(open_store("mysql://x").error().code == Errc::invalid);
}

TEST_CASE("What is not a post store is refused and left alone", "[store][open][sqlite]") {
  StoreFile file;
  SECTION("text") {
    std::ofstream(file.path()) << std::string(5000, 'x');
    check_refusal(open_store(file.url()), Errc::corrupt, file.path(), "not a SQLite database");
  }
  SECTION("another program's database") {
    file.shell("CREATE TABLE theirs (x);");
    check_refusal(open_store(file.url()), Errc::corrupt, file.path(), "of another program");
    CHECK(file.shell("SELECT name FROM sqlite_schema;") == "theirs");
  }
  SECTION("a newer schema") {
    file.open();
    file.shell("PRAGMA user_version = 999;");
    check_refusal(open_store(file.url()), Errc::corrupt, file.path(),
                  "its schema has version 999, this program knows up to");
  }
  SECTION("an empty file, when none may be made") {
    std::ofstream(file.path()).flush();
    check_refusal(open_store(file.url(), {.create = false}), Errc::unavailable, file.path(),
                  "run 'sosik migrate'");
  }
}

TEST_CASE("A damaged file is called damaged", "[store][open][sqlite]") {
  StoreFile file;
  {
    auto store = file.open();
    for (int i = 0; i < 20; ++i) store->put_post(post_named("p" + std::to_string(i))).value();
  }
  file.shell("PRAGMA wal_checkpoint(TRUNCATE);");
  {
    std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(4096);
    for (int i = 0; i < 60'000; ++i) bytes.put('\x5a');
  }
  auto store = open_store(file.url());
  Error error = store ? Error{} : store.error();
  if (store) {
    for (int i = 0; i < 20 && error.detail.empty(); ++i)
      if (auto post = (*store)->read_post(1, "p" + std::to_string(i)); !post) error = post.error();
  }
  INFO(error.detail);
  CHECK(error.code == Errc::corrupt);
  CHECK(error.detail.find("the file is damaged") != std::string::npos);
  CHECK(error.detail.find(file.path()) != std::string::npos);
}

TEST_CASE("A store that is locked says so after the busy timeout, and works again",
          "[store][open][sqlite]") {
  StoreFile file;
  sqlite::SqliteStore holder(file.path(), {});
  auto other = open_store(file.url(), {.busy_timeout = 1ms}).value();
  {
    sql::Transaction lock(holder.connection(), sql::Access::write);
    const auto refused = other->put_post(post_named("a"));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Errc::unavailable);
    CHECK(refused.error().detail.find("another program holds it locked") != std::string::npos);
    CHECK(other->check().error().code == Errc::unavailable);
    CHECK(other->list_posts(1, {1}).has_value());  // readers do not wait
  }
  CHECK(other->check().has_value());
  CHECK(other->put_post(post_named("a")).has_value());
}

TEST_CASE("A file or folder that may not be written is refused", "[store][open][sqlite]") {
  if (::geteuid() != 0) return;  // only root can become nobody
  StoreFile file;
  file.open();
  std::filesystem::permissions(file.dir().path(), std::filesystem::perms(0755));
  std::filesystem::permissions(file.path(), std::filesystem::perms(0644));
  const auto as_nobody = [&](const std::string& path) {
    return in_child([&]() -> std::string {
      if (::setuid(65534) != 0) return "cannot become nobody";
      const auto store = open_store("sqlite:" + path);
      return store ? "opened"
                   : std::string(to_string(store.error().code)) + " " + store.error().detail;
    });
  };
  const std::string fresh = (file.dir() / "fresh.db").string();
  CHECK(as_nobody(file.path())
            .starts_with("unavailable store '" + file.path() + "': it cannot be written"));
  CHECK(as_nobody(fresh).starts_with("unavailable store '" + fresh + "': it cannot be opened"));
}

TEST_CASE("A full disk fails the write and leaves what was there", "[store][open][sqlite]") {
  StoreFile file;
  sqlite::SqliteStore store(file.path(), {});
  store.put_post(post_named("a")).value();
  SECTION("no page left") {
    store.connection().run("PRAGMA max_page_count = 80");
    std::string reason;
    store.in_transaction(false, [&]() -> Result<void> {
      for (int i = 0; i < 20 && reason.empty(); ++i)
        if (auto put = store.put_post(post_named("b" + std::to_string(i))); !put) {
          reason = put.error().detail;
          return put.error();
        }
      return {};
    });
    CHECK(reason.find("the disk is full") != std::string::npos);
    CHECK(store.list_posts(1, {100}).value().size() == 1);
  }
  SECTION("the file may not grow") {
    const std::string answer = in_child([&]() -> std::string {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{300'000, 300'000};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      auto own = open_store(file.url()).value();
      for (int i = 0; i < 20; ++i)
        if (auto put = own->put_post(post_named("c" + std::to_string(i))); !put)
          return std::string(to_string(put.error().code)) + " " + put.error().detail;
      return "all written";
    });
    INFO(answer);
    CHECK(answer.starts_with("unavailable store '" + file.path() + "': "));
    CHECK(file.shell("PRAGMA integrity_check;") == "ok");
  }
}

TEST_CASE("A migration that is cut short is not half there", "[store][open][sqlite]") {
  StoreFile file;
  in_child([&]() -> std::string {
    sqlite::Connection db(file.path(), true, 1s);
    sql::Transaction transaction(db, sql::Access::write);
    db.script(sqlite::posts_schema);
    ::raise(SIGKILL);
    return "";
  });
  CHECK(file.shell("SELECT count(*) FROM sqlite_schema;") == "0");
  CHECK(file.open()->put_post(post_named("a")).has_value());
}

TEST_CASE("Two connections may open a new file at once", "[store][open]") {
  StoreFile file;
  const std::string other = in_child([&]() -> std::string {
    const auto store = open_store(file.url());
    return store ? "ok" : store.error().detail;
  });
  CHECK(other == "ok");
  CHECK(file.open()->check().has_value());
}
