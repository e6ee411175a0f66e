#include "auth/keys.hpp"

#include <openssl/rsa.h>

#include <utility>

#include "auth/ecdsa_signature.hpp"
#include "auth/key_material.hpp"

namespace tidings::auth {
namespace {

using enum Algorithm;

const EVP_MD* digest_of(Algorithm algorithm) {
  switch (algorithm) {
    case RS256:
    case PS256:
    case ES256:
      return EVP_sha256();
    case RS384:
    case PS384:
    case ES384:
      return EVP_sha384();
    case RS512:
    case PS512:
      return EVP_sha512();
    case EdDSA:  // hashes by itself
    case HS256:  // as do shared secrets
    case HS384:
    case HS512:
      break;
  }
  return nullptr;
}

bool is_pss(Algorithm algorithm) { return algorithm == PS256 || algorithm == PS384 || algorithm == PS512; }

// RFC 7518 §3.3-3.5, RFC 8037 §3.1.
bool verify_public(EVP_PKEY* key, Algorithm algorithm, std::string_view signed_part, std::string_view signature) {
  const evp::ErrorMark mark;
  std::string der;
  if (algorithm == ES256 || algorithm == ES384) {
    auto converted = ecdsa_der_from_raw(signature, algorithm == ES256 ? 32 : 48);
    if (!converted) return false;
    der = *std::move(converted);
    signature = der;
  }
  // RFC 8017 §8.1.2: OpenSSL would take one whose leading zero is missing.
  const bool rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
  if (rsa && signature.size() != static_cast<std::size_t>(EVP_PKEY_get_size(key))) return false;
  const evp::DigestContext context{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* settings = nullptr;  // owned by `context`
  if (EVP_DigestVerifyInit(context.get(), &settings, digest_of(algorithm), nullptr, key) != 1) return false;
  if (is_pss(algorithm) && (EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) != 1 ||
                            EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return false;  // GCOVR_EXCL_LINE: both are settings that every RSA key takes
  }
  return EVP_DigestVerify(context.get(), evp::octets(signature), signature.size(), evp::octets(signed_part),
                          signed_part.size()) == 1;
}

}  // namespace

Result<Key> Key::from_secret(std::string_view secret, Algorithm algorithm) {
  auto material = Material::of(secret, algorithm);
  if (!material) return tl::unexpected(std::move(material).error());
  Key key;
  key.material_ = *std::move(material);
  return key;
}

bool Key::allows(Algorithm algorithm) const { return material_->algorithms.contains(algorithm); }

bool Key::verify(Algorithm algorithm, std::string_view signed_part, std::string_view signature) const {
  if (!allows(algorithm)) return false;
  if (const auto* secret = std::get_if<std::shared_ptr<const SharedSecret>>(&material_->key)) {
    return evp::equal((*secret)->with(algorithm).code(signed_part), signature);
  }
  return verify_public(std::get<std::shared_ptr<EVP_PKEY>>(material_->key).get(), algorithm, signed_part, signature);
}

void KeySet::add(Key key) { keys_.push_back(std::move(key)); }

void KeySet::merge(const KeySet& other) { keys_.insert(keys_.end(), other.keys_.begin(), other.keys_.end()); }

KeySet KeySet::narrowed(Algorithm only) const {
  KeySet narrow;
  for (Key key : keys_) {
    if (!key.allows(only)) continue;
    key.material_ = std::make_shared<const Key::Material>(AlgorithmSet{only}, *key.material_);
    narrow.add(std::move(key));
  }
  return narrow;
}

}  // namespace tidings::auth
