// Hashes, signatures, random bytes and their text forms. OpenSSL and xxHash live behind this
// header. Thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sosik/base/result.hpp"

namespace sosik {

// 64 bits of XXH3 as 16 lower-case hex digits: entity tags and change detection. Not for secrets.
std::string hash64_hex(std::string_view bytes);
std::uint64_t hash64(std::string_view bytes);
// SHA-256 as 64 hex digits: content addresses, where a collision would show one body for another.
std::string sha256_hex(std::string_view bytes);
// The same of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  std::string finish();  // the 64 digits; nothing is added afterwards

 private:
  struct Free {
    void operator()(void*) const;
  };
  std::unique_ptr<void, Free> context_;
};
std::string hmac_sha256(std::string_view key, std::string_view message);  // raw 32 bytes

std::string base64(std::string_view bytes);
Result<std::string> decode_base64(std::string_view text);
std::string hex(std::string_view bytes);

// From the system's generator; throws when it cannot give any.
std::string random_bytes(std::size_t count);
// Same time whatever differs; only the lengths leak.
bool equal_in_constant_time(std::string_view, std::string_view);

}  // namespace sosik
