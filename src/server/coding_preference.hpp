// Which content codings a reader takes: Accept-Encoding of RFC 9110 section 12.5.3 (H-130..H-137).
// Pure.
#pragma once
#include <array>
#include <optional>
#include <string_view>

#include "sosik/snapshot/representation.hpp"

namespace sosik {

// A weight in thousandths for each coding; 0 is "not acceptable".
class CodingPreference {
 public:
  // Ours among those that weigh the same: the smallest bytes first (H-136).
  static constexpr std::array<Coding, coding_count> our_order{Coding::br, Coding::zstd,
                                                              Coding::gzip, Coding::identity};
  CodingPreference() = default;  // identity alone
  constexpr CodingPreference(int identity, int gzip, int br, int zstd)
      : weights_{identity, gzip, br, zstd} {}

  bool accepts(Coding coding) const { return weights_[static_cast<std::size_t>(coding)] > 0; }
  // The heaviest; nothing when none is acceptable (406, H-135).
  std::optional<Coding> preferred() const {
    std::optional<Coding> best;
    int weight = 0;
    for (Coding coding : our_order) {
      const int own = weights_[static_cast<std::size_t>(coding)];
      if (own <= weight) continue;
      weight = own;
      best = coding;
    }
    return best;
  }

 private:
  std::array<int, coding_count> weights_{1000, 0, 0, 0};
};

// nullopt: the header was not sent; then anything is acceptable, and identity is what we choose
// (H-130).
CodingPreference coding_preference(std::optional<std::string_view> accept_encoding);

}  // namespace sosik
