// What a reader of whole histories gets, document by document (RFC 5005, H-200..H-207).

// g++ 12 sees ghosts in std::regex once sanitizers are on.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <set>

#include "blog_fixture.hpp"
#include "sosik/model/archive.hpp"

using namespace sosik;
using sosik::testing::Blog;
using sosik::testing::small_plan;

namespace {

constexpr Format documents[] = {Format::rss, Format::atom, Format::json};

SyndicationPlan plan_with(std::size_t limit, std::size_t max_bytes) {
  SyndicationPlan plan = small_plan();
  plan.definitions[0].limit = limit;
  plan.definitions[0].max_bytes = max_bytes;
  return plan;
}

// Posts "글 1." to "글 <count>.", in the order of their dates.
void fill(Blog& blog, int count, const std::string& text = "") {
  std::vector<Post> posts;
  for (int n = 1; n <= count; ++n) {
    Post post = blog.post("p" + std::to_string(n), "글 " + std::to_string(n) + ".");
    post.body = "<p>본문입니다.</p>";
    post.summary = text;
    post.published_at = from_unix_ms(1'700'000'000'000 + n * 1000);
    posts.push_back(std::move(post));
  }
  blog.put_all(posts);
}

std::set<int> posts_in(const std::string& document) {
  static const std::regex title("(?:<title>|\"title\": *\")글 ([0-9]+)\\.");
  std::set<int> found;
  for (std::sregex_iterator one(document.begin(), document.end(), title), end; one != end; ++one)
    found.insert(std::stoi((*one)[1]));
  return found;
}

std::optional<std::int64_t> older_page_in(const std::string& document) {
  static const std::regex link(
      "(?:rel=\"prev-archive\" href|\"next_url\")[=:] *\"[^\"]*/archive/([0-9]+)/");
  std::smatch found;
  if (!std::regex_search(document, found, link)) return std::nullopt;
  return std::stoll(found[1]);
}

struct Walk {
  std::set<int> in_feed, in_all;
  std::optional<std::int64_t> first_page;
};

// As a reader walks: from the feed's document to the older ones.
Walk walk(Blog& blog, Format format) {
  const auto text = [&](const std::string& key) {
    return std::string(blog.get(key, format).body.view());
  };
  Walk walk;
  std::string document = text("main");
  walk.in_feed = walk.in_all = posts_in(document);
  walk.first_page = older_page_in(document);
  for (auto page = walk.first_page; page; page = older_page_in(document)) {
    document = text(archive_key("main", *page));
    walk.in_all.merge(posts_in(document));
  }
  return walk;
}

}  // namespace

TEST_CASE("What a limit of bytes leaves out of the window is reached in the archive",
          "[snapshot][archive][H-202][F-006]") {
  // In the last case the window holds all members.
  const auto [limit, count] = GENERATE(table<std::size_t, int>({{20, 59}, {100, 159}, {200, 110}}));
  const Format format = GENERATE(from_range(std::begin(documents), std::end(documents)));
  INFO(limit << " of " << count << " as " << to_string(format));
  Blog blog(plan_with(limit, 6'000));
  fill(blog, count);
  const Walk seen = walk(blog, format);
  CHECK(seen.in_feed.size() > 2);
  CHECK(seen.in_feed.size() < 20);
  CHECK(seen.in_all.size() == static_cast<std::size_t>(count));
}

TEST_CASE("A limit of bytes takes no entry out of a page of the archive",
          "[snapshot][archive][H-202][F-006]") {
  const Format format = GENERATE(from_range(std::begin(documents), std::end(documents)));
  INFO(to_string(format));
  Blog blog(plan_with(3, 4'000));  // some six posts
  fill(blog, 30, "요약입니다. 페이지 하나에 다 들어가지 않을 만큼 긴 글입니다.");
  CHECK(walk(blog, format).in_all.size() == 30);
}

TEST_CASE("A page whose posts have all gone is not served on", "[snapshot][archive][H-207]") {
  Blog blog(plan_with(3, 4'000'000));
  fill(blog, 21);
  const std::string key = archive_key("main", 2);
  CHECK(posts_in(std::string(blog.get(key, Format::atom).body.view())) == std::set<int>{21});
  blog.put(blog.post("p21", "글 21.", PostStatus::unpublished));
  const auto slot = blog.snapshots->open(main_site, key);
  const auto snapshot = slot ? slot.value()->current() : nullptr;
  CHECK((!snapshot || !snapshot->make(Format::atom, Coding::identity).has_value()));
}
