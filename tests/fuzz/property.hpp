// What every fuzz target needs: its input as text, and a way to say what must hold of the output.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace sosik::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Ends the program, as a crash does, so that libFuzzer keeps the input and a test fails.
inline void must(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "property broken: %s\n", property);
  std::abort();
}

// As must, showing what came out and what was to come.
inline void must_equal(std::string_view seen, std::string_view wanted, const char* property) {
  if (seen == wanted) return;
  std::fprintf(stderr, "seen:   %.*s\nwanted: %.*s\n", static_cast<int>(seen.size()), seen.data(),
               static_cast<int>(wanted.size()), wanted.data());
  must(false, property);
}

inline bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Graphic ASCII only: nothing that would end a header line or a URL.
inline bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace sosik::fuzz
