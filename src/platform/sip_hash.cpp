#include "platform/sip_hash.hpp"

#include <bit>
#include <cstddef>
#include <cstring>

namespace tidings {
namespace {

static_assert(std::endian::native == std::endian::little, "blocks are read with their first byte lowest");

std::uint64_t block(const char* bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// Fewer than 8 bytes, and the length of all above them.
std::uint64_t last_block(std::string_view rest, std::uint64_t length) {
  std::uint64_t value = length << 56;
  for (std::size_t i = 0; i < rest.size(); ++i) value |= std::uint64_t{static_cast<std::uint8_t>(rest[i])} << (8 * i);
  return value;
}

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  template <int rounds>
  void mix() {
    for (int i = 0; i < rounds; ++i) {
      v0 += v1;
      v1 = std::rotl(v1, 13) ^ v0;
      v0 = std::rotl(v0, 32);
      v2 += v3;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  }
  template <int rounds>
  void take(std::uint64_t block) {
    v3 ^= block;
    mix<rounds>();
    v0 ^= block;
  }
};

template <int rounds_a_block, int rounds_at_the_end>
std::uint64_t sip_hash(const SipKey& key, std::string_view bytes) {
  SipState state{key.first ^ 0x736f6d6570736575ULL, key.second ^ 0x646f72616e646f6dULL,
                 key.first ^ 0x6c7967656e657261ULL, key.second ^ 0x7465646279746573ULL};
  const std::uint64_t length = bytes.size();
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) state.take<rounds_a_block>(block(bytes.data()));
  state.take<rounds_a_block>(last_block(bytes, length));
  state.v2 ^= 0xff;
  state.mix<rounds_at_the_end>();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace

std::uint64_t sip_hash_1_3(const SipKey& key, std::string_view bytes) { return sip_hash<1, 3>(key, bytes); }
std::uint64_t sip_hash_2_4(const SipKey& key, std::string_view bytes) { return sip_hash<2, 4>(key, bytes); }

}  // namespace tidings
