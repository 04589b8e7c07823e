#include "sosik/render/render.hpp"

#include "sosik/render/atom.hpp"
#include "sosik/render/json_feed.hpp"
#include "sosik/render/rss.hpp"

namespace sosik {
namespace {

std::string render(const Feed& feed, Format format) {
  switch (format) {
    case Format::rss:
      return render_rss(feed);
    case Format::atom:
      return render_atom(feed);
    case Format::json:
      return render_json_feed(feed);
    case Format::html:
      break;
  }
  return render_index_page(feed);
}

}  // namespace

Result<std::string> render_checked(const Feed& feed, Format format,
                                   std::vector<Finding>* findings) {
  std::string document = render(feed, format);
  auto found = find_faults(document, format, gate_options(feed, format));
  std::erase_if(found, [](const Finding& f) { return f.is_accepted; });
  if (found.empty()) return document;
  Error error = invalid("feed '" + feed.key + "': cannot serve as " +
                        std::string(to_string(format)) + ": " + to_string(found.front()));
  if (findings) *findings = std::move(found);
  return error;
}

std::string_view media_type(Format format) {
  switch (format) {
    case Format::rss:
      return "application/rss+xml; charset=utf-8";
    case Format::atom:
      return "application/atom+xml; charset=utf-8";
    case Format::json:
      return "application/feed+json";  // RFC 8259 section 11: no charset parameter
    case Format::html:
      break;
  }
  return "text/html; charset=utf-8";
}

}  // namespace sosik
