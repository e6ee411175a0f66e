#include "auth/evp.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tidings::auth::evp {
namespace {

std::string hex(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

TEST(Sha256, AgreesWithItsStandard) {  // FIPS 180-2, B.1
  EXPECT_EQ(hex(text(sha256("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hmac, AgreesWithRfc4231) {  // test case 2
  EXPECT_EQ(hex(hmac(EVP_sha256(), "Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac(EVP_sha384(), "Jefe", "what do ya want for nothing?")),
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649");
}

TEST(Hkdf, AgreesWithRfc5869) {  // appendix A.1
  std::string info;
  for (int i = 0xf0; i <= 0xf9; ++i) info += static_cast<char>(i);
  std::string salt;
  for (int i = 0; i <= 0x0c; ++i) salt += static_cast<char>(i);
  std::array<std::byte, 42> out{};
  hkdf_sha256(std::string(22, '\x0b'), salt, info, out);
  EXPECT_EQ(hex(text(out)), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}

TEST(Equal, ComparesWholeStrings) {
  EXPECT_TRUE(equal("", ""));
  EXPECT_TRUE(equal("same", "same"));
  EXPECT_FALSE(equal("same", "sama"));
  EXPECT_FALSE(equal("same", "same "));
}

TEST(ErrorMark, TakesBackWhatFailedMeanwhileAndNothingElse) {
  ERR_clear_error();
  ERR_raise(ERR_LIB_USER, 1);
  {
    const ErrorMark mark;
    ERR_raise(ERR_LIB_USER, 2);
  }
  EXPECT_EQ(ERR_GET_REASON(ERR_get_error()), 1);
  EXPECT_EQ(ERR_get_error(), 0u);
}

}  // namespace
}  // namespace tidings::auth::evp
