// Where a document stands in the feed's whole history (RFC 5005), the same in RSS and in Atom:
// fh:complete, fh:archive and the links.
#pragma once
#include <string>

#include "sosik/model/feed.hpp"
#include "xml_tree.hpp"

namespace sosik {

void declare_history(Element& root, const Feed&);
// Of the channel or feed, among its metadata. `link` is the name of Atom's link there; `url` the
// format's address in HistoryUrls.
void add_history(Element& feed_node, const Feed&, const char* link, std::string HistoryUrls::*url);

}  // namespace sosik
