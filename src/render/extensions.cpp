#include "extensions.hpp"

#include <algorithm>

namespace sosik {
namespace {

bool has_lead_image(const Entry& entry) { return entry.image && !entry.image->url.empty(); }

// By the ending of the path; empty: not known by it.
std::string_view image_type(std::string_view url) {
  constexpr std::pair<std::string_view, std::string_view> types[] = {
      {".jpg", "image/jpeg"},   {".jpeg", "image/jpeg"}, {".png", "image/png"},
      {".gif", "image/gif"},    {".webp", "image/webp"}, {".avif", "image/avif"},
      {".svg", "image/svg+xml"}};
  const auto path = url.substr(0, url.find_first_of("?#"));
  for (const auto& [ending, type] : types)
    if (path.ends_with(ending)) return type;
  return {};
}

void add_size(Element& node, const Image& image) {
  if (image.width > 0) node.attribute("width", std::to_string(image.width));
  if (image.height > 0) node.attribute("height", std::to_string(image.height));
}

}  // namespace

void declare_extensions(Element& root, const Feed& feed) {
  if (std::ranges::any_of(feed.entries, has_lead_image))
    root.attribute("xmlns:media", "http://search.yahoo.com/mrss/");  // with the slash (F-031)
  if (feed.extensions.webfeeds) root.attribute("xmlns:webfeeds", "http://webfeeds.org/rss/1.0");
  if (feed.extensions.source) root.attribute("xmlns:source", "http://source.scripting.com/");
}

void add_feed_extensions(Element& feed_node, const Feed& feed, std::string_view self) {
  if (feed.extensions.webfeeds) {
    if (!feed.icon_url.empty()) feed_node.add_text("webfeeds:icon", feed.icon_url);
    feed_node.add("webfeeds:related").attribute("layout", "card").attribute("target", "browser");
  }
  if (feed.extensions.source) feed_node.add_text("source:self", self);
}

void add_lead_image(Element& entry_node, const Entry& entry) {
  if (!has_lead_image(entry)) return;
  const Image& image = *entry.image;
  Element content = entry_node.add("media:content");
  content.attribute("url", image.url);
  if (const auto type = image_type(image.url); !type.empty()) content.attribute("type", type);
  content.attribute("medium", "image");
  add_size(content, image);
  Element thumbnail = entry_node.add("media:thumbnail");
  thumbnail.attribute("url", image.url);
  add_size(thumbnail, image);
}

}  // namespace sosik
