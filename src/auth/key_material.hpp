// What a `Key` holds: a shared secret or a public key, and the algorithms that it may be used with.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "auth/evp.hpp"
#include "auth/keys.hpp"

namespace tidings::auth {

inline constexpr std::size_t least_secret_bytes = 32;
inline constexpr int least_rsa_bits = 2048;
// Above this a single verification would take milliseconds of anyone's asking.
inline constexpr int most_rsa_bits = 8192;

class AlgorithmSet {
 public:
  AlgorithmSet(std::initializer_list<Algorithm> algorithms) {
    for (const Algorithm algorithm : algorithms) bits_ |= bit(algorithm);
  }
  [[nodiscard]] bool contains(Algorithm algorithm) const { return (bits_ & bit(algorithm)) != 0; }

 private:
  static std::uint16_t bit(Algorithm algorithm) {
    return static_cast<std::uint16_t>(1u << static_cast<unsigned>(algorithm));
  }
  std::uint16_t bits_ = 0;
};

// A shared secret, prepared for each digest that it may be used with.
class SharedSecret {
 public:
  explicit SharedSecret(std::string_view secret)
      : hs256_(EVP_sha256(), secret), hs384_(EVP_sha384(), secret), hs512_(EVP_sha512(), secret) {}
  // `algorithm` is one of HMAC's.
  [[nodiscard]] const evp::HmacKey& with(Algorithm algorithm) const {
    return algorithm == Algorithm::HS256 ? hs256_ : algorithm == Algorithm::HS384 ? hs384_ : hs512_;
  }

 private:
  evp::HmacKey hs256_;
  evp::HmacKey hs384_;
  evp::HmacKey hs512_;
};

struct Key::Material {
  Material(AlgorithmSet may, std::string_view secret)
      : algorithms(may), key(std::make_shared<const SharedSecret>(secret)) {}
  Material(AlgorithmSet may, evp::PublicKey public_key)
      : algorithms(may), key(std::shared_ptr<EVP_PKEY>(std::move(public_key))) {}
  Material(AlgorithmSet may, const Material& same) : algorithms(may), key(same.key) {}

  // Wraps a public key of one of the kinds that the hub knows, checked as §3 asks: RSA's size, and that a point lies on
  // its curve. `parameter_invalid` otherwise, and where `only` is none of the key's algorithms.
  [[nodiscard]] static Result<std::shared_ptr<const Material>> of(evp::PublicKey public_key,
                                                                  std::optional<Algorithm> only);
  [[nodiscard]] static Result<std::shared_ptr<const Material>> of(std::string_view secret,
                                                                  std::optional<Algorithm> only);

  AlgorithmSet algorithms;
  // Shared with what is narrowed from it.
  std::variant<std::shared_ptr<const SharedSecret>, std::shared_ptr<EVP_PKEY>> key;
};

}  // namespace tidings::auth
