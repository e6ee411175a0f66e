#include "auth/ecdsa_signature.hpp"

#include <gtest/gtest.h>

namespace tidings::auth {
namespace {

TEST(EcdsaSignature, WritesNumbersAsDerDoes) {
  const std::string one = std::string(31, '\0') + '\x01';
  const std::string high = '\x80' + std::string(31, '\x11');
  EXPECT_EQ(ecdsa_der_from_raw(one + one, 32), std::string("\x30\x06\x02\x01\x01\x02\x01\x01", 8));
  EXPECT_EQ(ecdsa_der_from_raw(one + high, 32), std::string("\x30\x26\x02\x01\x01\x02\x21\x00", 8) + high);
}

TEST(EcdsaSignature, KeepsZeroANumber) {
  EXPECT_EQ(ecdsa_der_from_raw(std::string(64, '\0'), 32), std::string("\x30\x06\x02\x01\x00\x02\x01\x00", 8));
}

TEST(EcdsaSignature, FitsTheLongestNumbers) {
  const auto der = ecdsa_der_from_raw(std::string(96, '\xff'), 48);
  ASSERT_TRUE(der.has_value());
  EXPECT_EQ(der->substr(0, 4), std::string("\x30\x66\x02\x31", 4));
  EXPECT_EQ(der->size(), 104u);
}

TEST(EcdsaSignature, RefusesOtherLengths) {
  EXPECT_EQ(ecdsa_der_from_raw("", 32), std::nullopt);
  EXPECT_EQ(ecdsa_der_from_raw(std::string(63, 'x'), 32), std::nullopt);
  EXPECT_EQ(ecdsa_der_from_raw(std::string(65, 'x'), 32), std::nullopt);
}

}  // namespace
}  // namespace tidings::auth
