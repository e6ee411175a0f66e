#include "platform/clock.hpp"

#include <gtest/gtest.h>

namespace tidings {
namespace {

TEST(SystemClock, NeverGoesBackAndKnowsTheYear) {
  const SystemClock clock;
  const MonotonicTime before = clock.monotonic();
  EXPECT_LE(before, clock.monotonic());
  EXPECT_GT(clock.wall(), parse_rfc3339("2024-01-01T00:00:00Z"));
}

TEST(ManualClock, StandsStillUntilItIsMoved) {
  ManualClock clock;
  const MonotonicTime monotonic = clock.monotonic();
  const WallTime wall = clock.wall();
  EXPECT_EQ(clock.monotonic(), monotonic);
  clock.advance(Seconds{5});
  EXPECT_EQ(clock.monotonic(), monotonic + Seconds{5});
  EXPECT_EQ(clock.wall(), wall + Seconds{5});
}

TEST(ManualClock, LetsTheCalendarJumpAlone) {
  ManualClock clock;
  const MonotonicTime monotonic = clock.monotonic();
  clock.set_wall(WallTime{Seconds{1}});
  EXPECT_EQ(clock.wall(), WallTime{Seconds{1}});
  EXPECT_EQ(clock.monotonic(), monotonic);
}

}  // namespace
}  // namespace tidings
