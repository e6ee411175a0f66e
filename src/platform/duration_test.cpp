#include "platform/duration.hpp"

#include <gtest/gtest.h>

namespace tidings {
namespace {

TEST(Duration, ReadsEachUnit) {
  EXPECT_EQ(parse_duration("500ms"), Milliseconds{500});
  EXPECT_EQ(parse_duration("1s"), Seconds{1});
  EXPECT_EQ(parse_duration("15m"), std::chrono::minutes{15});
  EXPECT_EQ(parse_duration("24h"), std::chrono::hours{24});
  EXPECT_EQ(parse_duration("7d"), std::chrono::days{7});
  EXPECT_EQ(parse_duration("0s"), Seconds{0});
  EXPECT_EQ(parse_duration("007s"), Seconds{7});
}

TEST(Duration, RefusesWhateverElse) {
  for (const auto* text : {"", "s", "1", "-1s", "+1s", " 1s", "1s ", "1 s", "1.5s", "1S", "1sec", "1us", "1w", "1h30m",
                           "1mss", "0x1s", "s1", "1\xff"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Duration, RefusesWhatIsLongerThanAnyoneMeans) {
  EXPECT_EQ(parse_duration("365242d"), std::chrono::days{365'242});
  EXPECT_EQ(parse_duration("365243d"), std::nullopt);
  EXPECT_EQ(parse_duration("18446744073709551615ms"), std::nullopt);
  EXPECT_EQ(parse_duration("18446744073709551616ms"), std::nullopt);
  EXPECT_EQ(parse_duration("213503982334d"), std::nullopt);  // 1 day more than 2⁶⁴ ms
}

}  // namespace
}  // namespace tidings
