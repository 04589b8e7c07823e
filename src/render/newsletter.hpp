// What the profile `newsletter` makes of a feed: the same posts, fit for tools that pull the feed
// and mail it (formats.md F-174..F-181).
#pragma once
#include "sosik/model/feed.hpp"

namespace sosik {

// The feed with content that mail programs show: no embeds and players but links to them, with a
// thumbnail where there is one; pictures by https only, each with the size that was given; the lead
// picture first (F-157, F-180); block elements that every mail program knows; no ids and classes.
//
// A picture by http whose host is one that this blog itself is reached at by https is taken from
// there. Any other would be blocked or warned of in the mail, and becomes a link.
//
// Ids, dates and order stay as they are, for they decide what is mailed (F-174, F-175, F-176).
// Pure.
Feed newsletter_edition(const Feed&);

}  // namespace sosik
