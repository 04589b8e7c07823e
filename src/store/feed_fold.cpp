#include "sosik/base/text.hpp"
#include "sosik/store/syndication_store.hpp"

namespace sosik {

std::string feed_fold(std::string_view key) {
  for (const std::string_view kind : {"category/", "tag/", "author/"})
    if (key.starts_with(kind)) return std::string(kind) + compare_key(key.substr(kind.size()));
  return std::string(key);
}

}  // namespace sosik
