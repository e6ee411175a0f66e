// Static keys of backends (SPEC §1.5, `publish.key`): kept as hashes, compared in constant time.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::auth {

class PublisherKeys {
 public:
  // SHA-256: what may be kept of a key, to ask again.
  using Hash = std::array<std::byte, 32>;
  [[nodiscard]] static Hash hash(std::string_view key);

  explicit PublisherKeys(const std::vector<std::string>& keys);
  // Takes the same time whichever key it is, and whether or not it is one.
  [[nodiscard]] bool contains(const Hash& candidate) const;
  [[nodiscard]] bool contains(std::string_view candidate) const { return contains(hash(candidate)); }

 private:
  std::vector<Hash> hashes_;
};

}  // namespace tidings::auth
