#include "auth/evp.hpp"

#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include <string>
#include <thread>
#include <vector>

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

TEST(Hmac, AgreesWithRfc4231ForKeysLongerThanABlock) {  // test case 6
  const std::string key(131, '\xaa');
  const std::string_view data = "Test Using Larger Than Block-Size Key - Hash Key First";
  EXPECT_EQ(hex(hmac(EVP_sha256(), key, data)), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hex(hmac(EVP_sha512(), key, data)),
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e52"
            "95e64f73f63f0aec8b915a985d786598");
}

// Of every length up to beyond two blocks, where keys and data are padded or hashed first.
TEST(Hmac, AgreesWithOpenSslsOwn) {
  for (const EVP_MD* digest : {EVP_sha256(), EVP_sha384(), EVP_sha512()}) {
    for (std::size_t size = 0; size <= 260; ++size) {
      const std::string key(size, 'k');
      const std::string data(260 - size, 'd');
      std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
      unsigned length = 0;
      ASSERT_NE(HMAC(digest, key.data(), static_cast<int>(size), octets(data), data.size(), code.data(), &length),
                nullptr);
      EXPECT_EQ(hex(hmac(digest, key, data)), hex({reinterpret_cast<const char*>(code.data()), length})) << size;
    }
  }
}

TEST(HmacKey, GivesTheSameCodeEachTimeWhateverOthersAreUsedBetween) {
  const HmacKey one(EVP_sha256(), "one");
  const HmacKey other(EVP_sha512(), "other");
  const std::string code = one.code("data");
  const std::string others = other.code("data");
  EXPECT_EQ(one.code("data"), code);
  EXPECT_EQ(one.code(""), hmac(EVP_sha256(), "one", ""));
  EXPECT_EQ(other.code("data"), others);
  EXPECT_NE(one.code("date"), code);
}

TEST(HmacKey, IsSharedByThreads) {
  const HmacKey key(EVP_sha256(), "key");
  const std::string code = key.code("data");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int times = 0; times < 200; ++times) EXPECT_EQ(key.code("data"), code);
    });
  }
  for (std::thread& thread : threads) thread.join();
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
