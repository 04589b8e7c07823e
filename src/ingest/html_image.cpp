// Pictures in HTML that sanitise_html wrote: src comes first in a tag, and what is quoted holds no
// '>'.
#include <algorithm>
#include <array>
#include <charconv>

#include "html_writer.hpp"
#include "sosik/ingest/sanitise.hpp"

namespace sosik {
namespace {

std::string_view attribute_in(std::string_view tag, std::string_view name) {
  const std::string opening = " " + std::string(name) + "=\"";
  const auto at = tag.find(opening);
  if (at == std::string_view::npos) return {};
  const auto value = tag.substr(at + opening.size());
  return value.substr(0, value.find('"'));
}

int pixels_in(std::string_view tag, std::string_view name) {
  const auto value = attribute_in(tag, name);
  int pixels = 0;
  std::from_chars(value.data(), value.data() + value.size(), pixels);
  return pixels;
}

// Undoes append_escaped_attribute.
std::string unescaped(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 4> entities = {
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}}};
  std::string out;
  while (!text.empty()) {
    const auto* entity = std::find_if(entities.begin(), entities.end(),
                                      [&](const auto& e) { return text.starts_with(e.first); });
    out += entity == entities.end() ? text.front() : entity->second;
    text.remove_prefix(entity == entities.end() ? 1 : entity->first.size());
  }
  return out;
}

}  // namespace

FoundImage find_image(std::string_view sanitised, std::string_view url) {
  std::string opening = "<img src=\"";
  html::append_escaped_attribute(opening, url);
  opening += '"';
  const auto at = sanitised.find(opening);
  if (url.empty() || at == std::string_view::npos) return {};
  const auto tag = sanitised.substr(at, sanitised.find('>', at) - at);
  return {static_cast<std::ptrdiff_t>(at), unescaped(attribute_in(tag, "alt")),
          pixels_in(tag, "width"), pixels_in(tag, "height")};
}

std::string image_html(std::string_view url, std::string_view alt, int width, int height) {
  std::string out = "<img src=\"";
  html::append_escaped_attribute(out, url);
  out += "\" alt=\"";
  html::append_escaped_attribute(out, alt);
  out += '"';
  if (width > 0 && height > 0)
    out.append(" width=\"")
        .append(std::to_string(width))
        .append("\" height=\"")
        .append(std::to_string(height) + "\"");
  return out + '>';
}

}  // namespace sosik
