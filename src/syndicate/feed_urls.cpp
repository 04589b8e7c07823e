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

}  // namespace

FeedUrls feed_urls(const Site& site, std::string_view key) {
  if (key.empty()) return {.rss = "", .atom = "", .json = "", .html = site.public_url + "/"};
  const auto archive = archive_page_of(key);
  const std::string_view feed = archive ? std::string_view(archive->feed) : key;
  std::string base = feed == "main" ? site.public_url : site.public_url + path_of(feed);
  if (archive) base += "/archive/" + std::to_string(archive->page);
  return {.rss = base + "/rss.xml",
          .atom = base + "/atom.xml",
          .json = base + "/feed.json",
          .html = archive ? "" : base + "/feed"};
}

std::string opml_url(const Site& site) { return site.public_url + "/opml.xml"; }

std::string post_page_url(const Site& site, std::string_view slug) {
  return site.public_url + "/posts/" + encode_segment(slug);
}

}  // namespace sosik
