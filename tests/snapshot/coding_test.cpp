#include "coding.hpp"

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <libdeflate.h>
#include <zstd.h>

#include <algorithm>

#include "catch.hpp"

using namespace sosik;

namespace {

std::string decode(Coding coding, const std::string& bytes, std::size_t size) {
  std::string out(size, '\0');
  if (coding == Coding::gzip) {
    libdeflate_decompressor* decompressor = libdeflate_alloc_decompressor();
    const auto result = libdeflate_gzip_decompress(decompressor, bytes.data(), bytes.size(),
                                                   out.data(), size, nullptr);
    libdeflate_free_decompressor(decompressor);
    return result == LIBDEFLATE_SUCCESS ? out : "";
  }
  if (coding == Coding::br) {
    const auto result =
        BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                &size, reinterpret_cast<std::uint8_t*>(out.data()));
    return result == BROTLI_DECODER_RESULT_SUCCESS && size == out.size() ? out : "";
  }
  return ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size()) == size ? out : "";
}

std::string korean_text(std::size_t at_least) {
  std::string text;
  while (text.size() < at_least) text += "소식 " + std::to_string(text.size()) + "번째 글. ";
  return text;
}

const auto every_coding = {Coding::gzip, Coding::br, Coding::zstd};

}  // namespace

TEST_CASE("What was coded comes back", "[snapshot][coding]") {
  const Coding coding = GENERATE(values(every_coding));
  const std::size_t size = GENERATE(1024u, 200'000u, 3'000'000u);
  INFO(to_string(coding) << " of " << size);
  const std::string text = korean_text(size);
  const auto bytes = encode(coding, text);
  REQUIRE(bytes);
  CHECK(bytes->size() < text.size() / 2);
  CHECK(decode(coding, *bytes, text.size()) == text);
  CHECK(encode(coding, text) == bytes);  // H-096
}

TEST_CASE("A gzip header tells nothing of machine or moment", "[snapshot][coding][H-096]") {
  const auto bytes = encode(Coding::gzip, korean_text(2000));
  REQUIRE(bytes);
  CHECK(bytes->substr(0, 3) == "\x1f\x8b\x08");
  CHECK((*bytes)[3] == 0);                                 // no name, no comment
  CHECK(bytes->substr(4, 4) == std::string(4, '\0'));      // no time
  CHECK(static_cast<unsigned char>((*bytes)[9]) == 0xFF);  // no system
}

TEST_CASE("Small or incompressible bodies stay as they are", "[snapshot][coding][H-136]") {
  const Coding coding = GENERATE(values(every_coding));
  INFO(to_string(coding));
  CHECK(!encode(coding, ""));
  CHECK(!encode(coding, std::string(1023, 'a')));
  CHECK(encode(coding, std::string(1024, 'a')));
  std::string noise;
  for (std::uint32_t x = 1; noise.size() < 4000; x = x * 1664525 + 1013904223)
    noise += static_cast<char>(x >> 24);
  CHECK(!encode(coding, noise));
  CHECK(!encode(Coding::identity, korean_text(2000)));
}

TEST_CASE("A coding's part of a tag names settings and version, in letters of a tag",
          "[snapshot][coding][H-096][H-097]") {
  CHECK(tag_of(Coding::identity) == "i");
  CHECK(tag_of(Coding::gzip) == "g6d" LIBDEFLATE_VERSION_STRING);
  CHECK(tag_of(Coding::zstd) == "z6v" + std::string(ZSTD_versionString()));  // of the code
  const std::uint32_t v = BrotliEncoderVersion();                            // of the code, too
  CHECK(tag_of(Coding::br) == "b6w20v" + std::to_string(v >> 24) + "." +
                                  std::to_string((v >> 12) & 0xFFF) + "." +
                                  std::to_string(v & 0xFFF));
  for (Coding coding : every_coding) {
    const auto tag = tag_of(coding);
    CHECK(std::ranges::all_of(tag, [](char c) { return c > 0x20 && c < 0x7F && c != '"'; }));
    CHECK(16 + 1 + tag.size() <= 64);
  }
}

TEST_CASE("A browser's window holds every zstd body", "[snapshot][coding]") {  // RFC 9659
  const auto bytes = encode(Coding::zstd, korean_text(20'000'000));
  REQUIRE(bytes);
  ZSTD_DCtx* context = ZSTD_createDCtx();
  ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 23);  // 8 MiB
  std::string out(1'000'000, '\0');
  ZSTD_inBuffer in{bytes->data(), bytes->size(), 0};
  std::size_t left = 1;
  while (left != 0 && !ZSTD_isError(left)) {
    ZSTD_outBuffer piece{out.data(), out.size(), 0};
    left = ZSTD_decompressStream(context, &piece, &in);
  }
  ZSTD_freeDCtx(context);
  CHECK(left == 0);
}
