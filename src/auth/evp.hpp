// OpenSSL's EVP interface, held so that nothing leaks: owners for its objects, and the few primitives that this room
// builds on. Primitives that can fail only for want of memory end the process, as `new` would.
//
// Verifying what strangers send makes OpenSSL note errors in a queue of the thread, which TLS connections on the same
// thread would take for theirs: whoever calls something that may fail keeps an `ErrorMark` meanwhile.
#pragma once

#include <openssl/err.h>
#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tidings::auth::evp {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using PublicKey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using PublicKeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Freer<EVP_MAC_CTX_free>>;

// Takes back what the calls since its making added to the thread's error queue.
class ErrorMark {
 public:
  ErrorMark() { ERR_set_mark(); }
  ~ErrorMark() { ERR_pop_to_mark(); }
  ErrorMark(const ErrorMark&) = delete;
  ErrorMark& operator=(const ErrorMark&) = delete;
};

using Sha256 = std::array<std::byte, 32>;
[[nodiscard]] Sha256 sha256(std::string_view data);

// HMAC under one key (RFC 2104), prepared: what is hashed of the key itself is hashed once, and no digest is looked up
// for a code. Holds a state that serves as the key does, and that OpenSSL wipes when it goes. Threads may share one.
class HmacKey {
 public:
  HmacKey(const EVP_MD* digest, std::string_view key);
  // As many bytes as the digest has.
  [[nodiscard]] std::string code(std::string_view data) const;

 private:
  MacContext begun_;
  std::size_t size_;
};
// With a key that is used once.
[[nodiscard]] std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view data);

// RFC 5869 with SHA-256: fills `out`, at most 8,160 bytes.
void hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info, std::span<std::byte> out);

// Whether both are equal, in a time that depends on their lengths only.
[[nodiscard]] bool equal(std::string_view a, std::string_view b);

[[nodiscard]] inline std::string_view text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace tidings::auth::evp
