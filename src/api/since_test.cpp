#include "api/since.hpp"

#include <gtest/gtest.h>

namespace tidings::api {
namespace {

constexpr WallTime asked_at{Seconds{1'700'000'000}};  // 2023-11-14T22:13:20Z

WallTime at(std::int64_t milliseconds) { return WallTime{Milliseconds{milliseconds}}; }

TEST(Rfc3339, ReadsTimesToTheMillisecond) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), at(0));
  EXPECT_EQ(parse_rfc3339("2023-11-14T22:13:20Z"), asked_at);
  EXPECT_EQ(parse_rfc3339("2023-11-14t22:13:20z"), asked_at);
  EXPECT_EQ(parse_rfc3339("2023-11-14T22:13:20.5Z"), asked_at + Milliseconds{500});
  EXPECT_EQ(parse_rfc3339("2023-11-14T22:13:20.0789999Z"), asked_at + Milliseconds{78});
  EXPECT_EQ(parse_rfc3339("2024-02-29T00:00:00Z"), at(1'709'164'800'000));
}

TEST(Rfc3339, ReckonsWithOffsetsAndLeapSeconds) {
  EXPECT_EQ(parse_rfc3339("2023-11-15T00:13:20+02:00"), asked_at);
  EXPECT_EQ(parse_rfc3339("2023-11-14T16:43:20-05:30"), asked_at);
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), parse_rfc3339("2017-01-01T00:00:00Z"));
}

TEST(Rfc3339, RefusesAllElse) {
  for (const char* text :
       {"", "2023", "2023-11-14", "2023-11-14T22:13:20", "2023-11-14 22:13:20Z", "2023-11-14T22:13:20Zx",
        "2023-13-14T22:13:20Z", "2023-02-29T22:13:20Z", "2023-11-31T22:13:20Z", "2023-11-14T24:13:20Z",
        "2023-11-14T22:60:20Z", "2023-11-14T22:13:61Z", "2023-11-14T22:13:20.Z", "2023-11-14T22:13:20+24:00",
        "2023-11-14T22:13:20+02:60", "2023-11-14T22:13:20+0200", "+023-11-14T22:13:20Z", "2023-1-14T22:13:20Z",
        "2023-11-14T22:13:20 02:00"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Since, IsAnAgeATimeOrTheEarliest) {
  EXPECT_EQ(std::get<WallTime>(*parse_since("15m", asked_at)), asked_at - std::chrono::minutes{15});
  EXPECT_EQ(std::get<WallTime>(*parse_since("0s", asked_at)), asked_at);
  EXPECT_EQ(std::get<WallTime>(*parse_since("2023-11-14T22:13:20Z", asked_at)), asked_at);
  EXPECT_TRUE(std::holds_alternative<events::StartAt::Earliest>(*parse_since("earliest", asked_at)));
}

TEST(Since, GoesBackTo1970AtMost) { EXPECT_EQ(std::get<WallTime>(*parse_since("36500d", asked_at)), at(0)); }

TEST(Since, RefusesAllElse) {
  for (const char* text : {"", "15", "m", "-15m", "1.5h", "Earliest", "yesterday", "15m "}) {
    EXPECT_FALSE(parse_since(text, asked_at)) << text;
  }
}

}  // namespace
}  // namespace tidings::api
