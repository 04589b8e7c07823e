#include "named_targets.hpp"

#include <algorithm>
#include <sstream>

#include "config_values.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "sosik/ingest/markdown_post.hpp"
#include "sosik/model/event.hpp"
#include "sosik/publish/custom_header.hpp"
#include "sosik/publish/webhook_secret.hpp"

namespace sosik {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_headers = 20, longest_body = 16 * 1024;
constexpr std::string_view url_mark = "{url}";

// One table, and how problems with it begin: "webhook 'build': ".
class Reader {
 public:
  Reader(TomlTable& table, const fs::path& folder, SyndicationPlan& plan, TargetKind kind)
      : table_(table), folder_(folder), plan_(plan) {
    target_.kind = kind;
    const auto name = table.text("name");
    target_.name = std::string(to_string(kind)) + ':' + name;
    what_ = std::string(to_string(kind)) + " '" + printable(name) + "'";
    if (!is_plain_name(name))
      table.problem("name", "a " + std::string(to_string(kind)) +
                                " needs a name of small letters, digits and '-': what the store "
                                "remembers it by");
    if (std::ranges::count(plan.targets, target_.name, &Target::name) != 0)
      table.problem("name", "two are named " + what_);
  }

  void webhook() {
    allow_http_ = table_.flag("allow_http", false);
    read_url("url", table_.text("url"));
    read_secrets();
    read_filter();
    target_.is_full = table_.flag("full", false);
    read_headers(check_webhook_header);
  }

  // The URL is the secret; a file keeps it out of the configuration (N-174).
  void chat() {
    allow_http_ = table_.flag("allow_http", false);
    const auto url = table_.text("url");
    const auto file = file_of(table_, "url_file", folder_);
    if (url.empty() == file.empty()) {
      problem("url", "needs either url or url_file, a file that holds the URL");
    } else if (file.empty()) {
      read_url("url", url);
    } else {
      const auto lines = lines_of("url_file", file);
      if (lines.size() == 1)
        read_url("url_file", lines.front());
      else if (!lines.empty())
        problem("url_file", "the file must hold one line, the URL");
    }
    read_filter();
  }

  void purge() {
    read_purge_url();
    target_.is_for_all_sites = table_.choice("sites", "first", {"first", "all"}) == "all";
    target_.method = table_.text("method", target_.url == url_mark ? "PURGE" : "POST");
    const auto is_method = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (target_.method.empty() || target_.method.size() > 20 ||
        !std::ranges::all_of(target_.method, is_method))
      problem("method", "the method must be a word of capital letters, such as \"POST\"");
    target_.body = table_.text("body");
    if (target_.body.size() > longest_body) problem("body", "the body has more than 16 KB");
    read_headers(check_purge_header);
    const auto file = file_of(table_, "token_file", folder_);
    const bool uses_token = std::ranges::any_of(target_.headers, [](const auto& field) {
      return field.second.find("{token}") != std::string::npos;
    });
    if (uses_token && file.empty()) problem("headers", "{token} needs token_file");
    if (!file.empty()) read_token(file);
  }

  void finish() { plan_.targets.push_back(std::move(target_)); }

 private:
  void problem(std::string_view key, const std::string& why) {
    table_.problem(key, what_ + ": " + why);
  }

  // Where the URL is a secret no problem shows it.
  void read_url(std::string_view key, const std::string& text) {
    const auto ascii = ascii_url(text);
    if (text.empty()) {
      problem(key, "needs a url");
    } else if (!ascii || !parse_http_url(*ascii)) {
      problem(key, "the url must be an absolute http or https URL");
    } else if (ascii->starts_with("http:") && !allow_http_) {
      problem(key, "https is required; allow_http = true permits plain http");
    } else {
      target_.url = *ascii;
    }
  }

  // "{url}" is no URL before it is filled in.
  void read_purge_url() {
    constexpr std::string_view stand_in = "0-0-0";
    auto text = table_.text("url");
    if (text == url_mark) {
      target_.url = text;
      return;
    }
    const auto swap = [](std::string& in, std::string_view from, std::string_view to) {
      for (auto at = in.find(from); at != std::string::npos; at = in.find(from, at + to.size()))
        in.replace(at, from.size(), to);
    };
    const bool has_mark = text.find(url_mark) != std::string::npos;
    if (has_mark) swap(text, url_mark, stand_in);
    const auto ascii = ascii_url(text);
    if (!ascii || !parse_http_url(*ascii)) {
      problem("url", "the url must be an absolute http or https URL, or \"{url}\"");
      return;
    }
    target_.url = *ascii;
    if (has_mark) swap(target_.url, stand_in, url_mark);
  }

