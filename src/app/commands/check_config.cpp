#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "../publish_config.hpp"
#include "command.hpp"
#include "sosik/render/render.hpp"
#include "sosik/snapshot/builder.hpp"
#include "sosik/syndicate/feed_urls.hpp"

namespace sosik {

namespace {

// What is hardly meant, and files that this user cannot read. No problem of the configuration, and
// no other exit code: `serve` may be another user's.
std::vector<std::string> notes(const Config& config) {
  const ServerOptions& server = config.server;
  std::vector<std::string> notes = notes_on_targets(config.plan.targets);
  const auto look = [&](const char* key, const std::string& file) {
    if (file.empty() || access(file.c_str(), R_OK) == 0) return;
    const std::string why = std::strerror(errno);
    notes.push_back(std::string(key) + ": this user cannot read " + file + ": " + why);
  };
  look("server.tls_certificate_file", server.tls_certificate_file);
  look("server.tls_key_file", server.tls_key_file);
  return notes;
}

// URLs of these may be secrets (N-174).
bool has_name(TargetKind kind) { return is_told_of_events(kind) || kind == TargetKind::purge; }

// What a feed says of itself goes into every document of it: where the gate would refuse that,
// nothing of the feed could be served. Asked of the feed without posts.
bool complain_of_feeds(const SyndicationPlan& plan) {
  bool has_complained = false;
  for (const auto& definition : plan.definitions) {
    if (!definition.is_served()) continue;
    Feed feed = assemble_feed(plan, definition, {});
    for (const Format format : {Format::rss, Format::atom, Format::json}) {
      const auto rendered = render_checked(feed, format);
      if (!rendered) fail(rendered.error().detail);
      has_complained = has_complained || !rendered;
    }
  }
  return has_complained;
}

}  // namespace

int check_config(const CommandLine& line) {
  auto config = load_or_complain(line);
  if (!config) return exit_failed;
  const auto& plan = config->plan;
  if (complain_of_feeds(plan)) return exit_failed;
  if (line.as_json) {
    nlohmann::ordered_json feeds = nlohmann::ordered_json::array();
    for (const auto& feed : plan.definitions) {
      const auto urls = feed_urls(plan.site, feed.key);
      feeds.push_back({{"feed", feed.key},
                       {"title", feed.title},
                       {"rss", urls.rss},
                       {"atom", urls.atom},
                       {"json", urls.json},
                       {"negotiated", urls.html},
                       {"moved_to", feed.moved_to},
                       {"gone", feed.is_gone}});
    }
    print_json({{"config", config->file.string()},
                {"store", shown_store(config->store_url)},
                {"public_url", plan.site.public_url},
                {"feeds", feeds},
                {"opml", opml_url(plan.site)},
                {"notes", notes(*config)}});
    return exit_ok;
  }
  print_line(config->file.string() + ": the configuration is fine");
  print_line("blog      " + plan.site.title + ", " + plan.site.home_url);
  print_line("store     " + shown_store(config->store_url));
  for (const auto& feed : plan.definitions) {
    const auto urls = feed_urls(plan.site, feed.key);
    const auto name = feed.title.empty() ? feed.key : feed.title;
    if (feed.is_served())
      print_line("feed      " + name);
    else
      print_line("feed      " + name + ": " + whereabouts(feed) + "; these addresses say so");
    for (const auto& url : {urls.rss, urls.atom, urls.json, urls.html})
      print_line("          " + url);
  }
  const auto derived = [&](bool is_on, const char* pattern) {
    if (is_on) print_line("derived   " + plan.site.public_url + pattern + "/rss.xml, ...");
  };
  derived(plan.derived.categories, "/category/{path}");
  derived(plan.derived.tags, "/tag/{tag}");
  derived(plan.derived.authors, "/author/{author}");
  print_line("all feeds " + opml_url(plan.site));
  for (const auto& target : plan.targets)
    print_line("told      " + std::string(to_string(target.kind)) + ' ' +
               (has_name(target.kind) ? target.name : target.url));
  for (const auto& note : notes(*config)) print_line("note      " + note);
  return exit_ok;
}

}  // namespace sosik
