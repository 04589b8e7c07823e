// Content codings of answers, for those who must take what a server sends although HttpClient asks
// for none. Pure.
#pragma once
#include <string>
#include <string_view>

#include "sosik/base/result.hpp"

namespace sosik {

// The bytes in a body of Content-Encoding gzip or deflate (zlib, or bare deflate, as some servers
// mean it). Never holds more than `max_bytes` and one block: too_large beyond. Fails with invalid
// when the body is broken or breaks off, or the coding is another. The checksum at the end is not
// looked at: what is unpacked is judged by whoever parses it.
Result<std::string> unpacked(std::string_view packed, std::string_view coding,
                             std::size_t max_bytes);

}  // namespace sosik
