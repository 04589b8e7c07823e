// What the path of a Markdown file says about its post: a date and a slug in the name, the folder
// of an index.md.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "sosik/base/timestamp.hpp"

namespace sosik {

struct PathFacts {
  std::string path;  // UTF-8 in NFC, '/' between folders
  std::string without_extension;
  std::string folder;  // "" or "2024/first/": with the slash that makes it a base
  std::string
      name;  // of the post: of the file, or of the folder of an index.md, without a date in front
  std::string date;           // "2024-03-05" where the name begins so, else empty
  bool is_in_drafts = false;  // below Jekyll's _drafts
  bool is_mdx = false;
};
PathFacts facts_of(const std::filesystem::path& relative);

}  // namespace sosik
