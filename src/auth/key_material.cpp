#include "auth/key_material.hpp"

#include <openssl/core_names.h>

#include <utility>

namespace tidings::auth {
namespace {

using enum Algorithm;

// The algorithms of a public key's kind; nothing for kinds that the hub doesn't know.
std::optional<AlgorithmSet> algorithms_of(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return AlgorithmSet{RS256, RS384, RS512, PS256, PS384, PS512};
    case EVP_PKEY_ED25519:
      return AlgorithmSet{EdDSA};
    case EVP_PKEY_EC: {
      std::string curve(32, '\0');
      std::size_t length = 0;
      if (EVP_PKEY_get_group_name(key, curve.data(), curve.size(), &length) != 1) return std::nullopt;
      curve.resize(length);
      if (curve == "prime256v1") return AlgorithmSet{ES256};
      if (curve == "secp384r1") return AlgorithmSet{ES384};
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

Result<AlgorithmSet> narrowed(AlgorithmSet algorithms, std::optional<Algorithm> only) {
  if (!only) return algorithms;
  if (!algorithms.contains(*only)) {
    return fail(ErrorCode::parameter_invalid, "the key can't be used with " + std::string(name(*only)));
  }
  return AlgorithmSet{*only};
}

}  // namespace

Result<std::shared_ptr<const Key::Material>> Key::Material::of(std::string_view secret, std::optional<Algorithm> only) {
  if (secret.size() < least_secret_bytes) {
    return fail(ErrorCode::parameter_invalid, "a shared secret needs at least 32 bytes");
  }
  const auto algorithms = narrowed({HS256, HS384, HS512}, only);
  if (!algorithms) return tl::unexpected(algorithms.error());
  return std::make_shared<const Material>(*algorithms, secret);
}

Result<std::shared_ptr<const Key::Material>> Key::Material::of(evp::PublicKey key, std::optional<Algorithm> only) {
  const evp::ErrorMark mark;
  const auto possible = algorithms_of(key.get());
  if (!possible) {
    return fail(ErrorCode::parameter_invalid, "the key is none of RSA, EC P-256, EC P-384 and Ed25519");
  }
  const auto algorithms = narrowed(*possible, only);
  if (!algorithms) return tl::unexpected(algorithms.error());
  if (EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA) {
    const int bits = EVP_PKEY_get_bits(key.get());
    if (bits < least_rsa_bits || bits > most_rsa_bits) {
      return fail(ErrorCode::parameter_invalid, "an RSA key needs at least 2048 and at most 8192 bits");
    }
  }
  const evp::PublicKeyContext context{EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr)};
  if (EVP_PKEY_public_check(context.get()) != 1) {
    return fail(ErrorCode::parameter_invalid, "the key is not a valid public key of its kind");
  }
  return std::make_shared<const Material>(*algorithms, std::move(key));
}

}  // namespace tidings::auth
