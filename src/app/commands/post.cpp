#include <nlohmann/json.hpp>

#include "command.hpp"
#include "sosik/base/text.hpp"
#include "sosik/ingest/markdown_post.hpp"

namespace sosik {
namespace {

std::string_view to_string(PostStatus status) {
  constexpr std::string_view names[] = {"draft", "published", "unpublished", "deleted"};
  return names[static_cast<std::size_t>(status)];
}

std::string_view to_string(PutOutcome outcome) {
  constexpr std::string_view names[] = {"created", "updated", "unchanged"};
  return names[static_cast<std::size_t>(outcome)];
}

struct Opened {
  std::unique_ptr<Config> config;
  std::unique_ptr<Store> store;
  explicit operator bool() const { return store != nullptr; }
};

Opened open(const CommandLine& line, bool create) {
  Opened opened;
  opened.config = load_or_complain(line);
  if (opened.config) opened.store = open_or_complain(line, *opened.config, create);
  return opened;
}

// "three.md"; the folder names an index: "three/index.md". No more of the path, so that the same
// file put from another folder is the same post.
std::filesystem::path own_path(const std::filesystem::path& file) {
  if (compare_key(file.stem().string()) != "index") return file.filename();
  std::error_code ec;
  const auto full = std::filesystem::absolute(file, ec).lexically_normal();
  return full.parent_path().filename() / file.filename();
}

// "three" for "2023/three" and for "2023/three/index".
std::string_view last_name(std::string_view key) {
  const auto slash = key.rfind('/');
  if (slash == std::string_view::npos) return key;
  if (compare_key(key.substr(slash + 1)) != "index") return key.substr(slash + 1);
  return last_name(key.substr(0, slash));
}

// The post that the file is. An import of the whole blog knew the file by its longer path: whoever
// has the slug and the file's name is that post, and is read as if it came from there.
Result<Post> read_post_of(Store& store, const std::string& bytes, const std::filesystem::path& path,
                          const MarkdownOptions& options) {
  auto post = post_from_markdown(bytes, path, options);
  if (!post) return post;
  auto extensionless = path;
  extensionless.replace_extension();
  // An id in the front matter says which post it is.
  if (post->source_key != nfc(clean_text(extensionless.generic_string()))) return post;
  const auto id = store.find_post(options.site, post->slug);
  if (!id && id.error().code == Errc::not_found) return post;
  if (!id) return id.error();
  const auto owner = store.read_post(options.site, *id);
  if (!owner) return owner.error();
  if (owner->post_id == post->post_id || owner->source != post->source ||
      last_name(owner->source_key) != last_name(post->source_key))
    return post;
  auto imported = post_from_markdown(bytes, owner->source_key + path.extension().string(), options);
  if (!imported) return imported;
  imported->post_id = owner->post_id;
  imported->source_key = owner->source_key;
  return imported;
}

}  // namespace

int post_put(const CommandLine& line, const std::string& file, bool is_quiet) {
  auto opened = open(line, true);
  if (!opened) return exit_failed;
  const auto& site = opened.config->plan.site;
  auto bytes = read_file(file);
  if (!bytes) return fail(bytes.error().detail);
  MarkdownOptions options;
  options.site = site.id;
  options.zone = *TimeZone::named(site.time_zone);
  options.public_url = site.public_url;
  options.image_base = opened.config->image_base;
  Post post;
  bool is_unreadable = false;
  PutOutcome outcome = PutOutcome::unchanged;
  auto done = opened.store->in_transaction(is_quiet, [&]() -> Result<void> {
    auto read = read_post_of(*opened.store, *bytes, own_path(file), options);
    if (!read) {
      is_unreadable = true;
      return read.error();
    }
    post = std::move(*read);
    auto put = opened.store->put_post(post);
    if (!put) return put.error();
    outcome = *put;
    return {};
  });
  if (!done && is_unreadable) return fail(done.error().detail);  // names the file itself
  if (!done) return fail(file + ": " + done.error().detail);
  if (line.as_json) {
    print_json({{"post_id", post.post_id}, {"slug", post.slug}, {"outcome", to_string(outcome)}});
  } else {
    print_line(std::string(to_string(outcome)) + ' ' + post.post_id);
  }
  return exit_ok;
}

int post_show(const CommandLine& line, const std::string& name) {
  auto opened = open(line, false);
  if (!opened) return exit_failed;
  const auto& site = opened.config->plan.site;
  auto id = opened.store->find_post(site.id, name);
  if (!id) return fail(id.error().detail);
  auto post = opened.store->read_post(site.id, *id);
  if (!post) return fail(post.error().detail);
  const auto zone = *TimeZone::named(site.time_zone);
  nlohmann::ordered_json shown = {{"post_id", post->post_id},
                                  {"status", to_string(post->status)},
                                  {"title", clean_line(post->title)},
                                  {"slug", clean_line(post->slug)}};
  if (!post->url.empty()) shown["url"] = clean_line(post->url);
  if (post->published_at) shown["published"] = rfc3339_date(*post->published_at, zone);
  if (post->updated_at) shown["updated"] = rfc3339_date(*post->updated_at, zone);
  for (const auto& category : post->categories)
    shown["categories"].push_back(clean_line(category.path));
  for (const auto& tag : post->tags) shown["tags"].push_back(clean_line(tag.tag));
  for (const auto& author : post->authors) shown["authors"].push_back(clean_line(author.name));
  if (!post->summary.empty()) shown["summary"] = clean_line(post->summary);
  shown["body_format"] = post->body_format == BodyFormat::markdown ? "markdown" : "html";
  if (line.as_json) {
    shown["body"] = clean_text(post->body);
    print_json(shown);
    return exit_ok;
  }
  for (const auto& [key, value] : shown.items()) {
    std::string text;
    if (value.is_array()) {
      for (const auto& element : value)
        text += (text.empty() ? "" : ", ") + element.get<std::string>();
    } else {
      text = value.get<std::string>();
    }
    print_line(key + std::string(key.size() < 12 ? 12 - key.size() : 1, ' ') + text);
  }
  std::fputc('\n', stdout);
  const auto body = clean_text(post->body) + '\n';
  std::fwrite(body.data(), 1, body.size(), stdout);
  return exit_ok;
}

int post_list(const CommandLine& line, std::size_t limit) {
  auto opened = open(line, false);
  if (!opened) return exit_failed;
  const auto& site = opened.config->plan.site;
  auto posts = opened.store->list_posts(site.id, {limit});
  if (!posts) return fail(posts.error().detail);
  const auto zone = *TimeZone::named(site.time_zone);
  if (line.as_json) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& post : *posts) {
      nlohmann::ordered_json shown = {
          {"post_id", post.post_id},          {"id", post.entry_id},
          {"status", to_string(post.status)}, {"is_shown", post.is_shown},
          {"slug", clean_line(post.slug)},    {"title", clean_line(post.title)}};
      if (post.published_at) shown["published"] = rfc3339_date(*post.published_at, zone);
      if (!post.held_back.empty()) shown["held_back"] = post.held_back;
      if (!post.held_back_from.empty())
        shown["held_back_from"] = held_back_json(post.held_back_from);
      list.push_back(std::move(shown));
    }
    print_json(list);
    return exit_ok;
  }
  for (const auto& post : *posts) {
    const auto date =
        post.published_at ? shown_date(*post.published_at, zone) : std::string(16, ' ');
    auto text = date + "  " + (post.is_shown ? "shown    " : "hidden   ") +
                std::string(to_string(post.status)) + "  " + clean_line(post.title) + "  [" +
                post.post_id + ']';
    if (!post.held_back.empty()) text += "  held back: " + post.held_back;
    if (const auto count = post.held_back_from.size(); count > 0)
      text += "  held back from " + std::to_string(count) +
              (count == 1 ? " document" : " documents") + ": " + post.held_back_from.front().reason;
    print_line(text);
  }
  return exit_ok;
}

int post_delete(const CommandLine& line, const std::string& name) {
  auto opened = open(line, false);
  if (!opened) return exit_failed;
  const auto site = opened.config->plan.site.id;
  auto id = opened.store->find_post(site, name);
  if (!id) return fail(id.error().detail);
  if (auto done = opened.store->delete_post(site, *id); !done) return fail(done.error().detail);
  print_line("deleted " + *id);
  return exit_ok;
}

}  // namespace sosik
