// What shares a commit, and what does not share its fate.
#include "write_queue.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "../../src/store/sql_store.hpp"
#include "catch.hpp"
#include "store_file.hpp"

using namespace sosik;
using namespace sosik::admin;

namespace {

struct Writers {
  StoreFile file;
  std::unique_ptr<Store> first = file.open();  // makes the schema
  boost::asio::io_context loop;
  bool is_broken = false;  // the next opening throws what is no exception
  WriteQueue queue{[this] {
    if (std::exchange(is_broken, false)) throw 7;
    return open_store(file.url());
  }};
  std::string outcomes;  // in the order of the answers

  ~Writers() { queue.stop(); }

  // As another program sees it; on any thread.
  bool is_there(const std::string& id) const { return file.open()->read_post(1, id).has_value(); }

  // Writes the post, then does `more`, on the desk.
  void write(const std::string& id, std::function<Result<ApiAnswer>(Store&)> more,
             bool is_large = false) {
    auto work = [id, more = std::move(more)](Store& store) -> Result<ApiAnswer> {
      std::optional<Result<ApiAnswer>> answer;
      auto done = store.in_transaction(false, [&]() -> Result<void> {
        Post post;
        post.post_id = id;
        if (auto put = store.put_post(post); !put) return put.error();
        answer = more(store);
        if (!*answer) return answer->error();
        return {};
      });
      if (!done) return done.error();
      return *answer;
    };
    auto task = [](Writers& all, std::string name, WriteQueue::Work wanted, bool alone) -> Task<> {
      std::optional<Result<ApiAnswer>> result;
      try {
        result = co_await all.queue.run(std::move(wanted), alone);
      } catch (...) {
      }
      all.outcomes += name + (!result ? "! " : *result ? "+ " : "- ");
      if (result && *result && !all.is_there(name)) all.outcomes += "too early ";
    };
    boost::asio::co_spawn(loop, task(*this, id, std::move(work), is_large),
                          [](const std::exception_ptr& e) {
                            if (e) std::rethrow_exception(e);
                          });
  }
};

Result<ApiAnswer> fine(Store&) { return ApiAnswer(); }

}  // namespace

TEST_CASE("Writes that wait share a commit, and are answered after it", "[admin][api][threads]") {
  Writers all;
  bool sees_own = false, sees_neighbour = true;
  all.write("a", fine);
  all.write("b", fine);
  all.write("c", [&](Store& store) -> Result<ApiAnswer> {
    sees_own = store.read_post(1, "b").has_value();
    sees_neighbour = all.is_there("b");
    return ApiAnswer();
  });
  all.loop.run();
  CHECK(sees_own);
  CHECK_FALSE(sees_neighbour);
  CHECK(all.outcomes == "a+ b+ c+ ");
}

TEST_CASE("A write that fails takes none of its neighbours along", "[admin][api][threads]") {
  Writers all;
  all.write("a", fine);
  all.write("b", fine);
  all.write("c", [](Store&) -> Result<ApiAnswer> { return invalid("no"); });
  all.write("d", [](Store&) -> Result<ApiAnswer> { throw std::runtime_error("out of it"); });
  all.write("e", fine);
  all.loop.run();
  CHECK(all.outcomes == "a+ b+ c- d- e+ ");
  CHECK_FALSE(all.is_there("c"));
  CHECK_FALSE(all.is_there("d"));
}

TEST_CASE("When the commit fails nobody is told that he wrote", "[admin][api][threads]") {
  Writers all;
  all.write("a", fine);
  all.write("b", fine);
  all.write("c", [](Store& store) -> Result<ApiAnswer> {
    // As a full disk does: the database gives the whole transaction up.
    static_cast<sql::SqlStore&>(store).connection().script("ROLLBACK");
    return ApiAnswer();
  });
  all.write("d", fine);
  all.loop.run();
  CHECK(all.outcomes == "a+ b- c- d- ");
  for (const char* id : {"b", "c", "d"}) {
    INFO(id);
    CHECK_FALSE(all.is_there(id));
  }
  all.write("e", fine);  // by a store that is opened anew
  all.loop.restart();
  all.loop.run();
  CHECK(all.is_there("e"));
}

TEST_CASE("What is large shares no commit", "[admin][api][threads]") {
  Writers all;
  bool sees_neighbour = false;
  all.write("a", fine);
  all.write("b", fine);
  all.write(
      "c",
      [&](Store&) -> Result<ApiAnswer> {
        sees_neighbour = all.is_there("b");
        return ApiAnswer();
      },
      true);
  all.write("d", fine);
  all.loop.run();
  CHECK(sees_neighbour);
  CHECK(all.outcomes == "a+ b+ c+ d+ ");
}

TEST_CASE("Who has lost a race to another node's writes tries again, some times",
          "[admin][api][threads][S-043]") {
  Writers all;
  int tried = 0, tried_in_vain = 0;
  all.write("a", fine);
  all.write("b", fine);
  all.write("c", [&](Store&) -> Result<ApiAnswer> {
    if (++tried == 1) return Error{Errc::unavailable, "deadlock detected", true};
    return ApiAnswer();
  });
  all.write(
      "d",
      [&](Store&) -> Result<ApiAnswer> {
        ++tried_in_vain;
        return Error{Errc::unavailable, "deadlock detected", true};
      },
      true);
  all.loop.run();
  CHECK(all.outcomes == "a+ b+ c+ d- ");
  CHECK(tried == 2);
  CHECK(tried_in_vain == 3);
}

TEST_CASE("Whatever the queue trips over, each write is answered and the next one is done",
          "[admin][api][threads]") {
  Writers all;
  all.is_broken = true;
  all.write("a", fine);
  all.write("b", fine, true);
  all.loop.run();
  CHECK(all.outcomes == "a! b+ ");
}
