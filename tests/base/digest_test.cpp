#include "sosik/base/digest.hpp"

#include <set>

#include "catch.hpp"

using namespace sosik;

TEST_CASE("SHA-256 gives the digests of FIPS 180-4", "[base][digest]") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(sha256_hex({}) == sha256_hex(""));  // a view without data
}

TEST_CASE("SHA-256 of pieces is that of the whole", "[base][digest]") {
  Sha256 hash;
  hash.add("a");
  hash.add({});
  hash.add("bc");
  CHECK(hash.finish() == sha256_hex("abc"));
  CHECK(Sha256().finish() == sha256_hex(""));
}

TEST_CASE("HMAC-SHA-256 gives the digests of RFC 4231", "[base][digest]") {
  CHECK(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(hmac_sha256(std::string(131, '\xaa'),
                        "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("HMAC-SHA-256 takes an empty key and an empty message", "[base][digest]") {
  CHECK(hex(hmac_sha256("", "")) ==
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  CHECK(hmac_sha256({}, {}) == hmac_sha256("", ""));
}

TEST_CASE("A secret in Hangul is its UTF-8 bytes [K-083]", "[base][digest]") {
  CHECK(hmac_sha256("비밀", "본문") == hmac_sha256("\xEB\xB9\x84\xEB\xB0\x80", "본문"));
  CHECK(hmac_sha256("비밀", "본문") != hmac_sha256("비밀 ", "본문"));
}

TEST_CASE("A 64-bit hash is XXH3 and written in 16 digits", "[base][digest]") {
  CHECK(hash64("") == 0x2d06800538d394c2);
  CHECK(hash64_hex("") == "2d06800538d394c2");
  CHECK(hash64_hex("한글") != hash64_hex("한글 "));
  std::set<std::size_t> sizes;
  for (int i = 0; i < 200; ++i) sizes.insert(hash64_hex(std::to_string(i)).size());
  CHECK(sizes == std::set<std::size_t>{16});  // also when the number begins with zeros
}

TEST_CASE("Base64 writes and reads the vectors of RFC 4648 section 10", "[base][digest]") {
  auto [bytes, text] = GENERATE(table<std::string, std::string>({{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"},
                                                                 {"\xff\xfe\xfb", "//77"}}));
  CHECK(base64(bytes) == text);
  CHECK(decode_base64(text).value() == bytes);
}

TEST_CASE("Every byte survives base64", "[base][digest]") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    CHECK(decode_base64(base64(bytes)).value() == bytes);
  }
}

TEST_CASE("Base64 that is cut, padded wrongly or foreign is refused", "[base][digest]") {
  const std::string text =
      GENERATE("Zg", "Zg=", "Zg==Zg==", "=", "====", "Z===", "Zm9-", "Zm 9", "Zm9v\n", "Zh==");
  INFO(text);
  const auto decoded = decode_base64(text);
  REQUIRE(decoded.has_error());
  CHECK(decoded.error().code == Errc::invalid);
}

TEST_CASE("Random bytes have the length asked for and do not repeat", "[base][digest]") {
  CHECK(random_bytes(0).empty());
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(random_bytes(16));
  CHECK(seen.size() == 100);
  CHECK(seen.begin()->size() == 16);
}

TEST_CASE("Comparison in constant time tells equal from different", "[base][digest]") {
  CHECK(equal_in_constant_time("", ""));
  CHECK(equal_in_constant_time({}, ""));
  CHECK(equal_in_constant_time("token", "token"));
  CHECK_FALSE(equal_in_constant_time("token", "tokem"));
  CHECK_FALSE(equal_in_constant_time("token", "toke"));
  CHECK_FALSE(equal_in_constant_time("", "t"));
}
