#include "platform/size.hpp"

#include <gtest/gtest.h>

namespace tidings {
namespace {

TEST(Size, ReadsEachUnit) {
  EXPECT_EQ(parse_size("0"), 0);
  EXPECT_EQ(parse_size("1000"), 1000);
  EXPECT_EQ(parse_size("256KiB"), 256 * 1024);
  EXPECT_EQ(parse_size("1MiB"), 1024 * 1024);
  EXPECT_EQ(parse_size("1GiB"), 1024 * 1024 * 1024);
  EXPECT_EQ(parse_size("2TiB"), std::uint64_t{2} << 40);
}

TEST(Size, RefusesWhateverElse) {
  for (const auto* text :
       {"", "KiB", "-1", "+1", " 1", "1 ", "1 KiB", "1.5GiB", "1KB", "1kib", "1K", "1B", "0x10", "1\xff"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

TEST(Size, RefusesWhat64BitsDoNotHold) {
  EXPECT_EQ(parse_size("18446744073709551615"), ~std::uint64_t{0});
  EXPECT_EQ(parse_size("18446744073709551616"), std::nullopt);
  EXPECT_EQ(parse_size("16777215TiB"), std::uint64_t{16'777'215} << 40);
  EXPECT_EQ(parse_size("16777216TiB"), std::nullopt);
}

}  // namespace
}  // namespace tidings
