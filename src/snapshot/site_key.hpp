// What a key names, and of which site: by this everything that is held is told apart.
#pragma once
#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>

#include "sosik/model/site.hpp"

namespace sosik {

struct SiteKey {
  SiteId site = main_site;
  std::string key;
  bool operator==(const SiteKey&) const = default;
};

// To look one up without a copy of the key.
struct SiteKeyView {
  SiteId site = main_site;
  std::string_view key;
  SiteKeyView(SiteId of_site, std::string_view text) : site(of_site), key(text) {}
  SiteKeyView(const SiteKey& whole) : site(whole.site), key(whole.key) {}
};

struct SiteKeyOrder {
  using is_transparent = void;
  bool operator()(SiteKeyView one, SiteKeyView two) const {
    return std::tie(one.site, one.key) < std::tie(two.site, two.key);
  }
};

struct SiteKeyHash {
  std::size_t operator()(const SiteKey& of) const {
    return std::hash<std::string>()(of.key) ^ (std::hash<SiteId>()(of.site) * 0x9E3779B97F4A7C15U);
  }
};

}  // namespace sosik
