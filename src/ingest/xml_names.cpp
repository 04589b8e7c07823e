#include "xml_names.hpp"

#include <algorithm>
#include <array>

namespace sosik::feed {
namespace {

struct KnownSpace {
  std::string_view prefix, uri;  // `uri`: how it begins, without scheme
  Space space;
};
// Feeds get their namespaces wrong, and their prefixes hardly ever; so an address that nobody
// knows, or none, leaves the word to the prefix.
constexpr std::array<KnownSpace, 16> spaces = {{
    {"atom", "www.w3.org/2005/Atom", Space::atom},
    {"atom03", "purl.org/atom/ns", Space::atom},
    {"content", "purl.org/rss/1.0/modules/content", Space::content},
    {"dc", "purl.org/dc/elements", Space::dc},
    {"dcterms", "purl.org/dc/terms", Space::terms},
    {"slash", "purl.org/rss/1.0/modules/slash", Space::slash},
    {"thr", "purl.org/syndication/thread", Space::thread},
    {"media", "search.yahoo.com/mrss", Space::media},
    {"itunes", "www.itunes.com/dtds/podcast", Space::itunes},
    {"feedburner", "rssnamespace.org/feedburner", Space::feedburner},
    {"xhtml", "www.w3.org/1999/xhtml", Space::xhtml},
    {"fh", "purl.org/syndication/history", Space::history},
    {"rdf", "www.w3.org/1999/02/22-rdf-syntax-ns", Space::rdf},
    {"rss", "purl.org/rss/1.0/", Space::none},
    {"rss090", "my.netscape.com/rdf/simple", Space::none},
    {"rss091", "backend.userland.com/", Space::none},
}};

std::string_view without_scheme(std::string_view uri) {
  const auto at = uri.find("://");
  return at == uri.npos ? uri : uri.substr(at + 3);
}

bool is_declaration(std::string_view name) { return name == "xmlns" || name.starts_with("xmlns:"); }

std::string_view declared_prefix(std::string_view name) {
  return name.starts_with("xmlns:") ? name.substr(6) : std::string_view();
}

Space space_of(std::string_view uri, std::string_view prefix) {
  for (const auto& known : spaces)
    if (!uri.empty() && without_scheme(uri).starts_with(known.uri)) return known.space;
  if (prefix.empty()) return Space::none;
  for (const auto& known : spaces)
    if (prefix == known.prefix) return known.space;
  return Space::other;
}

}  // namespace

Names::Names(pugi::xml_node root) {
  for (const auto attribute : root.attributes()) {
    if (!is_declaration(attribute.name())) continue;
    const auto prefix = declared_prefix(attribute.name());
    declared_.push_back({std::string(prefix), space_of(attribute.value(), prefix)});
  }
}

Name Names::of(pugi::xml_node node) const {
  const std::string_view name = node.name();
  const auto colon = name.find(':');
  const auto prefix = colon == name.npos ? std::string_view() : name.substr(0, colon);
  const auto local = colon == name.npos ? name : name.substr(colon + 1);
  // Most declarations are on the root, the others on the element itself.
  for (const auto attribute : node.attributes())
    if (declared_prefix(attribute.name()) == prefix && is_declaration(attribute.name()))
      return {space_of(attribute.value(), prefix), local};
  const auto known = std::ranges::find(declared_, prefix, &Declared::prefix);
  if (known != declared_.end()) return {known->space, local};
  return {space_of("", prefix), local};
}

}  // namespace sosik::feed
