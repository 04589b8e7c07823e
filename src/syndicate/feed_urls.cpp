#include "sosik/syndicate/feed_urls.hpp"

#include "sosik/base/url.hpp"
#include "sosik/model/archive.hpp"

namespace sosik {
namespace {

// The path of a derived feed: categories nest, so their '/' separate segments; in a tag or an
// author it is a character.
std::string path_of(std::string_view key) {
  constexpr std::string_view category = "category/", tag = "tag/", author = "author/";
  if (key.starts_with(category)) return "/category/" + encode_path(key.substr(category.size()));
  if (key.starts_with(tag)) return "/tag/" + encode_segment(key.substr(tag.size()));
  if (key.starts_with(author)) return "/author/" + encode_segment(key.substr(author.size()));
  return "/" + encode_segment(key);
}

// Without the '/' at the end.
std::string folder_of(const Site& site, std::string_view key,
                      const std::optional<ArchivePage>& archive) {
  const std::string_view feed = archive ? std::string_view(archive->feed) : key;
  std::string folder = feed == "main" ? site.public_url : site.public_url + path_of(feed);
  if (archive) folder += "/archive/" + std::to_string(archive->page);
  return folder;
}

}  // namespace

FeedUrls feed_urls(const Site& site, std::string_view key) {
  if (key.empty()) return {.rss = "", .atom = "", .json = "", .html = site.public_url + "/"};
  const auto archive = archive_page_of(key);
  const std::string base = folder_of(site, key, archive);
  return {.rss = base + "/rss.xml",
          .atom = base + "/atom.xml",
          .json = base + "/feed.json",
          .html = archive ? "" : base + "/feed"};
}

std::vector<std::string> feed_addresses(const Site& site, std::string_view key) {
  if (key == opml_key) return {opml_url(site)};
  if (key.empty()) return {site.public_url + "/", site.public_url + "/feed"};
  const auto archive = archive_page_of(key);
  const std::string folder = folder_of(site, key, archive) + "/";
  std::vector<std::string> addresses;
  for (const auto& ending : feed_endings) {
    if (archive && addresses.size() == document_endings) break;
    addresses.push_back(folder + std::string(ending.text));
  }
  if (!archive && key != "main") addresses.push_back(folder);  // its page; the root has its own key
  return addresses;
}

std::string opml_url(const Site& site) { return site.public_url + "/opml.xml"; }

std::string post_page_url(const Site& site, std::string_view slug) {
  return site.public_url + "/posts/" + encode_segment(slug);
}

}  // namespace sosik
