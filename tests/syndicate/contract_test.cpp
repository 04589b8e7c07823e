// docs/post-store.md is a contract: its examples work as they are printed.
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "source_dir.hpp"
#include "step_fixture.hpp"

using namespace sosik;

namespace {

std::vector<std::string> sql_examples() {
  std::ifstream file(testing::source_dir() / "docs/post-store.md");
  std::vector<std::string> examples;
  bool is_inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "```sql") {
      examples.emplace_back();
      is_inside = true;
    } else if (line == "```") {
      is_inside = false;
    } else if (is_inside) {
      examples.back() += line + "\n";
    }
  }
  return examples;
}

}  // namespace

TEST_CASE("The SQL examples of docs/post-store.md run, and do what the page says",
          "[contract][sqlite]") {
  StepFixture f;
  const auto examples = sql_examples();
  REQUIRE(examples.size() == 9);
  const auto run = [&](std::size_t i) {
    INFO(examples[i]);
    const auto answer = f.file.try_shell(examples[i]);
    INFO(answer.output);
    REQUIRE(answer.exit_code == 0);
    f.run();
    return answer.output;
  };
  run(0);
  run(1);
  CHECK(f.titles() == "팀을 키우는 일");
  const auto id = f.entry("팀을-키우는-일").id;
  run(2);
  const Entry named = f.entry("팀을-키우는-일");
  CHECK(named.authors.at(0).name == "김지은");
  CHECK(named.categories.at(0).label == "조직과 사람/팀");
  CHECK(named.tags == std::vector<std::string>{"팀", "회고"});
  run(3);
  const Entry moved = f.entry("growing-teams");
  CHECK(moved.id == id);
  CHECK(moved.post_id == "post-42");
  CHECK(moved.title == "팀을 키우는 일, 다시");
  CHECK(moved.enclosures.size() == 1);
  CHECK_FALSE(f.is_served("팀을-키우는-일"));
  run(4);
  CHECK(f.titles() == "팀을 키우는 일, 다시");
  CHECK(f.step->next_wake().value() == from_unix_ms(4102444800000));
  const auto last = f.last_event();
  run(5);
  CHECK(f.entry("hello").id == "http://old.example/?p=1");
  for (const auto& event : f.store->ledger().list_events(1, last, 100).value())
    CHECK(event.is_quiet);
  CHECK(f.post_events(last) == "post.published:wp-1");
  run(6);
  CHECK(run(7).find("post-42|팀을 키우는 일, 다시|1|") != std::string::npos);
  const auto titles = f.titles();
  run(8);  // another site's
  CHECK(f.titles() == titles);
  CHECK(f.store->list_sites().value().at(0).host == "second.example.kr");
  CHECK(f.store->syndication().sites_with_work(f.clock.now(), 1, 9).value() ==
        std::vector<SiteId>{2});
}

TEST_CASE("Every table and column that docs/post-store.md names exists", "[contract][sqlite]") {
  StepFixture f;
  std::ifstream file(testing::source_dir() / "docs/post-store.md");
  std::stringstream page;
  page << file.rdbuf();
  const std::string columns = f.file.shell(
      "SELECT DISTINCT c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c "
      "WHERE t.name IN ('posts', 'post_categories', 'post_tags', 'post_authors', 'enclosures', "
      "'categories', 'tags', 'authors', 'sites');");
  std::istringstream names(columns);
  int count = 0;
  for (std::string name; std::getline(names, name); ++count) {
    INFO(name << " is not described");
    CHECK(page.str().find("`" + name + "`") != std::string::npos);
  }
  CHECK(count > 25);
  CHECK(page.str().find("`PRAGMA user_version` = " + f.file.shell("PRAGMA user_version;")) !=
        std::string::npos);
}
