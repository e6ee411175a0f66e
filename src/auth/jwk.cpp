#include "auth/jwk.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "auth/key_material.hpp"
#include "platform/base64url.hpp"

namespace tidings::auth {
namespace {

using Material = std::shared_ptr<const Key::Material>;
using BigNumber = std::unique_ptr<BIGNUM, evp::Freer<BN_free>>;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, evp::Freer<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, evp::Freer<OSSL_PARAM_free>>;

tl::unexpected<Error> broken(std::string_view what) { return fail(ErrorCode::parameter_invalid, std::string(what)); }

// A member that is a string; nothing where it is missing or something else.
std::optional<std::string> text_member(const Json& jwk, std::string_view name) {
  const Json* value = member(jwk, name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

std::optional<std::string> bytes_member(const Json& jwk, std::string_view name) {
  const auto text = text_member(jwk, name);
  return text ? base64url_decode(*text) : std::nullopt;
}

// RFC 7517 §4.2, §4.3.
bool for_verifying(const Json& jwk) {
  if (const Json* use = member(jwk, "use"); use != nullptr && *use != "sig") return false;
  const Json* operations = member(jwk, "key_ops");
  return operations == nullptr ||
         (operations->is_array() && std::find(operations->begin(), operations->end(), "verify") != operations->end());
}

evp::PublicKey from_parameters(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters{OSSL_PARAM_BLD_to_param(builder)};
  const evp::PublicKeyContext context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return evp::PublicKey{key};
}

BigNumber big_number(std::string_view bytes) {
  return BigNumber{BN_bin2bn(evp::octets(bytes), static_cast<int>(bytes.size()), nullptr)};
}

// RFC 7518 §6.3.
Result<Material> read_rsa(const Json& jwk, std::optional<Algorithm> only) {
  const auto modulus = bytes_member(jwk, "n");
  const auto exponent = bytes_member(jwk, "e");
  if (!modulus || !exponent || modulus->size() > most_rsa_bits / 8 || exponent->size() > 8) {
    return broken("an RSA key needs \"n\" and \"e\" in base64url, of at most 8192 and 64 bits");
  }
  const BigNumber n = big_number(*modulus);
  const BigNumber e = big_number(*exponent);
  const ParameterBuilder builder{OSSL_PARAM_BLD_new()};
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  evp::PublicKey key = from_parameters("RSA", builder.get());
  if (!key) return broken("the RSA key is not a valid one");
  return Key::Material::of(std::move(key), only);
}

// RFC 7518 §6.2.1: coordinates are as long as the field, leading zeros included.
Result<Material> read_ec(const Json& jwk, std::optional<Algorithm> only) {
  const auto curve = text_member(jwk, "crv");
  const bool p256 = curve == "P-256";
  if (!p256 && curve != "P-384") return Material{};
  const std::size_t field_bytes = p256 ? 32 : 48;
  const auto x = bytes_member(jwk, "x");
  const auto y = bytes_member(jwk, "y");
  if (!x || !y || x->size() != field_bytes || y->size() != field_bytes) {
    return broken("an EC key needs \"x\" and \"y\" in base64url, as long as the field of its curve");
  }
  const std::string point = '\x04' + *x + *y;  // uncompressed (SEC 1 §2.3.3)
  const ParameterBuilder builder{OSSL_PARAM_BLD_new()};
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->c_str(), 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  evp::PublicKey key = from_parameters("EC", builder.get());
  if (!key) return broken("the EC key's point is not on its curve");
  return Key::Material::of(std::move(key), only);
}

// RFC 8037 §2.
Result<Material> read_okp(const Json& jwk, std::optional<Algorithm> only) {
  if (text_member(jwk, "crv") != "Ed25519") return Material{};
  const auto x = bytes_member(jwk, "x");
  if (!x || x->size() != 32) return broken("an Ed25519 key needs \"x\", 32 bytes in base64url");
  return Key::Material::of(
      evp::PublicKey{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, evp::octets(*x), x->size())}, only);
}

// RFC 7518 §6.4.
Result<Material> read_oct(const Json& jwk, std::optional<Algorithm> only) {
  auto secret = bytes_member(jwk, "k");
  if (!secret) return broken("a shared secret needs \"k\" in base64url");
  auto material = Key::Material::of(*secret, only);
  OPENSSL_cleanse(secret->data(), secret->size());
  return material;
}

}  // namespace

Result<Material> read_jwk(const Json& jwk) {
  if (!jwk.is_object()) return broken("a key is a JSON object");
  const auto type = text_member(jwk, "kty");
  if (!type) return broken("a key needs \"kty\"");
  if (!for_verifying(jwk)) return Material{};
  std::optional<Algorithm> only;
  if (const Json* algorithm = member(jwk, "alg")) {
    if (!algorithm->is_string()) return broken("\"alg\" is not a string");
    only = parse_algorithm(algorithm->get_ref<const std::string&>());
    if (!only) return Material{};
  }
  const evp::ErrorMark mark;
  if (*type == "RSA") return read_rsa(jwk, only);
  if (*type == "EC") return read_ec(jwk, only);
  if (*type == "OKP") return read_okp(jwk, only);
  if (*type == "oct") return read_oct(jwk, only);
  return Material{};
}

}  // namespace tidings::auth
