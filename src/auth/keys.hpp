// Keys that tokens are verified with. The algorithm belongs to the key, never to the token (RFC 8725 §3.1).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "errors/error.hpp"

namespace tidings::auth {

enum class Algorithm : std::uint8_t {
  HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA,
};
[[nodiscard]] std::optional<Algorithm> parse_algorithm(std::string_view name);
[[nodiscard]] std::string_view name(Algorithm algorithm);

class Key {
 public:
  // At least 32 bytes; the algorithm one of HS256, HS384, HS512. Errors name what is wrong, never the secret.
  [[nodiscard]] static Result<Key> from_secret(std::string_view secret, Algorithm algorithm);
  // A public key (SubjectPublicKeyInfo) or certificate in PEM. RSA (2048 bits or more), P-256, P-384, Ed25519. An RSA
  // key verifies RS256 and PS256 and up, unless `only` narrows it.
  [[nodiscard]] static Result<Key> from_pem(std::string_view pem, std::optional<Algorithm> only);

  [[nodiscard]] const std::string& id() const { return id_; }  // `kid`; empty for none
  [[nodiscard]] bool allows(Algorithm algorithm) const;
  // Constant time for secrets. `signature` is raw (RFC 7518 §3), not base64url.
  [[nodiscard]] bool verify(Algorithm algorithm, std::string_view signed_part, std::string_view signature) const;

 private:
  friend class KeySet;
  struct Material;
  std::string id_;
  std::shared_ptr<const Material> material_;
};

// Immutable; replaced whole by a reload.
class KeySet {
 public:
  void add(Key key);
  // RFC 7517. Keys of an unknown type or for another use are passed over; a set with none left is an error.
  [[nodiscard]] static Result<KeySet> from_jwks(std::string_view json);
  void merge(const KeySet& other);
  [[nodiscard]] bool empty() const { return keys_.empty(); }
  [[nodiscard]] const std::vector<Key>& keys() const { return keys_; }

 private:
  std::vector<Key> keys_;
};

// A PEM or JWKS file, told apart by its content. Error details name the file.
[[nodiscard]] Result<KeySet> load_key_file(const std::string& path, std::optional<Algorithm> only);

}  // namespace tidings::auth
