#include "hook_post.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "sosik/base/digest.hpp"
#include "sosik/base/text.hpp"

namespace sosik::admin {
namespace {

using Names = std::initializer_list<std::string_view>;

constexpr std::string_view wrappers[] = {"data", "post", "entry", "payload", "current"};
constexpr int max_wrappers = 3;
constexpr std::string_view deleting[] = {"deleted", "delete",  "trashed",
                                         "trash",   "removed", "destroyed"};
constexpr std::string_view hiding[] = {"unpublished", "unpublish", "unlisted", "hidden",
                                       "private",     "archived",  "archive"};
constexpr std::string_view drafting[] = {"draft", "drafted", "pending", "auto-draft", "review"};
constexpr std::string_view showing[] = {"published", "publish",   "public",
                                        "live",      "scheduled", "future"};

bool is_one_of(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The place of the post in the document, and the first member there that has one of some names.
class Place {
 public:
  Place(const Json& whole, FieldErrors& errors) : object_(&whole), errors_(errors) {
    for (int depth = 0; depth < max_wrappers && object_->is_object(); ++depth) {
      const Json* inner = nullptr;
      for (const auto name : wrappers) {
        const auto found = object_->find(name);
        if (found == object_->end() || !found->is_object() || found->empty()) continue;
        inner = &*found;
        pointer_.append("/").append(name);
        break;
      }
      if (!inner) break;
      object_ = inner;
    }
  }

  struct Found {
    const Json* value = nullptr;
    std::string pointer;
    explicit operator bool() const { return value != nullptr; }
  };

  // Not what is null or "".
  Found find(Names names) const {
    for (const auto name : names) {
      const auto found = object_->find(name);
      if (found == object_->end() || found->is_null()) continue;
      const auto* text = found->get_ptr<const std::string*>();
      if (text && text->empty()) continue;
      return {&*found, pointer_ + "/" + std::string(name)};
    }
    return {};
  }

  // A number is written out; of {"rendered": ...} or {"raw": ...} that is taken.
  std::string text(Names names) const {
    const auto found = find(names);
    if (!found) return {};
    const Json* value = found.value;
    if (value->is_object())
      for (const char* name : {"raw", "rendered"})
        if (value->contains(name)) {
          value = &value->at(name);
          break;
        }
    if (value->is_string()) return value->get<std::string>();
    if (value->is_number_integer()) return value->dump();
    wrong(found, "must be a text");
    return {};
  }
  std::string line(Names names) const { return clean_line(text(names)); }

  std::optional<Timestamp> date(Names names, const TimeZone& zone) const {
    const auto found = find(names);
    if (!found) return std::nullopt;
    if (found.value->is_number()) return from_number(found);
    const auto when = parse_date(clean_line(text(names)), zone);
    if (when) return *when;
    wrong(found, when.error().detail);
    return std::nullopt;
  }

  // Texts, or objects with a name; one text is cut at its commas.
  std::vector<std::string> labels(Names names) const {
    std::vector<std::string> labels;
    const auto found = find(names);
    if (!found) return labels;
    const auto* text = found.value->get_ptr<const std::string*>();
    const auto count =
        text ? static_cast<std::size_t>(std::ranges::count(*text, ',')) + 1 : found.value->size();
    if (count > most_elements) {
      wrong(found, "has more than " + std::to_string(most_elements) + " elements");
      return labels;
    }
    const auto add = [&](std::string_view label) {
      if (auto clean = clean_line(label); !clean.empty()) labels.push_back(std::move(clean));
    };
    if (text) {
      for (std::string_view rest = *text; !rest.empty();) {
        const auto comma = std::min(rest.find(','), rest.size());
        add(rest.substr(0, comma));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
      }
      return labels;
    }
    if (!found.value->is_array()) {
      wrong(found, "must be an array, or one text with commas");
      return labels;
    }
    for (const auto& element : *found.value) {
      const Json* label = &element;
      if (element.is_object())
        for (const char* name : {"name", "title", "slug"})
          if (element.contains(name)) {
            label = &element.at(name);
            break;
          }
      if (const auto* name = label->get_ptr<const std::string*>())
        add(*name);
      else
        wrong(found, "must hold texts, or objects with a name");
    }
    return labels;
  }

  void wrong(const Found& found, std::string detail) const {
    errors_.push_back({"#" + found.pointer, std::move(detail), false});
  }
  void missing(std::string detail) const {
    errors_.push_back({"#" + pointer_, std::move(detail), false});
  }

 private:
  // Seconds since 1970, or milliseconds where that would lie beyond the year 5000.
  std::optional<Timestamp> from_number(const Found& found) const {
    constexpr double latest = 95'617'584'000.0;
    const double number = found.value->get<double>();
    const double ms = std::abs(number) < latest ? number * 1000 : number;
    if (std::abs(ms) < latest * 1000) return from_unix_ms(static_cast<std::int64_t>(ms));
    wrong(found, "is no moment");
    return std::nullopt;
  }

  const Json* object_;
  std::string pointer_;
  FieldErrors& errors_;
};

// "post.deleted", "entry_unpublished", "Post Deleted": the last word.
std::string last_word(std::string_view text) {
  std::string key = compare_key(clean_line(text));
  const auto before = key.find_last_of("._: /");
  return before == key.npos ? key : key.substr(before + 1);
}

// Of all that the document says the most hidden counts: what its author took back is not shown.
enum class Wish { none, show, draft, hide, remove };

Wish wish_of(std::string_view word) {
  if (is_one_of(deleting, word)) return Wish::remove;
  if (is_one_of(hiding, word)) return Wish::hide;
  if (is_one_of(drafting, word)) return Wish::draft;
  if (is_one_of(showing, word)) return Wish::show;
  return Wish::none;
}

Wish wish_in(const Json& whole, const Place& place) {
  Wish wish = Wish::none;
  for (const char* name : {"event", "action", "type"}) {
    const auto found = whole.find(name);
    if (found == whole.end() || !found->is_string()) continue;
    wish = std::max(wish, wish_of(last_word(found->get_ref<const std::string&>())));
  }
  if (const auto found = place.find({"status", "state"})) {
    const auto* text = found.value->get_ptr<const std::string*>();
    const auto said = text ? wish_of(compare_key(clean_line(*text))) : Wish::none;
    if (said == Wish::none)
      place.wrong(found, "is no status that is known: published, draft, unpublished, deleted, ...");
    wish = std::max(wish, said);
  }
  return wish;
}

void take_body(const Place& place, Post& post) {
  if (auto markdown = place.text({"markdown"}); !markdown.empty()) {
    post.body_format = BodyFormat::markdown;
    post.body = std::move(markdown);
  } else if (auto html = place.text({"html", "content_html", "content", "body"}); !html.empty()) {
    post.body = std::move(html);
  } else if (auto plain = place.text({"text"}); !plain.empty()) {
    post.body_format = BodyFormat::markdown;
    post.body = std::move(plain);
  }
}

void take_authors(const Place& place, Post& post) {
  const auto add = [&](const std::string& name) {
    if (!name.empty()) post.authors.push_back({name, name, "", ""});
  };
  const auto found = place.find({"author"});
  if (found && found.value->is_object()) {
    const auto name = found.value->find("name");
    if (name != found.value->end() && name->is_string())
      add(clean_line(name->get_ref<const std::string&>()));
    else
      place.wrong(found, "has no name");
  } else if (found) {
    add(place.line({"author"}));
  } else {
    for (const auto& name : place.labels({"authors"})) add(name);
  }
}

// "hook:" and the sender's own id; its digest where it is too long.
void take_identity(const Place& place, Post& post) {
  std::string key = place.line({"id", "guid", "post_id"});
  if (key.empty()) key = post.url;
  if (key.empty()) return place.missing("has none of id, guid, post_id, url, link, permalink");
  constexpr std::size_t max_key = 250;
  if (key.size() > max_key) key = "sha256-" + sha256_hex(key);
  post.source = "hook";
  post.source_key = key;
  post.post_id = "hook:" + key;
  if (const auto guid = place.find({"guid"}); guid && guid.value->is_string())
    post.guid = place.line({"guid"});
}

}  // namespace

HookPost hook_post_from_json(const Json& whole, const TimeZone& zone, FieldErrors& errors) {
  HookPost made;
  Post& post = made.post;
  const Place place(whole, errors);
  post.url = place.line({"url", "link", "permalink"});
  post.title = place.line({"title"});
  post.slug = place.line({"slug"});
  post.summary = place.text({"excerpt", "summary", "description"});
  take_body(place, post);
  post.published_at =
      place.date({"published", "published_at", "publishedAt", "date", "pubDate"}, zone);
  post.updated_at = place.date({"updated", "updated_at", "updatedAt", "modified"}, zone);
  for (auto& path : place.labels({"categories", "category"}))
    post.categories.push_back({std::move(path), ""});
  for (auto& tag : place.labels({"tags"})) post.tags.push_back({std::move(tag), ""});
  take_authors(place, post);
  take_identity(place, post);
  const Wish wish = wish_in(whole, place);
  made.is_gone = wish == Wish::remove;
  made.is_bare = post.title.empty() && post.body.empty();
  post.status = wish == Wish::hide    ? PostStatus::unpublished
                : wish == Wish::draft ? PostStatus::draft
                                      : PostStatus::published;
  if (made.is_bare && post.status == PostStatus::published && !made.is_gone)
    place.missing("has neither a title nor a text to publish");
  return made;
}

}  // namespace sosik::admin
