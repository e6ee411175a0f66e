// How far the log may run ahead of a shard.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

#include "events/shard.hpp"
#include "events/testing/hub_fixture.hpp"

namespace tidings::events {
namespace {

using testing::Client;

FramePtr frame_of(store::RecordPtr record) {
  return std::make_shared<const CommittedFrame>(std::move(record), "e-1", SipKey{});
}

FramePtr frame_of(std::size_t bytes) {
  return frame_of(std::make_shared<const store::Record>(
      store::Record{1, WallTime{}, {"app", std::string(bytes, 'x'), true, {}, {}}}));
}

TEST(ShardQueue, TakesOneFrameHoweverLargeItIs) {
  ShardQueue queue;
  ASSERT_TRUE(queue.push(frame_of(2 * ShardQueue::most_bytes)));
  ShardNews news;
  ASSERT_TRUE(queue.pop(news));
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.push(frame_of(2 * ShardQueue::most_bytes)));
}

TEST(ShardQueue, MakesTheLogWaitForBytesUntilItIsClosed) {
  ShardQueue queue;
  const FramePtr frame = frame_of(ShardQueue::most_bytes / 8);
  std::atomic<std::size_t> told{0};
  std::thread log([&] {
    while (queue.push(frame)) ++told;
  });
  while (told == 0) std::this_thread::yield();
  queue.close();
  log.join();
  std::size_t held = 0;
  const auto news = std::make_unique<ShardNews>();
  while (queue.pop(*news)) held += frame->bytes();
  EXPECT_LE(held, ShardQueue::most_bytes);
}

// To so many users, of whom at most ann is there, that a slice does not dispatch one.
class LargeFrames : public testing::Hub {
 protected:
  // On one thread.
  store::RecordPtr make(store::Position position, const std::string& last_user) {
    most = std::max(most, ++held);
    store::Event large = event(std::string(256 * 1024, 'x'));
    for (std::size_t i = 0; i < Shard::visits_a_slice; ++i) large.recipients.users.push_back("u" + std::to_string(i));
    large.recipients.users.push_back(last_user);
    return {new store::Record{position, WallTime{}, std::move(large)}, [this](const store::Record* record) {
              --held;
              delete record;
            }};
  }

  std::atomic<std::size_t> held{0};
  std::size_t most = 0;
};

TEST_F(LargeFrames, AreHeldWithinABoundHoweverFastTheyCome) {
  constexpr std::size_t all = 100;
  const std::size_t bytes = frame_of(make(1, "bob"))->bytes();
  const Client client = open(options());
  std::atomic<std::size_t> told{0};
  std::thread log_thread([&] {
    for (std::size_t i = 1; i <= all; ++i) {
      const store::RecordPtr record = make(i, i % 10 == 0 ? "ann" : "bob");
      streams->on_committed({&record, 1});
      told = i;
    }
  });
  while (told < all) {
    // Several come while one is dispatched, unless the log waits.
    const std::size_t before = told;
    for (int i = 0; i < 4 && told < std::min(before + 4, all); ++i) std::this_thread::sleep_for(3 * ShardQueue::pause);
    turn(1);
  }
  log_thread.join();
  turn(3 * all);
  EXPECT_EQ(client.data().size(), all / 10);
  EXPECT_EQ(client.last_id(), cursor(all));
  // One more in each, one on its way between them, and one in the log's hands.
  EXPECT_LE(most, (FrameRing::most_bytes + ShardQueue::most_bytes) / bytes + 4);
}

}  // namespace
}  // namespace tidings::events
