// What others commit while a step runs: PostgreSQL lets many write at once (S-042).
#include <future>
#include <thread>

#include "catch.hpp"
#include "postgres/connection.hpp"
#include "sosik/store/ledger.hpp"
#include "sosik/store/syndication_store.hpp"
#include "store_file.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

Post post_titled(const std::string& title) {
  Post post;
  post.post_id = post.slug = "a";
  post.title = title;
  return post;
}

struct Two {
  StoreFile file;
  std::unique_ptr<Store> stepping = file.open();
  std::unique_ptr<Store> other = open_store(file.url(), {.busy_timeout = 1ms}).value();
  SyndicationStore& view = stepping->syndication();

  void put_quietly(const std::string& title) {
    other
        ->in_transaction(true,
                         [&]() -> Result<void> {
                           return other->put_post(post_titled(title)).value(), Result<void>();
                         })
        .value();
  }
};

}  // namespace

TEST_CASE("The step takes out of the log what it has read, not what came meanwhile",
          "[store][postgresql][S-042]") {
  Two t;
  t.other->put_post(post_titled("before")).value();
  t.view
      .transact([&]() -> Result<void> {
        CHECK(t.view.dirty_posts(1, 10).value().size() == 1);
        t.other->put_post(post_titled("meanwhile")).value();
        return t.view.clear_dirty(1, "a");
      })
      .value();
  CHECK(t.view.has_dirty(1).value());
  t.view
      .transact([&]() -> Result<void> {
        CHECK(t.view.dirty_post(1, "a").value().has_value());
        return t.view.clear_dirty(1, "a");
      })
      .value();
  CHECK_FALSE(t.view.has_dirty(1).value());
}

TEST_CASE("A loud change that joins a quiet one while the step reads the post is told of",
          "[store][postgresql][N-212]") {
  Two t;
  t.put_quietly("quiet");
  t.view
      .transact([&]() -> Result<void> {
        CHECK(t.view.dirty_posts(1, 10).value().at(0).is_quiet);
        CHECK_FALSE(t.view.is_dirty_loudly(1, "a").value());
        t.other->put_post(post_titled("loud")).value();
        CHECK(t.stepping->read_post(1, "a").value().title == "loud");
        CHECK(t.view.is_dirty_loudly(1, "a").value());
        return {};
      })
      .value();
}

TEST_CASE("Two who write the same names at once wait, in no circle", "[store][postgresql][S-043]") {
  const auto [names, key] = GENERATE(table<std::string, std::string>(
      {{"categories", "path"}, {"tags", "tag"}, {"authors", "author"}}));
  INFO(names);
  StoreFile file;
  const auto store = file.open();
  const auto another_node = postgres::open(file.url(), {});
  file.shell("INSERT INTO " + names + " (" + key + ", name) VALUES ('han', 'x'), ('kim', 'x');");
  Post post = post_titled("of two");
  post.categories = {{"kim", "김"}, {"han", "한"}};
  post.tags = {{"kim", "김"}, {"han", "한"}};
  post.authors = {{"kim", "김", "", ""}, {"han", "한", "", ""}};

  const std::string rename = "UPDATE " + names + " SET name = 'y' WHERE " + key + " = ?1";
  sql::Transaction transaction(*another_node, sql::Access::write);
  another_node->run(rename, "han");
  auto put = std::async(std::launch::async, [&] { return store->put_post(post).has_value(); });
  while (
      !another_node->exists("SELECT 1 FROM pg_locks l JOIN pg_locks mine "
                            "ON mine.transactionid = l.transactionid AND mine.granted "
                            "AND mine.pid = pg_backend_pid() WHERE NOT l.granted"))
    std::this_thread::yield();
  another_node->run(rename, "kim");  // were it held over there, this were a deadlock
  transaction.commit();
  CHECK(put.get());
  const Post stored = store->read_post(1, "a").value();
  CHECK(stored.categories.at(0).path == "kim");
  CHECK(stored.tags.at(0).tag == "kim");
  CHECK(stored.authors.at(0).key == "kim");
}

