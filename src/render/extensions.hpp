// Elements of other namespaces, the same in RSS and in Atom (formats.md section 6). Each is written
// where a feed or entry has something to say, and declared on the root only then (F-030).
#pragma once
#include "sosik/base/timestamp.hpp"
#include "sosik/model/feed.hpp"
#include "xml_tree.hpp"

namespace sosik {

// media: those that entries use. webfeeds and source: if the definition asks for them, since the
// W3C validator warns of both (F-032).
void declare_extensions(Element& root, const Feed&);

// Of the channel or feed. webfeeds: the icon, and that related posts show as cards (F-137). source:
// the feed's own address, `self` (F-138).
void add_feed_extensions(Element& feed_node, const Feed&, std::string_view self);

// The lead image as media:content and media:thumbnail, in no media:group: that is for two contents
// and more (F-132).
void add_lead_image(Element& entry_node, const Entry&);

}  // namespace sosik
