// Rows that are too much: what one post, or many posts of one name, may cost a step.
#include <set>

#include "catch.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/timestamp.hpp"
#include "step_fixture.hpp"

using namespace sosik;

namespace {

std::string post_row(const std::string& id, const std::string& title) {
  return "INSERT INTO posts (post_id, status, title, body, published_at) VALUES ('" + id +
         "', 'published', '" + title + "', '<p>x</p>', 1700000000000);";
}

std::string repeated(std::string_view piece, int times) {
  std::string out;
  while (times-- > 0) out += piece;
  return out;
}

bool has_notice(const StepReport& report, std::string_view part) {
  return std::any_of(report.notices.begin(), report.notices.end(),
                     [&](const std::string& n) { return n.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("Of thousands of names on a post two hundred are shown, and the operator is told",
          "[step][bounds]") {
  StepFixture f;
  std::string sql = "BEGIN;" + post_row("a", "Many");
  for (int i = 0; i < 5000; ++i)
    sql += "INSERT INTO post_tags (post_id, tag, position) VALUES ('a', 't" + std::to_string(i) +
           "', " + std::to_string(i) + ");";
  const auto report = f.shell(sql + "COMMIT;");
  CHECK(f.entry("Many").tags.size() == 200);
  CHECK(std::any_of(report.notices.begin(), report.notices.end(), [](const std::string& n) {
    return n.find("more than 200 tags") != std::string::npos;
  }));
}

TEST_CASE("Of ten thousand tags on a post two hundred have feeds", "[step][bounds]") {
  StepFixture f;
  const auto report = f.shell(
      "BEGIN;" + post_row("a", "Many") + post_row("b", "Neighbour") +
      "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) "
      "INSERT INTO post_tags (post_id, tag, position) SELECT 'a', '태그' || i, i FROM n;COMMIT;");
  CHECK(f.entry("Many").tags.size() == 200);
  CHECK(f.entry("Many").tags.front() == "태그0");
  CHECK(has_notice(report, "more than 200 tags; the rest is left out"));
  CHECK(f.has_feed("tag/태그199"));
  CHECK_FALSE(f.has_feed("tag/태그200"));
  CHECK(f.is_served("Neighbour"));
}

TEST_CASE(
    "A body that is too much for a parser goes in as text, with a reason, beside its neighbours",
    "[step][bounds][F-159]") {
  struct Row {
    std::string what, format, body, notice;
    std::size_t max_bytes;
  };
  const auto row = GENERATE(
      Row{"20 MB of HTML", "html", repeated("<p>가나다라마바사</p>\n", 720'000),
          "took the text without its markup: larger than 4 MiB", 1 << 20},
      Row{"20 MB of Markdown", "markdown", repeated("가나다라 **마바** 사\n", 700'000),
          "the body is shown as plain text: Markdown: larger than 4 MiB", 1 << 20},
      Row{"100,000 nested elements", "html", repeated("<div>", 100'000) + "가나다라",
          "took the text without its markup: more than 512 elements inside each other", 1000},
      Row{"100,000 nested and closed", "html",
          repeated("<b>", 100'000) + "가나다라" + repeated("</b>", 100'000),
          "took the text without its markup: more than 512 elements inside each other", 1000},
      Row{"100,000 quotations", "markdown", repeated("> ", 100'000) + "가나다라",
          "took the text without its markup: more than 512 elements inside each other", 1000},
      Row{"a table of 5,000 columns", "markdown",
          repeated("가나다라|", 5000) + "\n" + repeated("-|", 5000) + "\n가|나\n",
          "the body is shown as plain text: Markdown: line 2: a table of more than 200 columns",
          1 << 20});
  INFO(row.what);
  StepFixture f;
  Post post;
  post.post_id = post.slug = post.title = "big";
  post.status = PostStatus::published;
  post.published_at = from_unix_ms(1'700'000'000'000);
  post.body_format = row.format == "html" ? BodyFormat::html : BodyFormat::markdown;
  post.body = row.body;
  f.store->put_post(post).value();
  const auto report = f.shell(post_row("b", "Neighbour"));
  CHECK(has_notice(report, row.notice));
  const Entry e = f.entry("big");
  CHECK(e.content_html.size() > 10);
  CHECK(e.content_html.size() < row.max_bytes);
  CHECK(e.summary.starts_with("가"));
  CHECK(display_width(e.summary) <= 400);
  CHECK(f.is_served("Neighbour"));
}

TEST_CASE("Posts of any year are served, or wait for it", "[step][bounds][K-071]") {
  StepFixture f;
  const auto report = f.shell(
      "BEGIN;"
      "INSERT INTO posts (post_id, status, slug, title, published_at) VALUES "
      "('a', 'published', 'a', 'Of 1905', -2051222400000),"
      "('b', 'published', 'b', 'Of long ago', -62135596800000),"
      "('c', 'published', 'c', 'Of 9999', 253402300799000),"
      "('e', 'published', 'e', 'Of now', 1700000000000);COMMIT;");
  CHECK(f.titles() == "Of now,Of 1905,Of long ago");
  CHECK(report.notices.empty());
  const TimeZone seoul = TimeZone::named("Asia/Seoul").value();
  CHECK(rfc822_date(f.entry("a").published, seoul) == "Sun, 01 Jan 1905 00:00:00 GMT");
  CHECK(rfc3339_date(f.entry("b").published, seoul) == "0001-01-01T00:00:00Z");
  CHECK(f.step->next_wake().value() == from_unix_ms(253402300799000));
  // In 9999 it is shown, and the clock's last day does no harm.
  f.clock.set(from_unix_ms(253402300799000));
  f.run();
  CHECK(f.titles() == "Of 9999,Of now,Of 1905,Of long ago");
  CHECK(rfc822_date(f.entry("c").published, seoul) == "Fri, 31 Dec 9999 23:59:59 GMT");
  for (const std::string moment : {"253402300800000", "-62135596800001", "9223372036854775807"})
    CHECK_THROWS(f.file.shell("UPDATE posts SET published_at = " + moment + ";"));
  CHECK(f.titles() == "Of 9999,Of now,Of 1905,Of long ago");
}

TEST_CASE("Of two posts with one guid the first keeps it, and both are served",
          "[step][bounds][F-003]") {
  StepFixture f;
  f.shell(
      "BEGIN;INSERT INTO posts (post_id, guid, status, slug, title, published_at) VALUES "
      "('a', 'http://old.example/?p=1', 'published', 'a', 'A', 1700000001000),"
      "('b', 'http://old.example/?p=1', 'published', 'b', 'B', 1700000000000);COMMIT;");
  CHECK(f.titles() == "A,B");
  CHECK(f.entry("a").id == "http://old.example/?p=1");
  CHECK(f.entry("b").id.starts_with("tag:blog.example,"));
}

TEST_CASE("A category path beyond a thousand bytes is left out, and costs nothing",
          "[step][bounds]") {
  StepFixture f;
  std::string path;
  while (path.size() < (is_on_postgresql() ? 1500 : 200'000)) path += "a/";  // of what it takes
  const auto report =
      f.shell("BEGIN;" + post_row("a", "Deep") +
              "INSERT INTO post_categories (post_id, path) VALUES ('a', '" + path + "');COMMIT;");
  CHECK(f.entry("Deep").categories.empty());
  REQUIRE(report.notices.size() == 1);
  CHECK(report.notices[0].size() < 300);
}

TEST_CASE("Many posts of one title have slugs of their own, each stable", "[step][bounds]") {
  StepFixture f;
  std::string sql = "BEGIN;";
  for (int i = 0; i < 40; ++i) sql += post_row("p" + std::to_string(i), "회의록");
  f.shell(sql + "COMMIT;");
  std::set<std::string> slugs;
  for (const auto& entry : f.store->read_feed(1, "", 100).value().entries) slugs.insert(entry.slug);
  CHECK(slugs.size() == 40);
  f.shell("UPDATE posts SET body = '<p>y</p>';");
  std::set<std::string> later;
  for (const auto& entry : f.store->read_feed(1, "", 100).value().entries) later.insert(entry.slug);
  CHECK(later == slugs);
}
