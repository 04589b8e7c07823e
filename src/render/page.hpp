// What all our pages share: the head, the skip link, the foot, dates, and links to derived feeds.
#pragma once
#include <string>
#include <string_view>

#include "html_writer.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/model/feed.hpp"

namespace sosik {

// <html> with charset, viewport, title and style sheet, and <head> left open.
void begin_page(HtmlWriter&, std::string_view language, std::string_view title,
                std::string_view base_path);
// Autodiscovery of a feed's three formats (H-214), if it is served.
void add_alternates(HtmlWriter&, const Feed&);
// Ends the head; the body begins with a way past everything to #main.
void begin_body(HtmlWriter&);
void end_page(HtmlWriter&);  // the foot

// <time datetime="2026-11-23T18:05:09+09:00">2026년 11월 23일 (월) 오후 6:05</time> (K-074).
void add_time(HtmlWriter&, Timestamp, const TimeZone&);
// The list of categories, each leading to its own feed's page; nothing without categories.
void add_categories(HtmlWriter&, const Feed&, const Entry&);

// Addresses that a person opens: the negotiated URL of a derived feed.
std::string category_page(std::string_view service_root, std::string_view path);
std::string tag_page(std::string_view service_root, std::string_view tag);
std::string author_page(std::string_view service_root, std::string_view author);

// "/blog" of "https://a.example/blog": style sheets are asked for by path, so that they are 'self'
// under any host name.
std::string path_of_url(std::string_view url);

}  // namespace sosik
