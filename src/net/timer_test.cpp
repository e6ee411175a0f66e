#include "net/timer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "platform/random.hpp"

namespace tidings::net {
namespace {

constexpr MonotonicTime start{Seconds{1000}};

class Alarm final : public Timer {
 public:
  explicit Alarm(std::function<void()> then = [] {}) : then_(std::move(then)) {}
  void on_timer() override {
    ++fired;
    then_();
  }
  int fired = 0;

 private:
  std::function<void()> then_;
};

TEST(TimerWheel, FiresAtTheFirstTickAtOrAfterItsTimeAndNeverEarly) {
  TimerWheel wheel(start);
  Alarm timer;
  wheel.arm(timer, start + Milliseconds{25});
  wheel.advance(start + Milliseconds{25});
  wheel.advance(start + Milliseconds{29});
  EXPECT_EQ(timer.fired, 0);
  wheel.advance(start + Milliseconds{30});
  EXPECT_EQ(timer.fired, 1);
  EXPECT_FALSE(timer.armed());
  wheel.advance(start + Seconds{100});
  EXPECT_EQ(timer.fired, 1);
}

TEST(TimerWheel, FiresAtItsVeryTimeWhereThatIsATick) {
  TimerWheel wheel(start);
  Alarm timer;
  wheel.arm(timer, start + Milliseconds{30});
  wheel.advance(start + Milliseconds{30});
  EXPECT_EQ(timer.fired, 1);
}

TEST(TimerWheel, FiresAtTheNextAdvanceWhereTheTimeHasPassed) {
  TimerWheel wheel(start);
  wheel.advance(start + Seconds{5});
  Alarm past;
  Alarm before_everything;
  wheel.arm(past, start + Seconds{4});
  wheel.arm(before_everything, MonotonicTime::min());
  EXPECT_TRUE(past.armed());
  EXPECT_LE(wheel.next_due(), start + Seconds{5});
  wheel.advance(start + Seconds{5});
  EXPECT_EQ(past.fired, 1);
  EXPECT_EQ(before_everything.fired, 1);
}

TEST(TimerWheel, TakesNoHarmFromAClockThatStandsBeforeItsStart) {
  TimerWheel wheel(start);
  Alarm timer;
  wheel.arm(timer, start + Milliseconds{10});
  wheel.advance(start - Seconds{1});
  EXPECT_EQ(timer.fired, 0);
  wheel.advance(start + Milliseconds{10});
  EXPECT_EQ(timer.fired, 1);
}

TEST(TimerWheel, MovesATimerThatIsArmedAgain) {
  TimerWheel wheel(start);
  Alarm timer;
  wheel.arm(timer, start + Seconds{1});
  wheel.arm(timer, start + Seconds{3});
  wheel.advance(start + Seconds{2});
  EXPECT_EQ(timer.fired, 0);
  wheel.arm(timer, start + Milliseconds{2500});
  wheel.advance(start + Milliseconds{2500});
  EXPECT_EQ(timer.fired, 1);
}

TEST(TimerWheel, ForgetsWhatIsCancelledOrDestroyed) {
  TimerWheel wheel(start);
  Alarm cancelled;
  wheel.arm(cancelled, start + Seconds{1});
  wheel.cancel(cancelled);
  EXPECT_FALSE(cancelled.armed());
  wheel.cancel(cancelled);
  auto destroyed = std::make_unique<Alarm>();
  wheel.arm(*destroyed, start + Seconds{1});
  destroyed.reset();
  EXPECT_EQ(wheel.next_due(), MonotonicTime::max());
  wheel.advance(start + Seconds{2});
  EXPECT_EQ(cancelled.fired, 0);
}

TEST(TimerWheel, LetsItsTimersOutliveIt) {
  Alarm near;
  Alarm far;
  Alarm overdue;
  {
    TimerWheel wheel(start);
    wheel.arm(near, start + Milliseconds{10});
    wheel.arm(far, start + std::chrono::days{100});
    wheel.arm(overdue, start);
  }
  EXPECT_FALSE(near.armed());
  EXPECT_FALSE(far.armed());
  EXPECT_FALSE(overdue.armed());
}

TEST(TimerWheel, LetsATimerCancelAndDestroyOthersOfTheSameTick) {
  TimerWheel wheel(start);
  Alarm cancelled;
  auto destroyed = std::make_unique<Alarm>();
  Alarm first([&] {
    wheel.cancel(cancelled);
    destroyed.reset();
  });
  wheel.arm(first, start + Milliseconds{10});
  wheel.arm(cancelled, start + Milliseconds{10});
  wheel.arm(*destroyed, start + Milliseconds{10});
  wheel.advance(start + Milliseconds{10});
  EXPECT_EQ(first.fired, 1);
  EXPECT_EQ(cancelled.fired, 0);
}

TEST(TimerWheel, LetsATimerDestroyItself) {
  TimerWheel wheel(start);
  std::unique_ptr<Alarm> timer;
  timer = std::make_unique<Alarm>([&] { timer.reset(); });
  wheel.arm(*timer, start + Milliseconds{10});
  wheel.advance(start + Milliseconds{10});
  EXPECT_EQ(timer, nullptr);
}

TEST(TimerWheel, FiresATimerThatArmsItselfForThePastOnceAnAdvance) {
  TimerWheel wheel(start);
  Alarm timer([&] { wheel.arm(timer, start); });
  wheel.arm(timer, start);
  for (int advances = 1; advances <= 3; ++advances) {
    wheel.advance(start + Seconds{1});
    EXPECT_EQ(timer.fired, advances);
  }
}

TEST(TimerWheel, CatchesUpWithATimerThatArmsItselfForATickBeforeTheAdvancesEnd) {
  TimerWheel wheel(start);
  MonotonicTime next = start;
  Alarm timer([&] { wheel.arm(timer, next += Milliseconds{100}); });
  wheel.arm(timer, next += Milliseconds{100});
  wheel.advance(start + Seconds{1});
  EXPECT_EQ(timer.fired, 10);
}

TEST(TimerWheel, TakesTimesBeyondItsReach) {
  TimerWheel wheel(start);
  Alarm timer;
  wheel.arm(timer, MonotonicTime::max());
  EXPECT_LT(wheel.next_due(), MonotonicTime::max());
  wheel.advance(start + std::chrono::days{100'000});
  EXPECT_EQ(timer.fired, 0);
  EXPECT_TRUE(timer.armed());
}

TEST(TimerWheel, IsDueNeverWhereNothingIsArmed) {
  TimerWheel wheel(start);
  EXPECT_EQ(wheel.next_due(), MonotonicTime::max());
  Alarm timer;
  wheel.arm(timer, start + Seconds{60});
  wheel.advance(start + Seconds{60});
  EXPECT_EQ(wheel.next_due(), MonotonicTime::max());
}

// Whoever sleeps until `next_due` each time must find that each timer fires at its tick, after few wake-ups.
TEST(TimerWheel, WakesInTimeAndNotMuchMoreOften) {
  for (const auto delay : {Milliseconds{10}, Milliseconds{640}, Milliseconds{15'000}, Milliseconds{86'400'000},
                           Milliseconds{4'000'000'000}}) {
    TimerWheel wheel(start);
    wheel.advance(start + Milliseconds{12'340});
    const MonotonicTime when = start + Milliseconds{12'340} + delay;
    Alarm timer;
    wheel.arm(timer, when);
    int wake_ups = 0;
    MonotonicTime now = start;
    for (; timer.fired == 0; ++wake_ups) {
      now = wheel.next_due();
      ASSERT_LE(now, when);
      wheel.advance(now);
    }
    EXPECT_EQ(now, when);
    EXPECT_LE(wake_ups, 7);
  }
}

// The same promises kept by the plainest means.
class Model {
 public:
  void arm(std::size_t timer, MonotonicTime when) {
    const auto ahead = std::max(when, start) - start;
    const std::int64_t tick = (ahead + TimerWheel::tick - Milliseconds{1}) / TimerWheel::tick;
    armed_[timer] = {std::max(tick, now_), ++order_};
  }
  void cancel(std::size_t timer) { armed_.erase(timer); }
  // The timers that fire, in order of their ticks.
  std::vector<std::size_t> advance(MonotonicTime now) {
    now_ = (now - start) / TimerWheel::tick;
    std::vector<std::pair<std::int64_t, std::size_t>> due;
    for (const auto& [timer, place] : armed_) {
      if (place.first <= now_) due.emplace_back(place.first, timer);
    }
    std::sort(due.begin(), due.end());
    std::vector<std::size_t> fired;
    for (const auto& [tick, timer] : due) {
      fired.push_back(timer);
      armed_.erase(timer);
    }
    return fired;
  }
  MonotonicTime next_due() const {
    auto earliest = MonotonicTime::max();
    for (const auto& [timer, place] : armed_) earliest = std::min(earliest, start + place.first * TimerWheel::tick);
    return earliest;
  }
  std::int64_t tick_of(std::size_t timer) const { return armed_.at(timer).first; }

 private:
  std::map<std::size_t, std::pair<std::int64_t, std::uint64_t>> armed_;
  std::int64_t now_ = 0;
  std::uint64_t order_ = 0;
};

class TimerWheelModel : public testing::TestWithParam<std::uint64_t> {};

TEST_P(TimerWheelModel, DoesWhatTheModelDoesWhateverIsAskedOfIt) {
  constexpr std::size_t count = 40;
  SeededRandom random(GetParam());
  TimerWheel wheel(start);
  Model model;
  MonotonicTime now = start;
  std::vector<std::size_t> fired;
  std::vector<std::unique_ptr<Alarm>> timers;
  for (std::size_t i = 0; i < count; ++i) {
    timers.push_back(std::make_unique<Alarm>([&fired, i] { fired.push_back(i); }));
  }
  // Distances of every magnitude, from a few milliseconds to weeks.
  const auto distance = [&] { return Milliseconds{static_cast<std::int64_t>(random.below(1ULL << random.below(32)))}; };
  for (int step = 0; step < 3000; ++step) {
    const std::size_t which = random.below(count);
    switch (random.below(4)) {
      case 0:
        wheel.cancel(*timers[which]);
        model.cancel(which);
        break;
      case 1: {
        // Half of the time to where something may happen, half of the time anywhere.
        now = random.below(2) == 0 && wheel.next_due() != MonotonicTime::max() ? std::max(now, wheel.next_due())
                                                                               : now + distance() / 4;
        std::map<std::size_t, std::int64_t> ticks;
        for (std::size_t i = 0; i < count; ++i) {
          if (timers[i]->armed()) ticks[i] = model.tick_of(i);
        }
        fired.clear();
        wheel.advance(now);
        EXPECT_TRUE(std::is_sorted(fired.begin(), fired.end(), [&](auto a, auto b) { return ticks[a] < ticks[b]; }));
        auto expected = model.advance(now);
        std::sort(expected.begin(), expected.end());
        std::sort(fired.begin(), fired.end());
        ASSERT_EQ(fired, expected) << "step " << step;
        break;
      }
      default: {
        const auto when = random.below(8) == 0 ? now - distance() : now + distance();
        wheel.arm(*timers[which], when);
        model.arm(which, when);
      }
    }
    ASSERT_LE(wheel.next_due(), model.next_due()) << "step " << step;
    ASSERT_EQ(wheel.next_due() == MonotonicTime::max(), model.next_due() == MonotonicTime::max()) << "step " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, TimerWheelModel, testing::Range<std::uint64_t>(0, 30));

}  // namespace
}  // namespace tidings::net
