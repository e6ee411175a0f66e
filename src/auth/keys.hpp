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
  HS256,
  HS384,
  HS512,
  RS256,
  RS384,
  RS512,
  PS256,
  PS384,
  PS512,
  ES256,
  ES384,
  EdDSA,
};
[[nodiscard]] std::optional<Algorithm> parse_algorithm(std::string_view name);
[[nodiscard]] std::string_view name(Algorithm algorithm);

class Key {
 public:
  struct Material;  // key_material.hpp

  // At least 32 bytes; the algorithm one of HS256, HS384, HS512. Errors name what is wrong, never the secret.
  [[nodiscard]] static Result<Key> from_secret(std::string_view secret, Algorithm algorithm);
  // One public key (SubjectPublicKeyInfo), or a certificate, whose dates and issuer are not looked at; of a chain it is
  // the first. Anything private in the text is refused. RSA (2048 bits or more), P-256, P-384, Ed25519. An RSA
  // key verifies RS256 and PS256 and up, unless `only` narrows it.
  [[nodiscard]] static Result<Key> from_pem(std::string_view pem, std::optional<Algorithm> only);

  [[nodiscard]] const std::string& id() const { return id_; }  // `kid`; empty for none
  [[nodiscard]] bool allows(Algorithm algorithm) const;
  // Constant time for secrets. `signature` is raw (RFC 7518 §3), not base64url.
  [[nodiscard]] bool verify(Algorithm algorithm, std::string_view signed_part, std::string_view signature) const;

 private:
  friend class KeySet;
  std::string id_;
  std::shared_ptr<const Material> material_;
};

// Immutable; replaced whole by a reload.
class KeySet {
 public:
  void add(Key key);
  // A token that names no key is tried with each.
  static constexpr std::size_t most_keys = 100;

  // RFC 7517. Keys of an unknown type or for another use are passed over; a set with none left is an error, and so are
  // one with more than `most_keys` and one that holds a weak or broken key. Private members are not read.
  [[nodiscard]] static Result<KeySet> from_jwks(std::string_view json);
  void merge(const KeySet& other);
  // The keys that allow `only`, for it alone.
  [[nodiscard]] KeySet narrowed(Algorithm only) const;
  [[nodiscard]] bool empty() const { return keys_.empty(); }
  [[nodiscard]] const std::vector<Key>& keys() const { return keys_; }

 private:
  std::vector<Key> keys_;
};

// Key sets are a few kilobytes.
inline constexpr std::size_t most_key_file_bytes = 1024 * 1024;

// A PEM or JWKS file, told apart by its content. `only` leaves of a JWKS the keys that allow it, narrowed to it. Error
// details name the file.
[[nodiscard]] Result<KeySet> load_key_file(const std::string& path, std::optional<Algorithm> only);

}  // namespace tidings::auth
