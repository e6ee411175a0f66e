#include <gtest/gtest.h>

#include "platform/clock.hpp"

namespace tidings {
namespace {

using namespace std::chrono;

constexpr WallTime noon{sys_days{2026y / January / 31} + hours{12}};

TEST(Rfc3339, WritesUtcWithMilliseconds) {
  EXPECT_EQ(to_rfc3339(noon + Milliseconds{7}), "2026-01-31T12:00:00.007Z");
  EXPECT_EQ(to_rfc3339(WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(WallTime{Milliseconds{-1}}), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, LeavesTheFractionOutWhereToldTo) {
  EXPECT_EQ(to_rfc3339(noon + Milliseconds{999}, true), "2026-01-31T12:00:00Z");
}

TEST(Rfc3339, WritesTheNearestTimeThatFourDigitsCanSay) {
  EXPECT_EQ(to_rfc3339(WallTime::max()), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(to_rfc3339(WallTime::min()), "0000-01-01T00:00:00.000Z");
}

TEST(Rfc3339, ReadsWhatItWrites) {
  for (auto time = WallTime{sys_days{1900y / January / 1}}; time < noon; time += hours{1237} + Milliseconds{77'777}) {
    EXPECT_EQ(parse_rfc3339(to_rfc3339(time)), time);
  }
}

TEST(Rfc3339, ReadsOffsets) {
  EXPECT_EQ(parse_rfc3339("2026-01-31T12:00:00Z"), noon);
  EXPECT_EQ(parse_rfc3339("2026-01-31T14:30:00+02:30"), noon);
  EXPECT_EQ(parse_rfc3339("2026-01-31T00:00:00-12:00"), noon);
  EXPECT_EQ(parse_rfc3339("2026-01-31T12:00:00-00:00"), noon);
  EXPECT_EQ(parse_rfc3339("2026-02-01T00:30:00+12:30"), noon);
}

TEST(Rfc3339, ReadsLowerCaseLetters) { EXPECT_EQ(parse_rfc3339("2026-01-31t12:00:00z"), noon); }

TEST(Rfc3339, CutsOffWhatIsFinerThanMilliseconds) {
  EXPECT_EQ(parse_rfc3339("2026-01-31T12:00:00.1Z"), noon + Milliseconds{100});
  EXPECT_EQ(parse_rfc3339("2026-01-31T12:00:00.12Z"), noon + Milliseconds{120});
  EXPECT_EQ(parse_rfc3339("2026-01-31T12:00:00.1239999999999999999999Z"), noon + Milliseconds{123});
}

TEST(Rfc3339, KnowsLeapYears) {
  EXPECT_NE(parse_rfc3339("2024-02-29T00:00:00Z"), std::nullopt);
  EXPECT_NE(parse_rfc3339("2000-02-29T00:00:00Z"), std::nullopt);
  EXPECT_EQ(parse_rfc3339("2026-02-29T00:00:00Z"), std::nullopt);
  EXPECT_EQ(parse_rfc3339("1900-02-29T00:00:00Z"), std::nullopt);
}

TEST(Rfc3339, ReadsLeapSecondsWhereTheyCanBe) {
  const WallTime after{sys_days{2017y / January / 1}};
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), after);
  EXPECT_EQ(parse_rfc3339("2016-12-31T15:59:60.9-08:00"), after);
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:58:60Z"), std::nullopt);
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60+01:00"), std::nullopt);
}

TEST(Rfc3339, RefusesWhateverElse) {
  for (const auto* text : {"",
                           "2026",
                           "2026-01-31",
                           "2026-01-31T12:00:00",
                           "2026-01-31 12:00:00Z",
                           "26-01-31T12:00:00Z",
                           "2026-1-31T12:00:00Z",
                           "2026-13-01T12:00:00Z",
                           "2026-00-01T12:00:00Z",
                           "2026-01-00T12:00:00Z",
                           "2026-01-32T12:00:00Z",
                           "2026-04-31T12:00:00Z",
                           "2026-01-31T24:00:00Z",
                           "2026-01-31T12:60:00Z",
                           "2026-01-31T12:00:61Z",
                           "2026-01-31T12:00Z",
                           "2026-01-31T12:00:00.Z",
                           "2026-01-31T12:00:00,5Z",
                           "2026-01-31T12:00:00+24:00",
                           "2026-01-31T12:00:00+02:60",
                           "2026-01-31T12:00:00+0200",
                           "2026-01-31T12:00:00+02",
                           "2026-01-31T12:00:00ZZ",
                           "2026-01-31T12:00:00Z ",
                           " 2026-01-31T12:00:00Z",
                           "+2026-01-31T12:00:00Z",
                           "-026-01-31T12:00:00Z",
                           "2026-01-31T12:00:0\xff",
                           "2026/01/31T12:00:00Z",
                           "12026-01-31T12:00:00Z"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

TEST(Rfc3339, RefusesEveryPrefix) {
  constexpr std::string_view whole = "2026-01-31T12:00:00.5+02:00";
  ASSERT_NE(parse_rfc3339(whole), std::nullopt);
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_EQ(parse_rfc3339(whole.substr(0, size)), std::nullopt);
}

}  // namespace
}  // namespace tidings
