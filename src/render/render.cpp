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

Result<std::string> render_checked(const Feed& feed, Format format) {
  std::string document = render(feed, format);
  if (auto checked = check_document(document, format); !checked) {
    Error error = checked.error();
    error.detail = "feed '" + feed.key + "': cannot serve as " + std::string(to_string(format)) +
                   ": " + error.detail;
    return error;
  }
  return document;
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
