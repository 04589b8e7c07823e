#include "sosik/net/unpack.hpp"

#include <array>
#include <boost/beast/zlib/inflate_stream.hpp>

namespace sosik {
namespace {

namespace zlib = boost::beast::zlib;

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// RFC 1952 section 2.3: where the deflate stream begins; npos when the header is broken.
std::size_t gzip_header(std::string_view bytes) {
  constexpr std::size_t fixed = 10;
  constexpr unsigned has_crc = 2, has_extra = 4, has_name = 8, has_comment = 16;
  if (bytes.size() < fixed || !bytes.starts_with("\x1F\x8B\x08")) return bytes.npos;
  const unsigned flags = byte_at(bytes, 3);
  std::size_t at = fixed;
  if (flags & has_extra) {
    if (bytes.size() < at + 2) return bytes.npos;
    at += 2 + byte_at(bytes, at) + 256 * byte_at(bytes, at + 1);
  }
  for (const unsigned flag : {has_name, has_comment})
    if (flags & flag) {
      const auto end = at < bytes.size() ? bytes.find('\0', at) : bytes.npos;
      if (end == bytes.npos) return end;
      at = end + 1;
    }
  if (flags & has_crc) at += 2;
  return at <= bytes.size() ? at : bytes.npos;
}

bool has_zlib_header(std::string_view bytes) {  // RFC 1950 section 2.2
  return bytes.size() >= 2 && (byte_at(bytes, 0) & 0x0F) == 8 &&
         (byte_at(bytes, 0) * 256 + byte_at(bytes, 1)) % 31 == 0;
}

}  // namespace

Result<std::string> unpacked(std::string_view packed, std::string_view coding,
                             std::size_t max_bytes) {
  std::size_t start = 0;
  if (coding == "gzip" || coding == "x-gzip")
    start = gzip_header(packed);
  else if (coding != "deflate")
    return invalid("Content-Encoding '" + std::string(coding) + "' was not asked for");
  else if (has_zlib_header(packed))
    start = 2;
  if (start == packed.npos) return invalid("the body is not " + std::string(coding));
  packed.remove_prefix(start);
  zlib::inflate_stream stream;
  zlib::z_params params;
  params.next_in = packed.data();
  params.avail_in = packed.size();
  std::string out;
  std::array<char, 16384> part;
  while (true) {
    params.next_out = part.data();
    params.avail_out = part.size();
    boost::system::error_code ec;
    stream.write(params, zlib::Flush::sync, ec);
    out.append(part.data(), part.size() - params.avail_out);
    if (out.size() > max_bytes)
      return Error{Errc::too_large,
                   "the unpacked body has more than " + std::to_string(max_bytes) + " bytes"};
    if (ec == zlib::error::end_of_stream) return out;
    if (ec || params.avail_out == part.size())
      return invalid("the " + std::string(coding) + " body is broken or breaks off");
  }
}

}  // namespace sosik
