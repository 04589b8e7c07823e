#include "arrivals.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik {

int import_markdown_folder(const CommandLine& line, const ImportOptions& options) {
  auto config = load_or_complain(line);
  if (!config) return exit_failed;
  // Whose posts they are has to be known before they are read.
  if (!line.site.empty() && !open_or_complain(line, *config, false)) return exit_failed;
  const auto& site = config->plan.site;
  MarkdownOptions markdown;
  markdown.site = site.id;
  markdown.zone = *TimeZone::named(site.time_zone);
  markdown.public_url = site.public_url;
  markdown.image_base = config->image_base;
  auto import = import_markdown(options.path, markdown);
  Arrivals arrivals{options.path, {}, std::move(import.problems), {}};
  for (auto& file : import.files)
    arrivals.posts.push_back({file.relative.string(), std::move(file.post), ""});
  return take_in(line, *config, options, std::move(arrivals));
}

}  // namespace sosik
