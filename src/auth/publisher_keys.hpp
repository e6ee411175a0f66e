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
  explicit PublisherKeys(const std::vector<std::string>& keys);
  // Takes the same time whichever key it is, and whether or not it is one.
  [[nodiscard]] bool contains(std::string_view candidate) const;

 private:
  std::vector<std::array<std::byte, 32>> hashes_;
};

}  // namespace tidings::auth
