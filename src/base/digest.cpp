#include "sosik/base/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <xxhash.h>

#include <array>
#include <climits>
#include <memory>
#include <stdexcept>

namespace sosik {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

// Fetched once: in OpenSSL 3 looking an algorithm up costs more than hashing a short text.
const EVP_MD* sha256() {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (algorithm == nullptr) throw std::runtime_error("OpenSSL has no SHA-256");
  return algorithm;
}

const unsigned char* as_unsigned(std::string_view bytes) {
  static constexpr unsigned char nothing = 0;  // OpenSSL takes a null pointer for "no key set"
  return bytes.empty() ? &nothing : reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string as_string(const unsigned char* bytes, std::size_t count) {
  return std::string(reinterpret_cast<const char*>(bytes), count);
}

EVP_MAC_CTX* make_hmac_context() {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* context = algorithm ? EVP_MAC_CTX_new(algorithm) : nullptr;
  char name[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", name, 0),
                                   OSSL_PARAM_construct_end()};
  if (context == nullptr || EVP_MAC_CTX_set_params(context, parameters) != 1)
    throw std::runtime_error("OpenSSL has no HMAC-SHA-256");
  return context;
}

}  // namespace

std::uint64_t hash64(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string hash64_hex(std::string_view bytes) {
  std::uint64_t value = hash64(bytes);
  std::string out(16, '0');
  for (std::size_t i = out.size(); i-- > 0; value >>= 4) out[i] = hex_digits[value & 15];
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  if (EVP_Digest(as_unsigned(bytes), bytes.size(), digest.data(), &length, sha256(), nullptr) != 1)
    throw std::runtime_error("OpenSSL cannot compute SHA-256");
  return hex(as_string(digest.data(), length));
}

namespace {

void need(int done) {
  if (done != 1) throw std::runtime_error("OpenSSL cannot compute SHA-256");
}

}  // namespace

void Sha256::Free::operator()(void* context) const {
  EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context));
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (!context_) throw std::bad_alloc();
  need(EVP_DigestInit_ex2(static_cast<EVP_MD_CTX*>(context_.get()), sha256(), nullptr));
}

void Sha256::add(std::string_view bytes) {
  need(
      EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_.get()), as_unsigned(bytes), bytes.size()));
}

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  need(EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_.get()), digest.data(), &length));
  return hex(as_string(digest.data(), length));
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  // One a thread, keyed anew each time: making it costs five times as much as a short message.
  thread_local const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context(
      make_hmac_context(), &EVP_MAC_CTX_free);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  std::size_t length = 0;
  // A key of no bytes is not the same as none: OpenSSL would take the last one again.
  const unsigned char* bytes = key.empty() ? as_unsigned("") : as_unsigned(key);
  if (EVP_MAC_init(context.get(), bytes, key.size(), nullptr) != 1 ||
      EVP_MAC_update(context.get(), as_unsigned(message), message.size()) != 1 ||
      EVP_MAC_final(context.get(), digest.data(), &length, digest.size()) != 1)
    throw std::runtime_error("OpenSSL cannot compute HMAC-SHA-256");
  return as_string(digest.data(), length);
}

std::string hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += hex_digits[byte >> 4];
    out += hex_digits[byte & 15];
  }
  return out;
}

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (count > INT_MAX ||
      RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1)
    throw std::runtime_error("the system gives no random bytes");
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(as_unsigned(a), as_unsigned(b), a.size()) == 0;
}

}  // namespace sosik
