// How ping services say in words that they were called too often (N-095). Pure.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

namespace sosik {

// Such answers are left alone for as long as one site's pings keep apart (N-096).
constexpr std::chrono::minutes too_fast_wait{5};

inline bool is_too_fast(std::string_view message) {
  std::string words;
  for (char c : message) words += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (auto* phrase : {"too fast", "too often", "too soon", "too frequent", "too many",
                       "rate limit", "rate-limit", "slow down", "throttl", "try again later",
                       "recently pinged", "pinged recently", "minimum seconds between pings"}) {
    if (words.find(phrase) != std::string::npos) return true;
  }
  return false;
}

}  // namespace sosik
