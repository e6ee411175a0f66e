#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "net/timer.hpp"
#include "platform/random.hpp"

namespace tidings::net {
namespace {

constexpr MonotonicTime start{Seconds{1000}};

class Silent final : public Timer {
 public:
  void on_timer() override {}
};

// What a stream does at each write: its timer moves on by its time-out.
void rearm(benchmark::State& state) {
  TimerWheel wheel(start);
  std::vector<Silent> timers(static_cast<std::size_t>(state.range(0)));
  SeededRandom random(1);
  for (auto& timer : timers) wheel.arm(timer, start + Milliseconds{static_cast<std::int64_t>(random.below(60'000))});
  std::size_t next = 0;
  for (auto _ : state) {
    wheel.arm(timers[next], start + Seconds{60});
    next = (next + 1) % timers.size();
  }
}
BENCHMARK(rearm)->Arg(1000)->Arg(1'000'000);

// A second of a shard whose timers, spread over 15 s, arm themselves again, as heartbeats do.
void advance_by_a_second(benchmark::State& state) {
  TimerWheel wheel(start);
  MonotonicTime now = start;
  class Heartbeat final : public Timer {
   public:
    Heartbeat(TimerWheel& wheel, const MonotonicTime& now) : wheel_(wheel), now_(now) {}
    void on_timer() override { wheel_.arm(*this, now_ + Seconds{15}); }

   private:
    TimerWheel& wheel_;
    const MonotonicTime& now_;
  };
  std::vector<std::unique_ptr<Heartbeat>> timers;
  SeededRandom random(1);
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    timers.push_back(std::make_unique<Heartbeat>(wheel, now));
    wheel.arm(*timers.back(), start + Milliseconds{static_cast<std::int64_t>(random.below(15'000))});
  }
  for (auto _ : state) {
    for (int turn = 0; turn < 100; ++turn) wheel.advance(now += Milliseconds{10});
  }
}
BENCHMARK(advance_by_a_second)->Arg(15'000)->Arg(150'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidings::net
