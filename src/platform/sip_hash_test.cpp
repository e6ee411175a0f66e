#include "platform/sip_hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tidings {
namespace {

// Key and message of the published vectors: bytes that count from 0.
constexpr SipKey published_key{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};

std::string counting(std::size_t length) {
  std::string bytes;
  for (std::size_t i = 0; i < length; ++i) bytes.push_back(static_cast<char>(i));
  return bytes;
}

TEST(SipHash, HashesThePublishedVectors) {
  constexpr std::array<std::uint64_t, 16> vectors{
      0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
      0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
      0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
      0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5};
  for (std::size_t length = 0; length < vectors.size(); ++length) {
    EXPECT_EQ(sip_hash_2_4(published_key, counting(length)), vectors[length]) << length;
  }
}

// As other implementations of it have them: those of Python and Rust among them.
TEST(SipHash, HashesWithFewerRoundsAsOthersDo) {
  EXPECT_EQ(sip_hash_1_3(published_key, counting(0)), 0xabac0158050fc4dcULL);
  EXPECT_EQ(sip_hash_1_3(published_key, counting(1)), 0xc9f49bf37d57ca93ULL);
  EXPECT_EQ(sip_hash_1_3(published_key, counting(15)), 0xd320d86d2a519956ULL);
}

TEST(SipHash, IsAnotherFunctionUnderAnotherKey) {
  SeededRandom dice(1);
  const SipKey one = SipKey::make(dice);
  const SipKey other = SipKey::make(dice);
  EXPECT_NE(sip_hash_1_3(one, "ann"), sip_hash_1_3(other, "ann"));
  EXPECT_EQ(sip_hash_1_3(one, "ann"), sip_hash_1_3(SipKey{one.first, one.second}, "ann"));
}

}  // namespace
}  // namespace tidings
