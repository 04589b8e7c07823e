// From a URL of ours to the surrogate keys of the documents behind it, as they are served with them
// (src/snapshot/heads.cpp). Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sosik/model/site.hpp"

namespace sosik {

// Two for the blog's "/feed", whose HTML is the page of all posts; none for a URL that is not below
// site.public_url, or that names none of a feed's documents.
std::vector<std::string> purge_keys(const Site& site, std::string_view url);

}  // namespace sosik
