#include "platform/utf8.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "platform/random.hpp"

namespace tidings {
namespace {

using namespace std::string_literals;

// By shifting bits, where the real one compares bytes.
std::string encode(std::uint32_t code_point) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  const auto tail = [&](int shift) { return byte(0x80 | ((code_point >> shift) & 0x3f)); };
  if (code_point < 0x80) return {byte(code_point)};
  if (code_point < 0x800) return {byte(0xc0 | (code_point >> 6)), tail(0)};
  if (code_point < 0x10000) return {byte(0xe0 | (code_point >> 12)), tail(6), tail(0)};
  return {byte(0xf0 | (code_point >> 18)), tail(12), tail(6), tail(0)};
}

TEST(Utf8, TakesEveryCodePointButSurrogates) {
  for (std::uint32_t code_point = 0; code_point <= 0x10ffff; ++code_point) {
    const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    ASSERT_EQ(valid_utf8(encode(code_point)), !surrogate) << code_point;
  }
}

TEST(Utf8, RefusesCodePointsThatDoNotExist) {
  EXPECT_FALSE(valid_utf8(encode(0x110000)));
  EXPECT_FALSE(valid_utf8("\xf5\x80\x80\x80"));
  EXPECT_FALSE(valid_utf8("\xff"));
}

TEST(Utf8, RefusesOverlongForms) {
  for (const auto* text :
       {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf"}) {
    EXPECT_FALSE(valid_utf8(text));
  }
}

TEST(Utf8, RefusesWhatIsCutOffOrBrokenIntoAnywhere) {
  for (const std::uint32_t code_point : {0xe9U, 0x20acU, 0x1f600U}) {
    const std::string whole = encode(code_point);
    for (std::size_t size = 1; size < whole.size(); ++size) {
      EXPECT_FALSE(valid_utf8(whole.substr(0, size)));
      EXPECT_FALSE(valid_utf8(whole.substr(0, size) + "plain text after it"));
      EXPECT_FALSE(valid_utf8(whole.substr(size)));
    }
  }
}

TEST(Utf8, FindsOneBadByteAnywhereInPlainText) {
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'x');
      EXPECT_TRUE(valid_utf8(text));
      text[at] = '\x80';
      EXPECT_FALSE(valid_utf8(text));
    }
  }
}

TEST(Utf8, TakesNulAndNothing) {
  EXPECT_TRUE(valid_utf8(""));
  EXPECT_TRUE(valid_utf8("a\0b"s));
}

TEST(Utf8, TakesAnyMixtureOfCharacters) {
  SeededRandom random(1);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (std::uint64_t i = random.below(30); i > 0; --i) {
      text += encode(static_cast<std::uint32_t>(random.below(2) == 0 ? random.below(0x80) : random.below(0xd800)));
    }
    EXPECT_TRUE(valid_utf8(text));
  }
}

}  // namespace
}  // namespace tidings
