// Why documents were rendered without an entry: kept with the tag, for as long as the entry is as
// it was.
#include "catch.hpp"
#include "sqlite_store.hpp"
#include "store_file.hpp"

using namespace sosik;

namespace {

void show(Store& store, const std::string& post_id, std::int64_t revision) {
  Post post;
  post.post_id = post.slug = post_id;
  post.title = "글";
  post.status = PostStatus::published;
  post.published_at = from_unix_ms(1'780'000'000'000);
  store.put_post(post).value();
  EntryRecord record;
  record.entry.post_id = post_id;
  record.entry.id = "tag:blog.example,2026:/" + post_id;
  record.entry.revision = revision;
  record.is_shown = true;
  SyndicationStore& view = store.syndication();
  view.transact([&] { return view.write_record(1, record); }).value();
}

void remember(Store& store, std::int64_t revision, std::vector<HeldBackEntry> held_back) {
  FeedRecord feed;
  feed.state.key = "main";
  feed.state.revision = revision;
  SyndicationStore& view = store.syndication();
  view.transact([&] { return view.write_feed_record(1, feed); }).value();
  DocumentTag tag;
  tag.key = "main";
  tag.revision = revision;
  tag.basis = "basis";
  tag.etag_hash = "00112233aabbccdd";
  tag.size = 4096;
  tag.held_back = std::move(held_back);
  const std::vector<DocumentTag> tags = {std::move(tag)};
  store.remember_tags(1, tags).value();
}

std::size_t reasons(Store& store, const std::string& post_id) {
  return store.trace_post(1, post_id).value().held_back_from.size();
}

}  // namespace

TEST_CASE("A reason is kept with the post until its revision changes", "[store][held_back]") {
  StoreFile file;
  auto store = file.open();
  show(*store, "a", 3);
  show(*store, "b", 1);
  remember(*store, 7, {{"a", 3, "item/link: is no URL (F-055)", false}});
  const auto from = store->trace_post(1, "a").value().held_back_from;
  REQUIRE(from.size() == 1);
  CHECK(from[0].feed == "main");
  CHECK(from[0].format == Format::rss);
  CHECK(from[0].reason == "item/link: is no URL (F-055)");
  CHECK(reasons(*store, "b") == 0);
  for (const auto& post : store->list_posts(1, {10}).value())
    CHECK(post.held_back_from.size() == (post.post_id == "a" ? 1 : 0));
  SECTION("a newer revision of the entry") { show(*store, "a", 4); }
  SECTION("a rendering of the document that holds it") { remember(*store, 8, {}); }
  CHECK(reasons(*store, "a") == 0);
}

TEST_CASE("A reason goes along when the post changes its key", "[store][held_back]") {
  StoreFile file;
  auto store = file.open();
  show(*store, "a", 3);
  remember(*store, 7, {{"a", 3, "why", false}});
  SyndicationStore& view = store->syndication();
  view.transact([&] { return view.rename_record(1, "a", "c"); }).value();
  CHECK(reasons(*store, "c") == 1);
}

TEST_CASE("A damaged record is told, marks its post and does not take its feed down",
          "[store][held_back]") {
  StoreFile file;
  auto store = file.open();
  for (const char* id : {"a", "b"}) {
    show(*store, id, 3);
    SyndicationStore& view = store->syndication();
    const auto add = [&] { return view.add_member(1, "main", {from_unix_ms(1), *id}, id, *id); };
    view.transact(add).value();
  }
  remember(*store, 7, {});
  file.shell(
      "UPDATE entries SET doc = '{\"url\":\"x\"' WHERE post_id = 'a'; DELETE FROM dirty_posts;");
  const auto feed = store->read_feed(1, "main", 10).value();
  REQUIRE(feed.entries.size() == 1);
  CHECK(feed.entries[0].post_id == "b");
  REQUIRE(feed.damaged.size() == 1);
  CHECK(feed.damaged[0].post_id == "a");
  CHECK(feed.damaged[0].is_damaged);
  CHECK(store->trace_post(1, "a").value().is_damaged);
  CHECK_FALSE(store->syndication().has_dirty(1).value());
  remember(*store, 8, feed.damaged);
  CHECK(store->syndication().dirty_posts(1, 10).value()[0].post_id == "a");
  SECTION("walking all records marks it, too") {
    file.shell("DELETE FROM dirty_posts;");
    SyndicationStore& view = store->syndication();
    view.transact([&]() -> Result<void> {
          CHECK(view.shown_records(1, "", 10).value().size() == 1);
          return {};
        })
        .value();
    CHECK(view.has_dirty(1).value());
  }
}
