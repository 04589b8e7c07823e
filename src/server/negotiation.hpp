// Which of the representations at an address a request gets: what its headers wish for, and what
// was chosen. Pure.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "coding_preference.hpp"
#include "format_preference.hpp"
#include "request.hpp"
#include "response.hpp"
#include "route.hpp"
#include "sosik/snapshot/snapshot.hpp"

namespace sosik {

// What the headers of a request ask for at an address.
struct Wish {
  Wish(const Request& request, const Route& route)
      : format(route.kind == Route::Kind::negotiated ? preferred_format(request.accept)
                                                     : route.format),
        codings(coding_preference(request.accept_encoding)),
        coding(codings.preferred()) {}

  bool can_be_met() const { return format && coding; }

  const std::optional<Format> format;
  const CodingPreference codings;
  const std::optional<Coding> coding;
};

// What was chosen for them.
struct Choice {
  const Route& route;
  const std::shared_ptr<Snapshot>& snapshot;
  Format format;
  CodingPreference codings;

  bool is_negotiated() const { return route.kind == Route::Kind::negotiated; }
  std::string document_key() const {
    return is_negotiated() && format == Format::html ? route.html_key() : route.key;
  }
  std::string_view vary() const { return is_negotiated() ? vary_negotiated : vary_fixed; }
};

}  // namespace sosik