  // Without line breaks and empty lines at the end.
  std::vector<std::string> lines_of(std::string_view key, const std::string& file) {
    const auto content = read_file(file, 4096);
    std::vector<std::string> lines;
    if (!content) {
      problem(key, content.error().detail);
      return lines;
    }
    std::istringstream in(*content);
    for (std::string line; std::getline(in, line);)
      if (line = clean_line(line); !line.empty()) lines.push_back(line);
    if (lines.empty()) problem(key, file + " is empty");
    return lines;
  }

  // The newest first; both sign while receivers learn of the new one (N-154).
  void read_secrets() {
    const auto file = file_of(table_, "secret_file", folder_);
    if (file.empty()) {
      table_.problem("secret_file",
                     what_ + " needs secret_file: a file that holds whsec_ and base64");
      return;
    }
    const auto lines = lines_of("secret_file", file);
    if (lines.size() > 2) {
      problem("secret_file", file + " holds more than two lines: the new secret, and the old one");
      return;
    }
    for (const auto& line : lines) {
      auto secret = parse_webhook_secret(line);
      if (!secret) {
        table_.problem("secret_file", file + ": " + secret.error().detail);
        return;
      }
      target_.secrets.push_back(std::move(*secret));
    }
  }

  void read_token(const std::string& file) {
    const auto lines = lines_of("token_file", file);
    if (lines.size() > 1) problem("token_file", file + " must hold one line, the token");
    if (lines.size() != 1) return;
    if (!check_purge_header("X-Token", lines.front()))
      problem("token_file", file + " holds what cannot stand in a header");
    else if (target_.url.starts_with("http:"))
      problem("url", "a token goes over https only");
    else
      target_.secrets = lines;
  }

  void read_filter() {
    auto& filter = target_.filter;
    filter.events = table_.texts("events");
    for (const auto& event : filter.events) {
      const std::string_view known[] = {
          to_string(EventKind::post_published), to_string(EventKind::post_updated),
          to_string(EventKind::post_unpublished), to_string(EventKind::post_deleted),
          to_string(EventKind::feed_changed)};
      if (std::ranges::find(known, event) == std::end(known))
        problem("events", "unknown event \"" + printable(event) +
                              "\"; allowed: post.published, post.updated, post.unpublished, "
                              "post.deleted, feed.changed");
    }
    filter.feeds = names("feeds");
    for (const auto& key : filter.feeds) {
      const auto feed = definition_of(plan_, key, "");
      if (!key.empty() && (!feed || !feed->is_served()))
        problem("feeds", "there is no feed \"" + printable(key) + "\"");
    }
    filter.categories = names("categories");
  }

  std::vector<std::string> names(std::string_view key) {
    auto values = table_.texts(key);
    for (auto& value : values) {
      value = nfc(clean_line(value));
      if (is_blank(value)) problem(key, std::string(key) + " holds an empty name");
    }
    return values;
  }

  void read_headers(Result<void> (*check)(std::string_view, std::string_view)) {
    target_.headers = table_.pairs("headers");
    if (target_.headers.size() > most_headers) problem("headers", "more than 20 headers");
    for (const auto& [name, value] : target_.headers)
      if (auto checked = check(name, value); !checked) problem("headers", checked.error().detail);
  }

  TomlTable& table_;
  const fs::path& folder_;
  SyndicationPlan& plan_;
  Target target_;
  std::string what_;
  bool allow_http_ = false;
};

}  // namespace

void read_named_targets(TomlTable& publish, const fs::path& folder, SyndicationPlan& plan) {
  const auto read = [&](TargetKind kind, void (Reader::*part)()) {
    publish.tables(to_string(kind), [&](TomlTable& table) {
      Reader reader(table, folder, plan, kind);
      (reader.*part)();
      reader.finish();
    });
  };
  read(TargetKind::webhook, &Reader::webhook);
  read(TargetKind::slack, &Reader::chat);
  read(TargetKind::discord, &Reader::chat);
  read(TargetKind::purge, &Reader::purge);
}

}  // namespace sosik
