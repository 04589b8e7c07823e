#include "post_json.hpp"

namespace sosik::admin {
namespace {

constexpr std::string_view body_format_names[] = {"html", "markdown"};
constexpr int max_small = 1'000'000'000;  // what the store keeps of widths and durations

std::string named(const std::string& name, const std::string& fallback) {
  return name == fallback ? std::string() : name;
}

Image image_from(Members image) {
  Image made;
  made.url = image.line("url").value_or("");
  if (made.url.empty()) image.wrong("url", "is missing");
  made.alt = image.text("alt").value_or("");
  made.width = static_cast<int>(image.integer("width", 0, max_small).value_or(0));
  made.height = static_cast<int>(image.integer("height", 0, max_small).value_or(0));
  image.finish();
  return made;
}

Enclosure enclosure_from(Members enclosure) {
  Enclosure made;
  made.url = enclosure.line("url").value_or("");
  if (made.url.empty()) enclosure.wrong("url", "is missing");
  made.type = enclosure.line("type").value_or("");
  made.length = enclosure.integer("length", 0, INT64_MAX).value_or(0);
  made.title = enclosure.text("title").value_or("");
  made.duration_seconds =
      static_cast<int>(enclosure.integer("duration_seconds", 0, max_small).value_or(0));
  enclosure.finish();
  return made;
}

// Each element of the array `name` is its key alone, or an object that has more.
template <class OfKey, class OfObject>
void each(Members& post, std::string_view name, FieldErrors& errors, OfKey of_key,
          OfObject of_object) {
  const Json* list = post.array(name);
  if (!list) return;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto pointer = post.pointer_to(name) + "/" + std::to_string(i);
    const Json& element = (*list)[i];
    if (!element.is_string()) {
      of_object(Members(element, pointer, errors));
    } else if (const auto& key = element.get_ref<const std::string&>(); !key.empty()) {
      of_key(key);
    } else {
      errors.push_back({"#" + pointer, "must not be empty", false});
    }
  }
}

std::string key_of(Members& object, std::string_view name) {
  auto key = object.line(name).value_or("");
  if (key.empty()) object.wrong(name, "is missing");
  return key;
}

void take_labels(Members& members, Post& post, FieldErrors& errors) {
  each(
      members, "categories", errors,
      [&](const std::string& path) {
        post.categories.push_back({path, ""});
      },
      [&](Members object) {
        PostCategory category{key_of(object, "path"), object.line("name").value_or("")};
        object.finish();
        post.categories.push_back(std::move(category));
      });
  each(
      members, "tags", errors,
      [&](const std::string& tag) {
        post.tags.push_back({tag, ""});
      },
      [&](Members object) {
        PostTag tag{key_of(object, "tag"), object.line("name").value_or("")};
        object.finish();
        post.tags.push_back(std::move(tag));
      });
  each(
      members, "authors", errors,
      [&](const std::string& name) {
        post.authors.push_back({name, name, "", ""});
      },
      [&](Members object) {
        Author author;
        author.key = object.line("key").value_or("");
        author.name = object.line("name").value_or("");
        author.url = object.line("url").value_or("");
        author.email = object.line("email").value_or("");
        if (author.key.empty() && author.name.empty()) object.wrong("name", "is missing");
        object.finish();
        post.authors.push_back(std::move(author));
      });
}

}  // namespace

Json post_to_json(const Post& post) {
  const auto last_segment = [](const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == path.npos ? path : path.substr(slash + 1);
  };
  Json shown = {{"post_id", post.post_id},
                {"source", post.source},
                {"source_key", post.source_key},
                {"guid", post.guid},
                {"status", post_status_names[static_cast<std::size_t>(post.status)]},
                {"slug", post.slug},
                {"url", post.url},
                {"title", post.title},
                {"summary", post.summary},
                {"body_format", body_format_names[static_cast<std::size_t>(post.body_format)]},
                {"body", post.body},
                {"base_url", post.base_url},
                {"language", post.language},
                {"published_at", shown_time(post.published_at)},
                {"updated_at", shown_time(post.updated_at)},
                {"image", nullptr},
                {"categories", Json::array()},
                {"tags", Json::array()},
                {"authors", Json::array()},
                {"enclosures", Json::array()},
                {"comments_url", post.comments_url},
                {"comment_count", nullptr}};
  if (post.image)
    shown["image"] = {{"url", post.image->url},
                      {"alt", post.image->alt},
                      {"width", post.image->width},
                      {"height", post.image->height}};
  for (const auto& category : post.categories)
    shown["categories"].push_back(
        {{"path", category.path}, {"name", named(category.name, last_segment(category.path))}});
  for (const auto& tag : post.tags)
    shown["tags"].push_back({{"tag", tag.tag}, {"name", named(tag.name, tag.tag)}});
  for (const auto& author : post.authors)
    shown["authors"].push_back(
        {{"key", author.key}, {"name", author.name}, {"url", author.url}, {"email", author.email}});
  for (const auto& enclosure : post.enclosures)
    shown["enclosures"].push_back({{"url", enclosure.url},
                                   {"type", enclosure.type},
                                   {"length", enclosure.length},
                                   {"title", enclosure.title},
                                   {"duration_seconds", enclosure.duration_seconds}});
  if (post.comment_count) shown["comment_count"] = *post.comment_count;
  return shown;
}

Post post_from_json(const Json& value, const TimeZone& zone, const Post* stored, Timestamp now,
                    FieldErrors& errors) {
  Members members(value, "", errors);
  Post post;
  post.source = members.line("source").value_or("");
  post.source_key = members.line("source_key").value_or("");
  post.guid = members.line("guid").value_or("");
  post.status = static_cast<PostStatus>(members.choice("status", post_status_names).value_or(0));
  post.slug = members.line("slug").value_or("");
  post.url = members.line("url").value_or("");
  post.title = members.text("title").value_or("");
  post.summary = members.text("summary").value_or("");
  post.body_format =
      static_cast<BodyFormat>(members.choice("body_format", body_format_names).value_or(0));
  post.body = members.text("body").value_or("");
  post.base_url = members.line("base_url").value_or("");
  post.language = members.line("language").value_or("");
  post.published_at = members.date("published_at", zone);
  post.updated_at = members.date("updated_at", zone);
  if (const Json* image = members.object("image"))
    post.image = image_from(Members(*image, members.pointer_to("image"), errors));
  take_labels(members, post, errors);
  if (const Json* list = members.array("enclosures"))
    for (std::size_t i = 0; i < list->size(); ++i)
      post.enclosures.push_back(enclosure_from(
          Members((*list)[i], members.pointer_to("enclosures") + "/" + std::to_string(i), errors)));
  post.comments_url = members.line("comments_url").value_or("");
  post.comment_count = members.integer("comment_count", 0, INT64_MAX);
  post.post_id = members.line("post_id").value_or("");
  members.finish();
  keep_identity(post, stored);
  give_date(post, stored, now);
  return post;
}

void keep_identity(Post& post, const Post* stored) {
  if (post.source.empty() && post.source_key.empty()) {
    post.source = stored ? stored->source : "api";
    post.source_key = stored ? stored->source_key : "";
  }
  if (post.guid.empty() && stored) post.guid = stored->guid;
}

void give_date(Post& post, const Post* stored, Timestamp now) {
  if (post.published_at || post.status != PostStatus::published) return;
  post.published_at = stored && stored->published_at ? stored->published_at : now;
}

}  // namespace sosik::admin
