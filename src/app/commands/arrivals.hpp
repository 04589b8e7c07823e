// Posts that an importer found, into the store: what every `sosik import` has in common.
#pragma once
#include <string>
#include <vector>

#include "command.hpp"
#include "sosik/ingest/markdown_post.hpp"

namespace sosik {

struct ArrivingPost {
  std::string where;  // for messages
  Post post;
  std::string other_slug;  // where another post has its slug; empty: then it is not taken
};

struct Arrivals {
  std::string from;  // names the source
  std::vector<ArrivingPost> posts;
  std::vector<Problem> problems;  // what could not be taken
  std::vector<Problem> notices;   // what was taken otherwise than it was found
};

// Writes them, or with dry_run only rehearses, tells what became of them on standard output and
// error, and gives the exit code.
int take_in(const CommandLine&, Config&, const ImportOptions&, Arrivals);

}  // namespace sosik
