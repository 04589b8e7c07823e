#include "post_fields.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "sosik/base/language_tag.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"

namespace sosik {

Error about(const YamlValue& value, std::string_view key, const std::string& reason) {
  return error_in_line(value.line, std::string(key) + ": " + reason);
}

std::string in_quotes(std::string_view text) { return "'" + printable(clean_line(text)) + "'"; }

namespace {

// The part of an address that names the post: "/2024/03/first-post/",
// "https://a.example/b/first-post.html?x".
std::string last_segment(std::string_view address) {
  address = address.substr(0, address.find_first_of("?#"));
  if (const std::size_t scheme = address.find("://"); scheme != std::string_view::npos) {
    address.remove_prefix(scheme + 3);
    address.remove_prefix(std::min(address.find('/'), address.size()));
  }
  for (std::string_view end : {"index.html", ".html", ".htm"})
    if (address.ends_with(end)) address.remove_suffix(end.size());
  while (address.ends_with('/')) address.remove_suffix(1);
  const std::string_view segment = address.substr(address.rfind('/') + 1);
  const auto decoded = decode_percent(segment);
  return slug_from(decoded ? std::string_view(*decoded) : segment);
}

bool is_web_address(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

// "개발 / 백엔드" to "개발/백엔드"; empty when no segment has a name.
std::string category_path(std::string_view text) {
  std::string path;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('/'), text.size());
    const std::string segment = clean_line(text.substr(0, end));
    if (!is_blank(segment)) path.append(path.empty() ? "" : "/").append(nfc(segment));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return path;
}

// The names of one kind that a post has: each once, however it is spelled, and not too many.
class Labels {
 public:
  // False for one that is there already; fails for one too many.
  Result<bool> add(const std::string& name, const YamlValue& value, std::string_view key) {
    if (!keys_.insert(compare_key(name)).second) return false;
    if (keys_.size() > max_labels)
      return about(value, key, "more than " + std::to_string(max_labels));
    return true;
  }

 private:
  static constexpr std::size_t max_labels = 1000;
  std::set<std::string> keys_;
};

constexpr std::int64_t max_pixels = 100'000;

// From 0.
std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

bool is_mail_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != 0 && at != std::string_view::npos && at + 1 < text.size() &&
         text.find_first_of(" <>()\"@", at + 1) == std::string_view::npos &&
         text.substr(0, at).find_first_of(" <>()\"") == std::string_view::npos;
}

// "홍길동 <hong@a.example>" as in mail, "hong@a.example (홍길동)" as in RSS, or only one of the
// two; an address goes into the field for it, for names are shown.
void take_name(std::string_view text, Author& author) {
  author.name = clean_line(text);
  std::string_view name = author.name, address = name;
  const bool is_rss = name.ends_with(')');
  const std::size_t begin = name.find(is_rss ? '(' : '<');
  if (begin != std::string_view::npos && (is_rss || name.ends_with('>'))) {
    const std::string_view before = name.substr(0, begin);
    const std::string_view inside = name.substr(begin + 1, name.size() - begin - 2);
    address = is_rss ? before : inside;
    name = is_rss ? inside : before;
  }
  while (address.ends_with(' ')) address.remove_suffix(1);
  if (!is_mail_address(address)) return;
  std::string words = clean_line(name);
  if (words.size() >= 2 && words.starts_with('"') && words.ends_with('"'))
    words = clean_line(words.substr(1, words.size() - 2));
  if (is_blank(words) || is_mail_address(words)) words = address.substr(0, address.find('@'));
  author.email = address;
  author.name = words;
}

// The text of the first of these keys of a map, if any.
Result<std::string> field_text(const YamlValue& map, std::string_view key,
                               std::initializer_list<std::string_view> names) {
  auto fields = FrontMatter::from(map);
  if (!fields) return fields.error();
  const YamlValue* value = fields->find(names);
  return value == nullptr ? Result<std::string>(std::string{}) : line_of_text(*value, key);
}

Result<Author> author_of(const YamlValue& value) {
  Author author;
  if (value.kind == YamlKind::text) {
    take_name(value.text, author);
    return author;
  }
  if (value.kind != YamlKind::map)
    return wrong_kind(value, "author", "a name, or a map with a name");
  auto name = field_text(value, "author", {"name", "displayname", "title"});
  auto key = field_text(value, "author", {"key", "id", "slug"});
  auto url = field_text(value, "author", {"url", "link", "website", "homepage"});
  auto email = field_text(value, "author", {"email", "mail"});
  for (const auto* part : {&name, &key, &url, &email})
    if (!*part) return part->error();
  take_name(name->empty() ? *key : *name, author);
  author.key = compare_key(*key);
  if (const auto address = ascii_url(*url); is_web_address(*url) && address) author.url = *address;
  if (!email->empty()) author.email = *email;
  if (is_blank(author.name)) return about(value, "author", "has no name");
  return author;
}

}  // namespace

Taken take_titles(const FrontMatter& front, const PathFacts&, const MarkdownOptions&, Post& post) {
  if (const YamlValue* value = front.find({"title"})) {
    auto title = line_of_text(*value, "title");
    if (!title) return title.error();
    if (!is_blank(*title)) post.title = *std::move(title);
  }
  if (const YamlValue* value = front.find({"description", "summary", "excerpt"})) {
    auto summary = line_of_text(*value, "description");
    if (!summary) return summary.error();
    if (!is_blank(*summary)) post.summary = *std::move(summary);
  }
  if (const YamlValue* value = front.find({"lang", "language", "locale"})) {
    auto language = line_of_text(*value, "lang");
    if (!language) return language.error();
    post.language = repaired_language(*language);
    if (post.language.empty())
      return about(*value, "lang",
                   in_quotes(*language) + " is no language tag; write 'ko' or 'en-US'");
  }
  return {};
}

