#include <nlohmann/json.hpp>

#include "command.hpp"
#include "sosik/base/url.hpp"

namespace sosik {

int check_config(const CommandLine& line) {
  auto config = load_or_complain(line);
  if (!config) return exit_failed;
  const auto& plan = config->plan;
  const auto base_of = [&](const std::string& key) {
    return plan.site.public_url + (key == "main" ? "" : '/' + encode_path(key));
  };
  if (line.as_json) {
    nlohmann::ordered_json feeds = nlohmann::ordered_json::array();
    for (const auto& feed : plan.definitions) {
      const auto base = base_of(feed.key);
      feeds.push_back({{"feed", feed.key},
                       {"title", feed.title},
                       {"rss", base + "/rss.xml"},
                       {"atom", base + "/atom.xml"},
                       {"json", base + "/feed.json"},
                       {"negotiated", base + "/feed"}});
    }
    print_line(nlohmann::ordered_json{
        {"config", config->file.string()},
        {"store", config->store_url},
        {"public_url", plan.site.public_url},
        {"feeds",
         feeds}}.dump());
    return exit_ok;
  }
  print_line(config->file.string() + ": the configuration is fine");
  print_line("blog      " + plan.site.title + ", " + plan.site.home_url);
  print_line("store     " + config->store_url);
  for (const auto& feed : plan.definitions) {
    const auto base = base_of(feed.key);
    print_line("feed      " + feed.title);
    for (const auto* name : {"/rss.xml", "/atom.xml", "/feed.json", "/feed"})
      print_line("          " + base + name);
  }
  const auto derived = [&](bool is_on, const char* pattern) {
    if (is_on) print_line("derived   " + plan.site.public_url + pattern + "/rss.xml, ...");
  };
  derived(plan.derived.categories, "/category/{path}");
  derived(plan.derived.tags, "/tag/{tag}");
  derived(plan.derived.authors, "/author/{author}");
  for (const auto& target : plan.targets)
    print_line("told      " + std::string(to_string(target.kind)) + ' ' +
               (target.kind == TargetKind::webhook ? target.name : target.url));
  return exit_ok;
}

}  // namespace sosik
