// Front matter to the fields of a Post, a group of keys a function. Each leaves what is not there
// as it is and fails (invalid) with "LINE: key: reason" on what cannot be meant.
#pragma once
#include <variant>

#include "front_matter.hpp"
#include "markdown_path.hpp"
#include "sosik/ingest/markdown_post.hpp"

namespace sosik {

using Taken = Result<std::monostate>;

Error about(const YamlValue& value, std::string_view key, const std::string& reason);
std::string in_quotes(std::string_view text);  // for such a reason

Taken take_titles(const FrontMatter&, const PathFacts&, const MarkdownOptions&,
                  Post&);  // title, summary, language
Taken take_status(const FrontMatter&, const PathFacts&, const MarkdownOptions&,
                  Post&);  // draft, published, whatever hides a post
Taken take_dates(const FrontMatter&, const PathFacts&, const MarkdownOptions&,
                 Post&);  // after the status
Taken take_address(const FrontMatter&, const PathFacts&, const MarkdownOptions&,
                   Post&);  // slug, url
Taken take_labels(const FrontMatter&, const PathFacts&, const MarkdownOptions&,
                  Post&);  // categories, tags
Taken take_authors(const FrontMatter&, const PathFacts&, const MarkdownOptions&, Post&);
Taken take_image(const FrontMatter&, Post&);  // after base_url
Taken take_comments(const FrontMatter&, const PathFacts&, const MarkdownOptions&,
                    Post&);  // comments_url, comment_count

}  // namespace sosik