TEST_CASE("A rename is in the log until the step has looked for the posts that show it",
          "[store][postgresql]") {
  Two t;
  t.file.shell("INSERT INTO tags (tag, name) VALUES ('nobody has it', 'x');");
  CHECK(t.view.has_dirty(1).value());
  t.view
      .transact([&]() -> Result<void> {
        CHECK(t.view.dirty_posts(1, 10).value().empty());
        return {};
      })
      .value();
  CHECK_FALSE(t.view.has_dirty(1).value());
}

TEST_CASE("While a step runs posts are written, and the ledger waits", "[store][postgresql]") {
  Two t;
  const auto disable = [&] {
    return t.other->ledger().disable_target(1, "webhook:x", "a test", from_unix_ms(0));
  };
  t.view
      .transact([&]() -> Result<void> {
        CHECK(t.other->put_post(post_titled("written")).has_value());
        const auto refused = disable();
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == Errc::unavailable);
        const auto second = t.other->syndication().transact([]() -> Result<void> { return {}; });
        CHECK(second.error().code == Errc::unavailable);
        return {};
      })
      .value();
  CHECK(disable().has_value());
  CHECK(t.other->syndication().transact([]() -> Result<void> { return {}; }).has_value());
}

TEST_CASE("Who reads a post in order to write it is the only one who does",
          "[store][postgresql][admin]") {
  Two t;
  bool is_there = false;
  SECTION("a post that is there") {
    is_there = true;
    t.other->put_post(post_titled("first")).value();
  }
  SECTION("none yet") {}
  const auto read_and_write = [](Store& store, const std::string& title) {
    return store.in_transaction(false, [&]() -> Result<void> {
      const auto stored = store.read_post(1, "a");
      if (!stored && stored.error().code != Errc::not_found) return stored.error();
      const auto put = store.put_post(post_titled(title));
      return put ? Result<void>() : put.error();
    });
  };
  t.stepping
      ->in_transaction(false,
                       [&]() -> Result<void> {
                         CHECK(t.stepping->read_post(1, "a").has_value() == is_there);
                         const auto refused = read_and_write(*t.other, "second");
                         REQUIRE_FALSE(refused.has_value());
                         CHECK(refused.error().code == Errc::unavailable);
                         // Nor one who does not ask, as another program.
                         if (is_there) CHECK_FALSE(t.other->delete_post(1, "a").has_value());
                         return {};
                       })
      .value();
  CHECK(read_and_write(*t.other, "second").has_value());
  CHECK(t.other->read_post(1, "a").value().title == "second");
}

TEST_CASE("Who reads a post only waits for nobody", "[store][postgresql]") {
  Two t;
  t.other->put_post(post_titled("first")).value();
  t.stepping
      ->in_transaction(false,
                       [&]() -> Result<void> {
                         t.stepping->read_post(1, "a").value();
                         CHECK(t.other->read_post(1, "a").has_value());
                         // The step is a reader of posts.
                         const auto stepped =
                             t.other->syndication().transact([&]() -> Result<void> {
                               const auto post = t.other->read_post(1, "a");
                               return post ? Result<void>() : post.error();
                             });
                         CHECK(stepped.has_value());
                         return {};
                       })
      .value();
}

TEST_CASE("Who reads an endpoint in order to write it is the only one who does",
          "[store][postgresql][admin]") {
  Two t;
  Endpoint endpoint;
  endpoint.id = "ep_1";
  endpoint.url = "https://x.example/";
  t.stepping->ledger().put_endpoint(endpoint).value();
  t.stepping
      ->in_transaction(false,
                       [&]() -> Result<void> {
                         t.stepping->ledger().read_endpoint(1, "ep_1").value();
                         CHECK(t.other->ledger().read_endpoint(1, "ep_1").has_value());
                         CHECK_FALSE(t.other->ledger().put_endpoint(endpoint).has_value());
                         return {};
                       })
      .value();
  CHECK(t.other->ledger().put_endpoint(endpoint).has_value());
}

TEST_CASE("What failed while it waited for a lock leaves no transaction behind",
          "[store][postgresql]") {
  Two t;
  t.view
      .transact([&]() -> Result<void> {
        CHECK_FALSE(t.other->ledger().enable_target(1, "webhook:x").has_value());
        CHECK(t.other->put_post(post_titled("after")).has_value());
        return {};
      })
      .value();
  CHECK(t.stepping->read_post(1, "a").value().title == "after");
}