Taken take_address(const FrontMatter& front, const PathFacts& facts, const MarkdownOptions&,
                   Post& post) {
  if (const YamlValue* value = front.find({"permalink", "url"})) {
    auto address = line_of_text(*value, "permalink");
    if (!address) return address.error();
    if (is_web_address(*address)) {
      const auto url = parse_http_url(*address);
      if (!url) return about(*value, "permalink", url.error().detail);
      post.url = ascii_url(*address).value();
    }
    // Jekyll's patterns ("/:year/:title/") are its own.
    if (is_web_address(*address) || address->find(':') == std::string::npos)
      post.slug = last_segment(*address);
  }
  if (const YamlValue* value = front.find({"slug"})) {
    auto slug = line_of_text(*value, "slug");
    if (!slug) return slug.error();
    post.slug = last_segment(*slug);
    if (post.slug.empty())
      return about(*value, "slug", in_quotes(*slug) + " has nothing that an address could hold");
  }
  if (post.slug.empty()) post.slug = slug_from(facts.name);
  return {};
}

Taken take_labels(const FrontMatter& front, const PathFacts&, const MarkdownOptions&, Post& post) {
  Labels categories, tags;
  for (std::string_view key : {"categories", "category"}) {
    const YamlValue* value = front.find({key});
    if (value == nullptr) continue;
    // Jekyll cuts "jekyll update" in two; "리더십/팀 운영" is one.
    const bool by_spaces = key == "categories" && value->text.find('/') == std::string::npos;
    auto paths = names(*value, key, by_spaces);
    if (!paths) return paths.error();
    for (const std::string& name : *paths) {
      const std::string path = category_path(name);
      if (path.empty()) continue;
      const auto is_new = categories.add(path, *value, key);
      if (!is_new) return is_new.error();
      if (*is_new) post.categories.push_back({path, {}});
    }
  }
  for (std::string_view key : {"tags", "tag"}) {
    const YamlValue* value = front.find({key});
    if (value == nullptr) continue;
    auto words = names(*value, key, key == "tags");
    if (!words) return words.error();
    for (const std::string& word : *words) {
      const std::string tag = nfc(word);
      if (is_blank(tag)) continue;
      const auto is_new = tags.add(tag, *value, key);
      if (!is_new) return is_new.error();
      if (*is_new) post.tags.push_back({tag, {}});
    }
  }
  return {};
}

Taken take_authors(const FrontMatter& front, const PathFacts&, const MarkdownOptions&, Post& post) {
  const YamlValue* value = front.find({"authors", "author"});
  if (value == nullptr) return {};
  const std::vector<YamlValue> one{*value};
  for (const YamlValue& item : value->kind == YamlKind::list ? value->items : one) {
    if (item.kind == YamlKind::null) continue;
    auto author = author_of(item);
    if (!author) return author.error();
    if (!is_blank(author->name)) post.authors.push_back(*std::move(author));
  }
  return {};
}

Taken take_image(const FrontMatter& front, Post& post) {
  const YamlValue* value =
      front.find({"image", "cover", "featuredimage", "heroimage", "thumbnail", "images"});
  if (value == nullptr) return {};
  if (value->kind == YamlKind::list && !value->items.empty()) value = &value->items.front();
  Image image;
  if (value->kind == YamlKind::map) {
    auto url = field_text(*value, "image", {"url", "src", "image", "path", "href"});
    auto alt = field_text(*value, "image", {"alt", "caption", "title"});
    if (!url) return url.error();
    if (!alt) return alt.error();
    image.url = *std::move(url);
    image.alt = *std::move(alt);
    for (auto [name, size] : {std::pair("width", &image.width), {"height", &image.height}}) {
      const auto text = field_text(*value, "image", {name});
      if (!text) return text.error();
      const auto number = text->empty() ? 0 : whole_number(*text);
      if (!number || *number > max_pixels)
        return about(*value, "image", in_quotes(*text) + " is no " + name + " in pixels");
      *size = static_cast<int>(*number);
    }
  } else {
    auto url = line_of_text(*value, "image");
    if (!url) return url.error();
    image.url = *std::move(url);
  }
  if (image.url.empty()) return {};
  const auto absolute =
      is_web_address(image.url) ? ascii_url(image.url) : resolve_url(post.base_url, image.url);
  // Without a place on the web a relative picture has no address; the post is whole without it.
  if (!absolute && (post.base_url.empty() && image.url.find(':') == std::string::npos)) return {};
  if (!absolute || !is_web_address(*absolute))
    return about(*value, "image", in_quotes(image.url) + " is no address of a picture");
  image.url = *absolute;
  post.image = std::move(image);
  return {};
}

// Not "comments", which in Jekyll and Hexo says whether there may be any.
Taken take_comments(const FrontMatter& front, const PathFacts&, const MarkdownOptions&,
                    Post& post) {
  if (const YamlValue* value = front.find({"commentsurl"})) {
    auto address = line_of_text(*value, "comments_url");
    if (!address) return address.error();
    const auto url = ascii_url(*address);
    if (!url || !parse_http_url(*url))
      return about(*value, "comments_url", in_quotes(*address) + " is no http or https URL");
    post.comments_url = *url;
  }
  if (const YamlValue* value = front.find({"commentcount"})) {
    auto text = line_of_text(*value, "comment_count");
    if (!text) return text.error();
    const auto count = whole_number(*text);
    if (!count)
      return about(*value, "comment_count", in_quotes(*text) + " is no whole number from 0");
    post.comment_count = *count;
  }
  return {};
}

}  // namespace sosik
