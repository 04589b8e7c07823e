#include "sosik/base/text.hpp"
#include "sosik/model/archive.hpp"
#include "sosik/store/syndication_store.hpp"

namespace sosik {

std::string feed_fold(std::string_view key) {
  if (const auto archive = archive_page_of(key))
    return archive_key(feed_fold(archive->feed), archive->page);
  for (const std::string_view kind : {"category/", "tag/", "author/"})
    if (key.starts_with(kind)) return std::string(kind) + compare_key(key.substr(kind.size()));
  return std::string(key);
}

}  // namespace sosik
