// From the path of a request to the thing it names (PRODUCT.md section 3, http.md section 15).
// Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "sosik/model/feed.hpp"

namespace sosik {

struct Route {
  enum class Kind {
    bad_request,  // a path that nobody may send: NUL, controls, a broken %-sequence (H-273)
    not_found,
    fixed,       // `key` in `format`
    negotiated,  // `key` in the format that Accept prefers; HTML is that of html_key()
    style_sheet,
    indexnow_key,  // of N-130
  };
  Kind kind = Kind::not_found;
  std::string key;  // of model/feed.hpp: "main", "dev", "category/...", "" for the list at "/"; or
                    // "posts/<slug>"
  Format format = Format::rss;
  std::string canonical;  // the one spelling of this path, base path included; 301 to it when it
                          // was asked for otherwise

  bool is_legacy =
      false;  // the %-sequences were CP949, not UTF-8: 301, but only to what exists (H-272)

  std::uint64_t feed =
      0;  // the same number for all keys and addresses of one feed; of poll budgets

  // The list of all posts is the page of the main feed.
  std::string html_key() const { return key == "main" ? std::string() : key; }
};

// The canonical path of the same address below the feed `key`, which differs from the route's in
// case alone.
std::string respelled(const Route&, std::string_view key, std::string_view base_path);

// `path` is what follows the authority up to "?"; `base_path` is "" or "/blog"; `indexnow_key` is
// empty where there is none.
Route route(std::string_view path, std::string_view base_path, std::string_view indexnow_key = {});

}  // namespace sosik
