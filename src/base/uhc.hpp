// decode_uhc (text.hpp) with a count of what it met, by which decode.cpp tells UHC from UTF-8.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace sosik::uhc {

struct Decoded {
  std::string text;
  std::size_t pairs = 0;   // two bytes that are a character
  std::size_t errors = 0;  // U+FFFD put in
};

Decoded decode(std::string_view bytes);

}  // namespace sosik::uhc
