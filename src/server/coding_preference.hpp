// Which content codings a reader takes: Accept-Encoding of RFC 9110 section 12.5.3 (H-130..H-137).
// Pure.
#pragma once
#include <optional>
#include <string_view>

#include "sosik/snapshot/representation.hpp"

namespace sosik {

// Weights in thousandths; 0 is "not acceptable".
struct CodingPreference {
  int identity = 1000;
  int gzip = 0;

  bool accepts(Coding coding) const { return (coding == Coding::gzip ? gzip : identity) > 0; }
  // The heavier one; gzip where they weigh the same (H-136); nothing when neither is acceptable
  // (406, H-135).
  std::optional<Coding> preferred() const {
    if (gzip > 0 && gzip >= identity) return Coding::gzip;
    if (identity > 0) return Coding::identity;
    return std::nullopt;
  }
};

// nullopt: the header was not sent; then anything is acceptable, and identity is what we choose
// (H-130).
CodingPreference coding_preference(std::optional<std::string_view> accept_encoding);

}  // namespace sosik
