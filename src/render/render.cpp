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

Result<std::string> render_checked(const Feed& feed, Format format,
                                   std::vector<Finding>* findings) {
  std::string document = render_for_readers(feed, format);
  auto found = find_faults(document, format, gate_options(feed, format));
  std::erase_if(found, [](const Finding& f) { return f.is_accepted; });
  if (found.empty()) return document;
  Error error = invalid("feed '" + feed.key + "': cannot serve as " +
                        std::string(to_string(format)) + ": " + to_string(found.front()));
  if (findings) *findings = std::move(found);
  return error;
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
