#include "auth/evp.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstdlib>

namespace tidings::auth::evp {
namespace {

using Digest = std::unique_ptr<EVP_MD, Freer<EVP_MD_free>>;
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

HmacKey::HmacKey(const EVP_MD* digest, std::string_view key) : inner_(EVP_MD_CTX_new()), outer_(EVP_MD_CTX_new()) {
  std::array<unsigned char, 128> whole{};  // no digest of ours has larger blocks
  const std::span block(whole.data(), static_cast<std::size_t>(EVP_MD_get_block_size(digest)));
  if (key.size() > block.size()) {
    require(EVP_Digest(key.data(), key.size(), block.data(), nullptr, digest, nullptr) == 1);
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  const auto begin = [&](const DigestContext& context, unsigned char pad) {
    for (unsigned char& byte : block) byte ^= pad;
    require(EVP_DigestInit_ex2(context.get(), digest, nullptr) == 1);
    require(EVP_DigestUpdate(context.get(), block.data(), block.size()) == 1);
  };
  constexpr unsigned char inner_pad = 0x36;
  constexpr unsigned char outer_pad = 0x5c;
  begin(inner_, inner_pad);
  begin(outer_, inner_pad ^ outer_pad);  // takes the other back
  OPENSSL_cleanse(whole.data(), whole.size());
}

std::string HmacKey::code(std::string_view data) const {
  // Ends each time as the state after a code, which says nothing of the key.
  thread_local const DigestContext context{EVP_MD_CTX_new()};
  std::string code(static_cast<std::size_t>(EVP_MD_CTX_get_size(inner_.get())), '\0');
  auto* const bytes = reinterpret_cast<unsigned char*>(code.data());
  const auto finish = [&](const DigestContext& begun, std::string_view rest) {
    require(EVP_MD_CTX_copy_ex(context.get(), begun.get()) == 1);
    require(EVP_DigestUpdate(context.get(), rest.data(), rest.size()) == 1);
    require(EVP_DigestFinal_ex(context.get(), bytes, nullptr) == 1);
  };
  finish(inner_, data);
  finish(outer_, code);
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
