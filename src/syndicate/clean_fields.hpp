// Single fields of a post, made fit to show. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sosik/model/post.hpp"
#include "sosik/model/site.hpp"

namespace sosik {

using Notices = std::vector<std::string>;

// One line of text; markup becomes text when it is plainly markup, so that "std::vector<int>" stays
// (F-158).
std::string plain_line(std::string_view text, std::string_view field, Notices&);
// The same of a summary: one paragraph.
std::string plain_paragraph(std::string_view text, std::string_view field, Notices&);

// The absolute ASCII form of an http(s) URL, resolved against `base` when that is not empty; empty
// when it is none.
std::string web_url(std::string_view text, std::string_view base);

// "ko_KR" becomes "ko-KR"; what is no language tag becomes empty (K-076).
std::string clean_language(std::string_view text, Notices&);

// A path of categories: blank segments dropped, each one line in NFC.
std::string category_path(std::string_view text);
// A tag or author as a key: one line in NFC.
std::string name_key(std::string_view text);

std::optional<Image> clean_image(const std::optional<Image>&, std::string_view base, Notices&);
std::vector<Enclosure> clean_enclosures(const std::vector<Enclosure>&, std::string_view base,
                                        Notices&);
// At least one: the post's, else the site's. Names without e-mail addresses (F-097).
std::vector<Author> clean_authors(const std::vector<Author>&, const Site&, Notices&);

}  // namespace sosik
