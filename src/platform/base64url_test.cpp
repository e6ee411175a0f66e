#include "platform/base64url.hpp"

#include <gtest/gtest.h>

#include "platform/random.hpp"

namespace tidings {
namespace {

using namespace std::string_literals;

// RFC 4648 §10, without padding.
const std::pair<std::string, std::string> test_vectors[] = {
    {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
    {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"},
};

TEST(Base64url, EncodesTheStandardsVectors) {
  for (const auto& [bytes, text] : test_vectors) EXPECT_EQ(base64url_encode(bytes), text);
}

TEST(Base64url, DecodesTheStandardsVectors) {
  for (const auto& [bytes, text] : test_vectors) EXPECT_EQ(base64url_decode(text), bytes);
}

TEST(Base64url, UsesTheAlphabetThatUrlsCanHold) {
  EXPECT_EQ(base64url_encode("\xfb\xff\xfe"s), "-__-");
  EXPECT_EQ(base64url_decode("-__-"), "\xfb\xff\xfe"s);
}

TEST(Base64url, GivesBackWhateverWasEncoded) {
  SeededRandom random(1);
  for (std::size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    random.fill(std::as_writable_bytes(std::span(bytes.data(), bytes.size())));
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
  }
}

TEST(Base64url, RefusesPadding) {
  EXPECT_EQ(base64url_decode("Zg=="), std::nullopt);
  EXPECT_EQ(base64url_decode("Zm8="), std::nullopt);
}

TEST(Base64url, RefusesCharactersOutsideTheAlphabet) {
  for (const auto* text : {"Zm+v", "Zm/v", "Zm v", "Zm\nv", "Zm.v", "Zm\xc3\xa9"}) {
    EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
  }
  EXPECT_EQ(base64url_decode("Zm\0v"s), std::nullopt);
}

TEST(Base64url, RefusesLengthsThatNoEncodingHas) {
  EXPECT_EQ(base64url_decode("Z"), std::nullopt);
  EXPECT_EQ(base64url_decode("Zm9vY"), std::nullopt);
}

TEST(Base64url, RefusesStrayBitsSoThatEachValueHasOneSpelling) {
  EXPECT_EQ(base64url_decode("Zh"), std::nullopt);
  EXPECT_EQ(base64url_decode("Zm9"), std::nullopt);
}

}  // namespace
}  // namespace tidings
