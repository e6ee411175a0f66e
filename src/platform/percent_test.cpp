#include "platform/percent.hpp"

#include <gtest/gtest.h>

namespace tidings {
namespace {

TEST(Percent, DecodesOnce) {
  EXPECT_EQ(percent_decode("%2525%41%6a%6A"), "%25Ajj");
  EXPECT_EQ(percent_decode("a+b", Plus::is_plus), "a+b");
  EXPECT_EQ(percent_decode("a+b%2B", Plus::is_space), "a b+");
  EXPECT_EQ(percent_decode(std::string_view("a\0", 2)), std::nullopt);
}

}  // namespace
}  // namespace tidings
