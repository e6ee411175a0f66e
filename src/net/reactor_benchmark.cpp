#include <benchmark/benchmark.h>

#include <atomic>
#include <thread>

#include "net/reactor.hpp"

namespace tidings::net {
namespace {

void turn_without_work(benchmark::State& state) {
  const SystemClock clock;
  Reactor reactor(clock);
  for (auto _ : state) reactor.run_once(Milliseconds{0});
}
BENCHMARK(turn_without_work);

// What the store's thread pays for handing something to a shard that is busy, and to one that sleeps.
void post_to_another_thread(benchmark::State& state) {
  const SystemClock clock;
  Reactor reactor(clock);
  std::thread thread([&] { reactor.run(); });
  std::atomic<std::int64_t> ran{0};
  std::int64_t posted = 0;
  const std::int64_t batch = state.range(0);
  for (auto _ : state) {
    for (std::int64_t i = 0; i < batch; ++i) reactor.post([&] { ran.fetch_add(1, std::memory_order_release); });
    posted += batch;
    while (ran.load(std::memory_order_acquire) < posted) std::this_thread::yield();
  }
  state.SetItemsProcessed(posted);
  reactor.stop();
  thread.join();
}
BENCHMARK(post_to_another_thread)->Arg(1)->Arg(1000)->UseRealTime();

}  // namespace
}  // namespace tidings::net
