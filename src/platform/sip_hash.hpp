// SipHash (Aumasson and Bernstein, 2012): a hash under a secret key. Tables whose keys strangers may choose (users,
// channels, types) are hashed by it, so that nobody can find names that fall together and make each look-up a search.
#pragma once

#include <cstdint>
#include <string_view>

#include "platform/random.hpp"

namespace tidings {

struct SipKey {
  std::uint64_t first = 0;
  std::uint64_t second = 0;

  [[nodiscard]] static SipKey make(Random& random) { return {random.next_u64(), random.next_u64()}; }
};

// One round a block and three at the end: for hash tables, whose hashes nobody sees.
[[nodiscard]] std::uint64_t sip_hash_1_3(const SipKey& key, std::string_view bytes);
// Two and four: the function as it was published first.
[[nodiscard]] std::uint64_t sip_hash_2_4(const SipKey& key, std::string_view bytes);

}  // namespace tidings
