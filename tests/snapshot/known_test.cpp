// What is known of a document without its bytes: a 304 after a restart or an eviction costs no
// rendering, and is never wrong.
#include <random>

#include "blog_fixture.hpp"

using namespace sosik;
using sosik::testing::Blog;
using sosik::testing::small_plan;

namespace {

constexpr std::array every_format = {Format::rss, Format::atom, Format::json, Format::html};
constexpr std::array every_coding = {Coding::identity, Coding::gzip, Coding::br, Coding::zstd};

Post tagged(const Blog& blog, const std::string& id, const std::string& title,
            PostStatus status = PostStatus::published) {
  Post post = blog.post(id, title, status);
  post.tags = {{"AI", ""}};
  return post;
}

SyndicationPlan titled(const std::string& title) {
  SyndicationPlan plan = small_plan();
  plan.site.title = title;
  return plan;
}

}  // namespace

TEST_CASE("After a restart a 304 needs no rendering", "[snapshot][known][H-091]") {
  Blog blog;
  blog.put(tagged(blog, "a", "첫 글"));
  for (const std::string key : {"main", "tag/AI"})
    for (Format format : every_format) {
      INFO(key << " as " << to_string(format));
      std::array<Representation, coding_count> before;
      for (Coding coding : every_coding)
        before[static_cast<std::size_t>(coding)] = blog.get(key, format, coding);
      const int rendered = blog.rendered, refreshed = blog.refreshed;
      blog.restart();
      const auto snapshot = blog.current(key);
      for (Coding coding : every_coding) {
        CHECK(snapshot->find(format, coding) == nullptr);
        const auto* known = snapshot->known(format, coding);
        REQUIRE(known);
        const auto& made = before[static_cast<std::size_t>(coding)];
        CHECK(known->etag == made.etag);
        CHECK(known->etag_hash == made.etag_hash);
        CHECK(known->changed_at == made.changed_at);
        CHECK(known->last_modified == made.last_modified);
        CHECK(known->content_location == made.content_location);
        CHECK(known->head_304 == made.head_304);
      }
      CHECK(blog.rendered == rendered);
      CHECK(blog.refreshed == refreshed);
      // And the 200 that follows is the same document.
      CHECK(snapshot->make(format, Coding::identity).value()->etag == before[0].etag);
    }
}

TEST_CASE("What was never rendered is not known", "[snapshot][known]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  CHECK(blog.known("main", Format::rss) == nullptr);
  blog.get("main", Format::rss);
  blog.restart();
  CHECK(blog.known("main", Format::rss) != nullptr);
  CHECK(blog.known("main", Format::atom) == nullptr);
}

TEST_CASE("A coding that nobody asked for yet is known once the document is made",
          "[snapshot][known]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  blog.get("main", Format::rss, Coding::gzip);
  const auto snapshot = blog.current("main");
  const auto* known = snapshot->known(Format::rss, Coding::br);
  REQUIRE(known);
  CHECK(known->etag == snapshot->make(Format::rss, Coding::br).value()->etag);
  CHECK(snapshot->known(Format::rss, Coding::gzip) == snapshot->find(Format::rss, Coding::gzip));
}

TEST_CASE("A publish makes what was known unknown, in this process and the next",
          "[snapshot][known][H-112]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  blog.get("main", Format::rss);
  blog.restart();
  REQUIRE(blog.known("main", Format::rss));
  SECTION("told") { blog.put(blog.post("b", "둘째 글")); }
  SECTION("while nobody ran") {
    blog.put_silently(blog.post("b", "둘째 글"));
    blog.restart();
  }
  SECTION("by another process") {
    blog.put_silently(blog.post("b", "둘째 글"));
    blog.snapshots->reset();
  }
  CHECK(blog.known("main", Format::rss) == nullptr);
  CHECK_THAT(std::string(blog.get("main", Format::rss).body.view()), Catch::Contains("둘째 글"));
}

