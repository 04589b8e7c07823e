// A feed definition in TOML, feeds/dev.toml.
#include <fstream>
#include <set>

#include "definitions.hpp"
#include "property.hpp"
#include "sosik/base/text.hpp"
#include "temp_dir.hpp"

namespace sosik {
namespace {

using namespace fuzz;

void definition(std::string_view toml) {
  static const TempDir folder;
  const auto file = folder / "dev.toml";
  std::ofstream(file, std::ios::binary | std::ios::trunc) << toml;
  FeedDefinition defaults;
  defaults.title = "소식 블로그";
  const DefinedSite site{"https://blog.example", {}, {}};
  Problems problems;
  const auto feeds = load_definitions(folder.path(), defaults, site, problems);

  std::set<std::string> keys;
  for (const auto& feed : feeds) must(keys.insert(feed.key).second, "keys differ");
  must(keys.contains("main"), "there is always a main feed");
  for (const auto& problem : problems)
    must(problem.starts_with(file.string() + ":"), "a problem names its file");
  Problems same;
  load_definitions(folder.path(), defaults, site, same);
  must(same == problems, "the same file has the same problems");
  if (!problems.empty()) return;
  must(keys == std::set<std::string>{"dev", "main"}, "a file without problems is a feed");
  for (const auto& feed : feeds) {
    must(feed.limit >= 1 && feed.limit <= 1000, "a limit is kept");
    must(!feed.is_served() || !is_blank(feed.title), "a feed has a title");
    must(feed.moved_to.empty() || !feed.is_gone, "a feed that has moved is not gone");
    for (const auto* text : {&feed.title, &feed.description, &feed.moved_to, &feed.language})
      must_equal(clean_line(*text), *text, "what is shown is a clean line");
  }
}

}  // namespace
}  // namespace sosik

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sosik::definition(sosik::fuzz::text_of(data, size));
  return 0;
}
