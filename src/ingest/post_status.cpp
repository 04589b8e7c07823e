// Whether and when a post is to be seen. The rule for whatever is doubtful: what an author has
// hidden in his own program is never published here, so each key that hides counts, and a word that
// nobody knows is an error.
#include <algorithm>
#include <span>

#include "post_fields.hpp"
#include "sosik/base/text.hpp"

namespace sosik {
namespace {

struct Word {
  std::string_view text;
  PostStatus status;
};

constexpr Word status_words[] = {
    {"published", PostStatus::published},
    {"publish", PostStatus::published},
    {"public", PostStatus::published},
    {"live", PostStatus::published},
    {"future", PostStatus::published},  // the date says when
    {"scheduled", PostStatus::published},
    {"draft", PostStatus::draft},
    {"drafts", PostStatus::draft},
    {"auto-draft", PostStatus::draft},
    {"pending", PostStatus::draft},
    {"review", PostStatus::draft},
    {"private", PostStatus::unpublished},
    {"hidden", PostStatus::unpublished},
    {"unpublished", PostStatus::unpublished},
    {"unlisted", PostStatus::unpublished},
    {"archived", PostStatus::unpublished},
    {"trash", PostStatus::unpublished},
    {"trashed", PostStatus::unpublished},
    {"deleted", PostStatus::unpublished},
};

constexpr Word visibility_words[] = {
    {"public", PostStatus::published},      {"published", PostStatus::published},
    {"private", PostStatus::unpublished},   {"hidden", PostStatus::unpublished},
    {"unlisted", PostStatus::unpublished},  {"password", PostStatus::unpublished},
    {"protected", PostStatus::unpublished}, {"members", PostStatus::unpublished},
    {"paid", PostStatus::unpublished},      {"tiers", PostStatus::unpublished},
    {"internal", PostStatus::unpublished},  {"draft", PostStatus::draft},
};

// Of all that the head says about a post the most hidden counts.
void hide(Post& post, PostStatus status) {
  if (status == PostStatus::draft || post.status == PostStatus::published) post.status = status;
}

Taken take_word(const FrontMatter& front, std::string_view key, std::span<const Word> words,
                std::string_view advice, Post& post) {
  const YamlValue* value = front.find({key});
  if (value == nullptr) return {};
  auto text = line_of_text(*value, key);
  if (!text) return text.error();
  const std::string wanted = compare_key(*text);
  const auto word = std::find_if(words.begin(), words.end(),
                                 [&](const Word& each) { return each.text == wanted; });
  if (word == words.end())
    return about(*value, key, in_quotes(*text) + " is not known; write " + std::string(advice));
  hide(post, word->status);
  return {};
}

Taken take_truth(const FrontMatter& front, std::string_view key, PostStatus if_true, Post& post) {
  const YamlValue* value = front.find({key});
  if (value == nullptr) return {};
  auto is_so = truth(*value, key);
  if (!is_so) return is_so.error();
  if (*is_so) hide(post, if_true);
  return {};
}

Taken take_password(const FrontMatter& front, Post& post) {
  const YamlValue* value = front.find({"password"});
  if (value == nullptr) return {};
  if (value->kind != YamlKind::text) return wrong_kind(*value, "password", "text");
  if (!value->text.empty()) hide(post, PostStatus::unpublished);
  return {};
}

// Nothing here takes a post away when its time is over.
Taken refuse_expiry(const FrontMatter& front, const Post& post) {
  if (post.status != PostStatus::published) return {};
  for (std::string_view key :
       {"expirydate", "unpublishdate", "expirationdate", "expires", "expiresat", "expireson"}) {
    const YamlValue* value = front.find({key});
    if (value == nullptr || (value->kind == YamlKind::text && value->text.empty())) continue;
    return error_in_line(
        value->line,
        "expiryDate is not supported: it would stay visible; remove it or set draft: true");
  }
  return {};
}

Result<std::optional<Timestamp>> date_of(const YamlValue& value, std::string_view key,
                                         const TimeZone& zone) {
  auto text = line_of_text(value, key);
  if (!text) return text.error();
  const auto date = parse_date(*text, zone);
  if (!date) return about(value, key, in_quotes(*text) + " is no date: " + date.error().detail);
  return std::optional(*date);
}

}  // namespace

Taken take_status(const FrontMatter& front, const PathFacts& facts, const MarkdownOptions&,
                  Post& post) {
  post.status = facts.is_in_drafts ? PostStatus::draft : PostStatus::published;
  // "published" is Jekyll's truth; other programs write the date there.
  for (std::string_view key : {"published", "publish", "public"}) {
    const YamlValue* value = front.find({key});
    if (value != nullptr && truth_if_any(*value) == false) hide(post, PostStatus::unpublished);
  }
  for (std::string_view key : {"draft", "isdraft"})
    if (auto taken = take_truth(front, key, PostStatus::draft, post); !taken) return taken;
  for (std::string_view key : {"private", "hidden", "unlisted", "protected", "headless"})
    if (auto taken = take_truth(front, key, PostStatus::unpublished, post); !taken) return taken;
  if (auto taken =
          take_word(front, "status", status_words, "'draft', 'private' or 'published'", post);
      !taken)
    return taken;
  if (auto taken = take_word(front, "visibility", visibility_words, "'public' or 'private'", post);
      !taken)
    return taken;
  if (auto taken = take_password(front, post); !taken) return taken;
  return refuse_expiry(front, post);
}

Taken take_dates(const FrontMatter& front, const PathFacts& facts, const MarkdownOptions& options,
                 Post& post) {
  // The latest: Hugo shows a post by its date, but not before its publishDate.
  for (std::string_view key :
       {"date", "pubdate", "publishdate", "publishedat", "datepublished", "published"}) {
    const YamlValue* value = front.find({key});
    if (value == nullptr || (key == "published" && truth_if_any(*value))) continue;
    auto date = date_of(*value, key, options.zone);
    if (!date) return date.error();
    post.published_at = std::max(post.published_at, *date);
  }
  if (!post.published_at && !facts.date.empty()) {
    const auto date = parse_date(facts.date, options.zone);
    if (!date) return error_in_line(1, "the date in the name of the file: " + date.error().detail);
    post.published_at = *date;
  }
  if (!post.published_at && post.status == PostStatus::published)
    return error_in_line(
        1, "has no date: write 'date: 2026-03-04' or begin the name of the file with it");
  if (const YamlValue* updated = front.find(
          {"updated", "lastmod", "lastmodifiedat", "modified", "updateddate", "updatedat"})) {
    auto date = date_of(*updated, "updated", options.zone);
    if (!date) return date.error();
    post.updated_at = *date;
  }
  return {};
}

}  // namespace sosik
