// Makes keys and tokens for tests, the wrong ones too. Signs with OpenSSL directly, so that a mistake in what is tested
// can't cancel itself out.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "auth/evp.hpp"
#include "auth/json.hpp"
#include "auth/keys.hpp"
#include "platform/base64url.hpp"

namespace tidings::auth::testing {

inline constexpr std::string_view secret = "canary-0123456789-0123456789-0123456789";

// From the bytes that are signed to the signature as JWS has it.
using Signer = std::function<std::string(std::string_view)>;

inline std::string forge_text(std::string_view header, std::string_view payload, const Signer& sign) {
  const std::string signed_part = base64url_encode(header) + "." + base64url_encode(payload);
  return signed_part + "." + base64url_encode(sign(signed_part));
}
inline std::string forge(const Json& header, const Json& claims, const Signer& sign) {
  return forge_text(header.dump(), claims.dump(), sign);
}

inline const EVP_MD* digest_named(std::string_view algorithm) {
  return algorithm.ends_with("256") ? EVP_sha256() : algorithm.ends_with("384") ? EVP_sha384() : EVP_sha512();
}

inline Signer hmac_signer(std::string_view key = secret, std::string_view algorithm = "HS256") {
  return [key = std::string(key), digest = digest_named(algorithm)](std::string_view signed_part) {
    return evp::hmac(digest, key, signed_part);
  };
}

inline std::string written(const std::function<void(BIO*)>& write) {
  const std::unique_ptr<BIO, evp::Freer<BIO_free>> bio{BIO_new(BIO_s_mem())};
  write(bio.get());
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &bytes);
  return {bytes, static_cast<std::size_t>(length)};
}

class KeyPair {
 public:
  static KeyPair rsa(std::size_t bits = 2048) { return KeyPair{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits)}; }
  static KeyPair ec(const char* curve) { return KeyPair{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve)}; }
  static KeyPair of_type(const char* type) { return KeyPair{EVP_PKEY_Q_keygen(nullptr, nullptr, type)}; }

  // A pair that any test may use: making RSA keys takes long.
  static const KeyPair& shared(std::string_view algorithm) {
    static const KeyPair rsa_pair = rsa();
    static const KeyPair p256 = ec("P-256");
    static const KeyPair p384 = ec("P-384");
    static const KeyPair ed25519 = of_type("ED25519");
    if (algorithm == "ES256") return p256;
    if (algorithm == "ES384") return p384;
    return algorithm == "EdDSA" ? ed25519 : rsa_pair;
  }

  Signer signer(std::string_view algorithm) const {
    return [this, algorithm = std::string(algorithm)](std::string_view data) { return sign(algorithm, data); };
  }

  std::string public_pem() const {
    return written([&](BIO* bio) { PEM_write_bio_PUBKEY(bio, key_.get()); });
  }
  std::string private_pem() const {
    return written(
        [&](BIO* bio) { PEM_write_bio_PKCS8PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }
  std::string certificate_pem() const {
    const std::unique_ptr<X509, evp::Freer<X509_free>> certificate{X509_new()};
    X509_set_pubkey(certificate.get(), key_.get());
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 60);
    X509_sign(certificate.get(), key_.get(),
              EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256());
    return written([&](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); });
  }
  Json jwk() const {
    switch (EVP_PKEY_get_base_id(key_.get())) {
      case EVP_PKEY_RSA:
        return {{"kty", "RSA"}, {"n", number(OSSL_PKEY_PARAM_RSA_N, 0)}, {"e", number(OSSL_PKEY_PARAM_RSA_E, 0)}};
      case EVP_PKEY_EC: {
        const int bytes = (EVP_PKEY_get_bits(key_.get()) + 7) / 8;
        return {{"kty", "EC"},
                {"crv", "P-" + std::to_string(EVP_PKEY_get_bits(key_.get()))},
                {"x", number(OSSL_PKEY_PARAM_EC_PUB_X, bytes)},
                {"y", number(OSSL_PKEY_PARAM_EC_PUB_Y, bytes)}};
      }
      default: {
        std::string raw(32, '\0');
        std::size_t length = raw.size();
        EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(raw.data()), &length);
        return {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base64url_encode(raw)}};
      }
    }
  }

 private:
  explicit KeyPair(EVP_PKEY* key) : key_(key, evp::Freer<EVP_PKEY_free>{}) {}

  std::string number(const char* parameter, int bytes) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), parameter, &value);
    const std::unique_ptr<BIGNUM, evp::Freer<BN_free>> owned{value};
    std::string raw(static_cast<std::size_t>(bytes > 0 ? bytes : BN_num_bytes(value)), '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(raw.data()), static_cast<int>(raw.size()));
    return base64url_encode(raw);
  }

  std::string sign(std::string_view algorithm, std::string_view data) const {
    const evp::DigestContext context{EVP_MD_CTX_new()};
    EVP_PKEY_CTX* settings = nullptr;
    EVP_DigestSignInit(context.get(), &settings, algorithm == "EdDSA" ? nullptr : digest_named(algorithm), nullptr,
                       key_.get());
    if (algorithm.starts_with("PS")) {
      EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST);
    }
    std::string signature(1024, '\0');
    std::size_t length = signature.size();
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length, evp::octets(data),
                   data.size());
    signature.resize(length);
    return algorithm.starts_with("ES") ? raw_from_der(signature, algorithm == "ES256" ? 32 : 48) : signature;
  }

  static std::string raw_from_der(const std::string& der, int bytes) {
    const unsigned char* position = evp::octets(der);
    const std::unique_ptr<ECDSA_SIG, evp::Freer<ECDSA_SIG_free>> numbers{
        d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(der.size()))};
    std::string raw(static_cast<std::size_t>(2 * bytes), '\0');
    auto* out = reinterpret_cast<unsigned char*>(raw.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(numbers.get()), out, bytes);
    BN_bn2binpad(ECDSA_SIG_get0_s(numbers.get()), out + bytes, bytes);
    return raw;
  }

  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace tidings::auth::testing
