#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "store/session_store.hpp"

namespace tidings::store {
namespace {

constexpr Milliseconds ttl{30'000};

SessionKey key_of(unsigned number) {
  SessionKey key{};
  for (std::size_t i = 0; i < 4; ++i) key[i] = static_cast<std::byte>(number >> (8 * i));
  return key;
}

struct Sessions : ::testing::Test {
  Result<void> put(unsigned key, std::string_view user = "u1", Milliseconds life = ttl) {
    Result<void> result;
    store->put(key_of(key), user, "value " + std::to_string(key), life, [&](Result<void> done) { result = done; });
    return result;
  }
  std::optional<std::string> take(unsigned key) {
    std::optional<std::string> value;
    store->take(key_of(key), [&](auto found) { value = *found; });
    return value;
  }
  std::optional<std::string> peek(unsigned key) {
    std::optional<std::string> value;
    store->peek(key_of(key), [&](auto found) { value = *found; });
    return value;
  }

  ManualClock clock;
  std::unique_ptr<SessionStore> store = make_memory_session_store(clock, {.per_user = 3, .total = 5});
};

TEST_F(Sessions, AreTakenOnce) {
  ASSERT_TRUE(put(1));
  EXPECT_EQ(take(1), "value 1");
  EXPECT_FALSE(take(1));
}

TEST_F(Sessions, ThatWereNeverPutAreNotFound) {
  EXPECT_FALSE(take(1));
  EXPECT_FALSE(peek(1));
}

TEST_F(Sessions, AreStillThereAfterALook) {
  ASSERT_TRUE(put(1));
  EXPECT_EQ(peek(1), "value 1");
  EXPECT_EQ(take(1), "value 1");
  EXPECT_FALSE(peek(1));
}

TEST_F(Sessions, EndWithTheirTime) {
  ASSERT_TRUE(put(1));
  ASSERT_TRUE(put(2));
  clock.advance(ttl - Milliseconds{1});
  EXPECT_TRUE(take(1));
  clock.advance(Milliseconds{1});
  EXPECT_FALSE(peek(2));
  EXPECT_FALSE(take(2));
}

TEST_F(Sessions, DoNotEndBecauseTheCalendarJumps) {
  ASSERT_TRUE(put(1));
  clock.set_wall(clock.wall() + std::chrono::hours{24});
  EXPECT_TRUE(take(1));
}

TEST_F(Sessions, AreLimitedForEachUser) {
  for (unsigned i = 0; i < 3; ++i) ASSERT_TRUE(put(i));
  clock.advance(Milliseconds{10'500});
  const auto refused = put(3);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::session_limit);
  EXPECT_EQ(refused.error().retry_after, Seconds{20});
  EXPECT_TRUE(put(4, "u2"));
  EXPECT_EQ(store->size(), 4u);
}

TEST_F(Sessions, AreLimitedInAll) {
  for (unsigned i = 0; i < 5; ++i) ASSERT_TRUE(put(i, "u" + std::to_string(i)));
  const auto refused = put(5, "u5");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::session_limit);
  EXPECT_EQ(refused.error().retry_after, Seconds{30});
  EXPECT_EQ(store->size(), 5u);
}

TEST_F(Sessions, MakeRoomWhenTheyAreTaken) {
  for (unsigned i = 0; i < 3; ++i) ASSERT_TRUE(put(i));
  ASSERT_TRUE(take(1));
  EXPECT_TRUE(put(4));
}

TEST_F(Sessions, MakeRoomWhenTheyAreOver) {
  for (unsigned i = 0; i < 3; ++i) ASSERT_TRUE(put(i, "u1"));
  for (unsigned i = 3; i < 5; ++i) ASSERT_TRUE(put(i, "u2"));
  clock.advance(ttl);
  EXPECT_TRUE(put(6, "u1"));
  EXPECT_TRUE(put(7, "u3"));
}

TEST_F(Sessions, OfAUserThatAreOverMakeRoomForThatUsersNext) {
  store->set_limits({.per_user = 3, .total = 1'000});
  for (const unsigned key : {13U, 29U, 45U}) ASSERT_TRUE(put(key));  // side by side, where no sweep comes by
  clock.advance(ttl);
  EXPECT_TRUE(put(61));
  EXPECT_EQ(store->size(), 1u);
}

TEST_F(Sessions, ThatAreOverTakeNoMemoryForLong) {
  store->set_limits({.per_user = 1'000, .total = 1'000});
  for (unsigned i = 0; i < 500; ++i) ASSERT_TRUE(put(i, "u" + std::to_string(i)));
  clock.advance(ttl);
  for (unsigned i = 500; i < 516; ++i) ASSERT_TRUE(put(i, "u"));
  EXPECT_EQ(store->size(), 16u);
}

TEST_F(Sessions, ObeyNewLimits) {
  store->set_limits({.per_user = 1, .total = 1});
  ASSERT_TRUE(put(1));
  EXPECT_FALSE(put(2, "u2"));
  store->set_limits({.per_user = 0, .total = 5});
  const auto refused = put(2, "u2");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry_after, Seconds{1});
  store->set_limits({.per_user = 1, .total = 0});
  EXPECT_FALSE(put(2, "u2"));
}

TEST_F(Sessions, WithNoPlaceAtAllAreRefusedAlsoWhereNoneWaits) {
  store->set_limits({.per_user = 1, .total = 0});
  EXPECT_EQ(put(1).error().retry_after, Seconds{1});
}

TEST_F(Sessions, NeverShareAKey) {
  ASSERT_TRUE(put(1));
  const auto second = put(1, "u2");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::internal);
  EXPECT_EQ(store->size(), 1u);
  EXPECT_EQ(take(1), "value 1");
}

TEST_F(Sessions, AreTakenByExactlyOneOfFortyThatRace) {
  store->set_limits({.per_user = 100, .total = 100});
  for (unsigned round = 0; round < 20; ++round) {
    ASSERT_TRUE(put(round));
    std::latch ready(40);
    std::atomic<int> winners{0};
    std::vector<std::thread> racers;
    for (int i = 0; i < 40; ++i) {
      racers.emplace_back([&] {
        ready.arrive_and_wait();
        if (take(round)) ++winners;
      });
    }
    for (std::thread& racer : racers) racer.join();
    EXPECT_EQ(winners, 1);
  }
  EXPECT_EQ(store->size(), 0u);
}

TEST_F(Sessions, KeepTheirCountsWhilePutTakenAndSweptAtOnce) {
  store->set_limits({.per_user = 50, .total = 1'000});
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, thread] {
      for (unsigned i = 0; i < 500; ++i) {
        const unsigned key = thread * 1'000 + i;
        const bool kept = put(key, i % 2 == 0 ? "u1" : "u2").has_value();
        if (i % 7 == 0) clock.advance(Milliseconds{100});
        if (kept && i % 3 != 0) take(key);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  clock.advance(ttl);
  for (unsigned i = 10'000; i < 10'016; ++i) ASSERT_TRUE(put(i, "u3"));
  EXPECT_EQ(store->size(), 16u);
}

}  // namespace
}  // namespace tidings::store
