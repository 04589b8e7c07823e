#include "sosik/render/render.hpp"

#include "byte_cap.hpp"
#include "newsletter.hpp"
#include "sosik/render/atom.hpp"
#include "sosik/render/json_feed.hpp"
#include "sosik/render/opml.hpp"
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
    case Format::opml:  // not made of a feed
      break;
  }
  return render_index_page(feed);
}

// Pages are for people: neither cut nor mailed.
std::string render_for_readers(const Feed& feed, Format format) {
  if (format == Format::html) return render(feed, format);
  const auto in_format = [format](const Feed& f) { return render(f, format); };
  return feed.profile == FeedProfile::newsletter
             ? render_within_limit(newsletter_edition(feed), in_format)
             : render_within_limit(feed, in_format);
}

}  // namespace

Result<std::string> render_checked(const Feed& feed, Format format) {
  std::string document = render_for_readers(feed, format);
  if (auto checked = check_document(document, format); !checked) {
    Error error = checked.error();
    error.detail = "feed '" + feed.key + "': cannot serve as " + std::string(to_string(format)) +
                   ": " + error.detail;
    return error;
  }
  return document;
}

Result<std::string> render_opml_checked(const FeedList& list) {
  std::string document = render_opml(list);
  if (auto checked = check_document(document, Format::opml); !checked)
    return invalid("the list of feeds: cannot serve as opml: " + checked.error().detail);
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
    case Format::opml:
      return "text/x-opml; charset=utf-8";
    case Format::html:
      break;
  }
  return "text/html; charset=utf-8";
}

}  // namespace sosik
