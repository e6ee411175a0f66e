#include "auth/evp.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <cstdlib>

namespace tidings::auth::evp {
namespace {

using Digest = std::unique_ptr<EVP_MD, Freer<EVP_MD_free>>;
using Mac = std::unique_ptr<EVP_MAC, Freer<EVP_MAC_free>>;
using Kdf = std::unique_ptr<EVP_KDF, Freer<EVP_KDF_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, Freer<EVP_KDF_CTX_free>>;

void require(bool succeeded) {
  if (!succeeded) std::abort();
}

// Parameters are only read, though their type does not say so. OpenSSL takes a null pointer for a missing value.
OSSL_PARAM octet_string(const char* name, std::string_view bytes) {
  const char* data = bytes.empty() ? "" : bytes.data();
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(data), bytes.size());
}
OSSL_PARAM utf8_string(const char* name, const char* value) {
  return OSSL_PARAM_construct_utf8_string(name, const_cast<char*>(value), 0);
}

}  // namespace

Sha256 sha256(std::string_view data) {
  // Both kept: looking the digest up and making a context cost as much as the computation.
  static const Digest digest{EVP_MD_fetch(nullptr, OSSL_DIGEST_NAME_SHA2_256, nullptr)};
  thread_local const DigestContext context{EVP_MD_CTX_new()};
  Sha256 hash{};
  require(EVP_DigestInit_ex2(context.get(), digest.get(), nullptr) == 1);
  require(EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1);
  require(EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(hash.data()), nullptr) == 1);
  return hash;
}

HmacKey::HmacKey(const EVP_MD* digest, std::string_view key)
    : size_(static_cast<std::size_t>(EVP_MD_get_size(digest))) {
  // Fetched once: looking it up costs more than the computation.
  static const Mac mac{EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr)};
  begun_.reset(EVP_MAC_CTX_new(mac.get()));
  require(begun_ != nullptr);
  const std::array parameters{utf8_string(OSSL_MAC_PARAM_DIGEST, EVP_MD_get0_name(digest)), OSSL_PARAM_construct_end()};
  require(EVP_MAC_init(begun_.get(), octets(key), key.size(), parameters.data()) == 1);
}

std::string HmacKey::code(std::string_view data) const {
  const MacContext context{EVP_MAC_CTX_dup(begun_.get())};
  require(context != nullptr);
  require(EVP_MAC_update(context.get(), octets(data), data.size()) == 1);
  std::string code(size_, '\0');
  std::size_t length = 0;
  require(EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(code.data()), &length, code.size()) == 1);
  return code;
}

std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view data) {
  return HmacKey(digest, key).code(data);
}

void hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info, std::span<std::byte> out) {
  const Kdf kdf{EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_HKDF, nullptr)};
  const KdfContext context{EVP_KDF_CTX_new(kdf.get())};
  const std::array parameters{
      utf8_string(OSSL_KDF_PARAM_DIGEST, "SHA256"),
      octet_string(OSSL_KDF_PARAM_KEY, secret),
      octet_string(OSSL_KDF_PARAM_SALT, salt),
      octet_string(OSSL_KDF_PARAM_INFO, info),
      OSSL_PARAM_construct_end(),
  };
  require(EVP_KDF_derive(context.get(), reinterpret_cast<unsigned char*>(out.data()), out.size(), parameters.data()) ==
          1);
}

bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace tidings::auth::evp
