#include "hub/shards.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <set>

namespace tidings::hub {
namespace {

TEST(Shards, RunATaskOnEachThreadAndWaitForAll) {
  const SystemClock clock;
  Shards shards(3, clock);
  EXPECT_EQ(shards.size(), 3);
  EXPECT_EQ(shards.reactors().size(), 3);
  shards.start();
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::set<net::Reactor*> reactors;
  shards.on_each([&](std::size_t index, net::Reactor& reactor) {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(shards.reactors()[index], &reactor);
    threads.insert(std::this_thread::get_id());
    reactors.insert(&reactor);
  });
  EXPECT_EQ(threads.size(), 3);
  EXPECT_EQ(reactors.size(), 3);
  EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
}

TEST(Shards, StandStillWhileSomethingTheyReadIsChanged) {
  const SystemClock clock;
  Shards shards(4, clock);
  shards.start();
  int shared = 0;  // guarded by nothing but the pause
  for (int round = 1; round <= 50; ++round) {
    for (net::Reactor* reactor : shards.reactors()) {
      reactor->post([&] { EXPECT_GE(shared, 0); });
    }
    shards.while_paused([&] { shared = round; });
  }
  shards.stop();
  EXPECT_EQ(shared, 50);
}

TEST(Shards, StopOnceHoweverOftenTheyAreTold) {
  const SystemClock clock;
  Shards shards(2, clock);
  shards.stop();
  shards.start();
  shards.stop();
  shards.stop();
}

}  // namespace
}  // namespace tidings::hub