TEST_CASE("A tag of another revision or basis never gives a 304", "[snapshot][known]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  blog.get("main", Format::rss);
  const auto [what, change] = GENERATE(table<std::string, void (*)(DocumentTag&)>({
      {"older program", [](DocumentTag& t) { t.basis[0] ^= 1; }},
      {"revision before", [](DocumentTag& t) { --t.revision; }},
      {"revision to come", [](DocumentTag& t) { ++t.revision; }},
      {"damaged", [](DocumentTag& t) { t.etag_hash = "\r\nX: y"; }},
  }));
  INFO(what);
  blog.tags.change(change);
  blog.restart();
  CHECK(blog.known("main", Format::rss) == nullptr);
}

TEST_CASE("A changed definition makes what was known unknown before the step has looked at it",
          "[snapshot][known][H-117]") {
  Blog blog;
  blog.put(tagged(blog, "a", "첫 글"));
  const std::string key = GENERATE("main", "tag/AI");
  INFO(key);
  const auto before = blog.get(key, Format::rss);
  SECTION("in a running process") { blog.put_in_force(titled("새 이름")); }
  SECTION("at a restart") {
    blog.put_in_force(titled("새 이름"));
    blog.restart();
  }
  CHECK(blog.known(key, Format::rss) == nullptr);
  const auto report = blog.step_adopts(titled("새 이름"));
  CHECK(blog.known(key, Format::rss) == nullptr);
  blog.tell(report);
  CHECK(blog.known(key, Format::rss) == nullptr);
  const auto after = blog.get(key, Format::rss);
  CHECK(after.etag != before.etag);
  CHECK(after.changed_at > before.changed_at);
}

TEST_CASE("A definition that changed and changed back is another revision if it was rendered",
          "[snapshot][known][H-117]") {
  Blog blog;
  blog.put(tagged(blog, "a", "첫 글"));
  const auto first = blog.get("tag/AI", Format::rss);
  blog.adopt(titled("새 이름"));
  const bool was_rendered = GENERATE(false, true);
  if (was_rendered) blog.get("tag/AI", Format::rss);
  blog.adopt(small_plan());
  blog.restart();
  const auto* known = blog.known("tag/AI", Format::rss);
  CHECK((known != nullptr) == !was_rendered);
  CHECK((blog.get("tag/AI", Format::rss).etag == first.etag) == !was_rendered);
}

TEST_CASE("News that comes between reading a feed and showing it is not missed",
          "[snapshot][known]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  blog.get("main", Format::rss);
  blog.restart();
  int times = 0;
  const auto publish = [&] {
    if (times++ == 0) blog.put(blog.post("b", "둘째 글"));
  };
  SECTION("between its state and its tags") { blog.hooks.after_state = publish; }
  SECTION("after its tags") { blog.hooks.after_tags = publish; }
  SECTION("of another process") {
    blog.hooks.after_tags = [&] {
      if (times++ > 0) return;
      blog.put_silently(blog.post("b", "둘째 글"));
      blog.snapshots->reset();
    };
  }
  SECTION("of another plan") {
    blog.hooks.after_tags = [&] {
      if (times++ == 0) blog.adopt(titled("새 이름"));
    };
  }
  const auto snapshot = blog.current("main");
  CHECK(times > 1);  // read again
  CHECK(snapshot->known(Format::rss, Coding::identity) == nullptr);
}

TEST_CASE("Without a word, too, state and tags of different revisions make nothing known",
          "[snapshot][known]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  blog.get("main", Format::rss);
  int times = 0;
  StepReport late;
  blog.hooks.after_state = [&] {
    if (times++ > 0) return;
    late = blog.put_silently(blog.post("b", "둘째 글"));
    auto other = make_snapshots(blog.options());  // another process renders the new one
    other->open(main_site, "main").value()->current()->make(Format::rss, Coding::identity).value();
  };
  blog.restart();
  const auto slot = blog.slot("main");
  CHECK(slot->current()->known(Format::rss, Coding::identity) == nullptr);
  blog.tell(late);
  CHECK(slot->current()->known(Format::rss, Coding::identity) == nullptr);
}

TEST_CASE("News without end does not keep a feed from being answered for ever",
          "[snapshot][known]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  blog.hooks.after_state = [&] { blog.snapshots->changed(main_site, {}, {}); };
  CHECK(blog.snapshots->open(main_site, "main").error().code == Errc::unavailable);
  blog.hooks.after_state = {};
  CHECK(blog.get("main", Format::rss).status == 200);
}

