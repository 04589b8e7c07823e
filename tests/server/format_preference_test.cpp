#include "format_preference.hpp"

#include "catch.hpp"

using namespace sosik;

TEST_CASE("A negotiated URL gives the format that Accept prefers", "[server][H-151][H-154]") {
  using Row = std::pair<std::string, std::optional<Format>>;
  const auto [accept, want] = GENERATE(values<Row>({
      {"", Format::rss},
      {"*/*", Format::rss},
      {"application/rss+xml", Format::rss},
      {"application/atom+xml", Format::atom},
      {"application/feed+json", Format::json},
      {"APPLICATION/Atom+XML", Format::atom},
      {"application/json", Format::json},  // H-155
      {"application/xml", Format::rss},
      {"text/xml", Format::rss},
      {"application/atom+xml, application/rss+xml;q=0.9", Format::atom},
      {"application/rss+xml;q=0.5, application/atom+xml;q=0.9, */*;q=0.1", Format::atom},
      {"application/atom+xml;q=0.5, application/*;q=0.8", Format::rss},
      {"application/rss+xml;q=0, */*", Format::atom},  // H-152
      {"application/rss+xml;q=0, application/atom+xml;q=0, */*", Format::json},
      {"*/*;q=0.9, application/rss+xml;q=0.1", Format::atom},
      // Browsers, and readers that take pages in need.
      {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", Format::html},
      {"text/html", Format::html},
      {"application/xhtml+xml", Format::html},
      {"text/html, */*", Format::rss},
      {"text/html;q=0.5, application/rss+xml;q=0.5", Format::rss},
      {"application/rss+xml, application/rdf+xml;q=0.8, application/atom+xml;q=0.6, "
       "application/xml;q=0.4, text/xml;q=0.4",
       Format::rss},
      {"text/*", Format::rss},     // does not mean a page
      {"image/png", Format::rss},  // H-156
      {"application/rss+xml;q=0", Format::atom},
      {"application/atom+xml;type=entry", Format::rss},
      {"application/atom+xml;type=feed", Format::atom},
      {"*/*;q=0", std::nullopt},
      {"*/*;q=0, text/html", Format::html},
      {"application/*;q=0", std::nullopt},
      {"application/atom+xml;q=nonsense", Format::rss},
      {"application/json;note=\"a, b;q=0\"", Format::json},
  }));
  INFO("Accept: " << accept);
  CHECK(preferred_format(accept) == want);
}

TEST_CASE("Without Accept a negotiated URL gives RSS", "[server][H-153]") {
  CHECK(preferred_format(std::nullopt) == Format::rss);
}

TEST_CASE("An error page is for who lists HTML by name", "[server]") {
  CHECK(lists_html("text/html,*/*;q=0.8"));
  CHECK(lists_html("image/png, application/xhtml+xml"));
  CHECK_FALSE(lists_html("*/*"));
  CHECK_FALSE(lists_html("text/html;q=0"));
  CHECK_FALSE(lists_html(std::nullopt));
}