TEST_CASE("A tag goes with the revision that was rendered, not with the one that was opened",
          "[snapshot][known]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  const auto opened = blog.current("main");
  blog.put_silently(blog.post("b", "둘째 글"));
  const auto* made = opened->make(Format::rss, Coding::identity).value();
  CHECK(made->body.view().find("둘째 글") != std::string_view::npos);
  REQUIRE(blog.tags.all().size() == 1);
  const DocumentTag tag = blog.tags.all()[0];
  CHECK(tag.etag_hash == made->etag_hash);
  CHECK(tag.size == static_cast<std::int64_t>(made->body.size()));
  blog.restart();
  CHECK(blog.known("main", Format::rss)->etag == made->etag);
  CHECK(blog.known("main", Format::rss)->changed_at == made->changed_at);
}

TEST_CASE("What was rendered under a plan that changed meanwhile is not remembered",
          "[snapshot][known]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  int times = 0;
  blog.hooks.before_feed = [&] {
    if (times++ == 0) blog.adopt(titled("새 이름"));
  };
  const auto old = blog.current("main");
  old->make(Format::rss, Coding::identity).value();  // for whoever asked before
  CHECK(times == 1);
  CHECK(blog.tags.all().empty());
  CHECK_THAT(std::string(blog.get("main", Format::rss).body.view()), Catch::Contains("새 이름"));
  CHECK(blog.tags.all().size() == 1);
}

TEST_CASE("Nothing is remembered of what did not pass the gate, nor of a post's page",
          "[snapshot][known]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  blog.get("posts/a", Format::html);
  blog.is_renderer_broken = true;
  CHECK(blog.current("main")->make(Format::rss, Coding::identity).has_error());
  CHECK(blog.tags.all().empty());
  blog.restart();
  CHECK(blog.known("posts/a", Format::html) == nullptr);
  CHECK(blog.known("main", Format::rss) == nullptr);
}

TEST_CASE("A program that remembers nothing serves as before", "[snapshot][known]") {
  Blog blog;
  blog.put(blog.post("a", "첫 글"));
  blog.restart([](SnapshotOptions& options) { options.remember = {}; });
  CHECK(blog.get("main", Format::rss).status == 200);
  CHECK(blog.tags.all().empty());
}

TEST_CASE("Whatever happens, what is known is what would be rendered", "[snapshot][known]") {
  const unsigned seed = GENERATE(1u, 2u, 3u, 4u);
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto any = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
  Blog blog;
  blog.put(tagged(blog, "a", "첫 글"));
  blog.put(tagged(blog, "b", "둘째 글"));
  const std::array<std::string, 3> keys = {"main", "tag/AI", ""};
  int known_ones = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string id(1, static_cast<char>('a' + any(3)));
    switch (any(8)) {
      case 0:
        blog.put(tagged(blog, id, "글 " + std::to_string(round)));
        break;
      case 1:
        blog.put(tagged(blog, id, "글", PostStatus::unpublished));
        break;
      case 2:
        blog.adopt(titled("이름 " + std::to_string(any(2))));
        break;
      case 3:
        blog.restart();
        break;
      case 4:
        blog.snapshots->reset();
        break;
      case 5:  // keeps one document
        blog.restart([](SnapshotOptions& options) { options.budget = 1; });
        break;
      default:
        break;
    }
    for (int asked = 0; asked < 4; ++asked) {
      const auto& key = keys[any(3)];
      const Format format = key.empty() ? Format::html : every_format[any(4)];
      auto slot = blog.snapshots->open(main_site, key);
      if (!slot) continue;  // a tag that no post has had yet
      const auto snapshot = slot.value()->current();
      if (!snapshot) continue;
      if (const auto* known = snapshot->known(format, Coding::gzip)) {
        ++known_ones;
        const auto fresh = make_snapshots(blog.options());
        const auto now = fresh->open(main_site, key).value()->current();
        const auto* truth = now->make(format, Coding::gzip).value();
        INFO(key << " as " << to_string(format) << " in round " << round);
        CHECK(known->etag_hash == truth->etag_hash);
        CHECK(known->changed_at == truth->changed_at);
        CHECK(known->head_304 == truth->head_304);
      } else {
        CHECK(snapshot->make(format, Coding::identity).has_value());
      }
    }
  }
  CHECK(known_ones > 20);
}
