#include "redis/resolver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <optional>

namespace tidings::redis {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

class RedisResolver : public ::testing::Test {
 public:
  Resolver::Found note() {
    return [this](Endpoints endpoints) {
      ++calls_;
      found_ = std::move(endpoints);
    };
  }
  bool turn_until_called() {
    for (int turns = 0; turns < 2000 && calls_ == 0; ++turns) reactor_.run_once(Milliseconds{1});
    return calls_ == 1;
  }
  static Endpoints one_endpoint(const HostPort&) { return look_up({"127.0.0.1", 1}); }

  SystemClock clock_;
  net::Reactor reactor_{clock_};
  int calls_ = 0;
  std::optional<Endpoints> found_;
};

TEST_F(RedisResolver, HasAnAddressAtOnce) {
  Resolver resolver(reactor_);
  resolver.resolve({"127.0.0.1", 6379}, note());
  ASSERT_EQ(calls_, 1);
  ASSERT_EQ((*found_)->size(), 1U);
  EXPECT_EQ((*found_)->front().text, "127.0.0.1:6379");
  EXPECT_EQ((*found_)->front().storage.ss_family, AF_INET);
  resolver.resolve({"::1", 1}, note());
  EXPECT_EQ((*found_)->front().text, "[::1]:1");
  EXPECT_EQ((*found_)->front().storage.ss_family, AF_INET6);
}

TEST_F(RedisResolver, LooksANameUp) {
  Resolver resolver(reactor_);
  resolver.resolve({"localhost", 6379}, note());
  EXPECT_EQ(calls_, 0);
  ASSERT_TRUE(turn_until_called());
  ASSERT_TRUE(*found_);
  EXPECT_THAT((*found_)->front().text, AnyOf("127.0.0.1:6379", "[::1]:6379"));
}

TEST_F(RedisResolver, SaysWhichNameIsNotKnown) {
  // RFC 2606: never a host.
  const Endpoints endpoints = look_up({"redis.invalid", 6379});
  ASSERT_FALSE(endpoints);
  EXPECT_EQ(endpoints.error().code, ErrorCode::store_unavailable);
  EXPECT_THAT(endpoints.error().detail, HasSubstr("redis.invalid: "));
}

TEST_F(RedisResolver, LooksUpOneNameAtATime) {
  std::promise<void> release;
  Resolver resolver(reactor_, [slow = release.get_future().share()](const HostPort& where) {
    slow.wait();
    return one_endpoint(where);
  });
  resolver.resolve({"slow", 1}, note());
  resolver.cancel();
  resolver.resolve({"next", 1}, note());
  ASSERT_EQ(calls_, 1);
  EXPECT_EQ(found_->error().detail, "next: the last look-up of a name has not ended yet");
  release.set_value();
  // Once that has ended, it looks up again; what it was cancelled for is never told.
  const auto again = [&] {
    resolver.resolve({"next", 1}, note());
    return calls_ == 1;
  };
  do {
    calls_ = 0;
    reactor_.run_once(Milliseconds{1});
  } while (again());
  ASSERT_TRUE(turn_until_called());
  EXPECT_EQ((*found_)->front().text, "127.0.0.1:1");
}

TEST_F(RedisResolver, DoesNotTellOfAnAnswerThatComesJustAfterItWasCancelled) {
  bool cancelled = false;
  Resolver resolver(reactor_, [&](const HostPort& where) {
    // What a thread posts runs in its order: this before the answer.
    reactor_.post([&] {
      resolver.cancel();
      cancelled = true;
    });
    return one_endpoint(where);
  });
  resolver.resolve({"name", 1}, note());
  for (int turns = 0; turns < 2000 && !cancelled; ++turns) reactor_.run_once(Milliseconds{1});
  for (int turns = 0; turns < 5; ++turns) reactor_.run_once(Milliseconds{1});
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(calls_, 0);
}

TEST_F(RedisResolver, MayBeGoneBeforeTheAnswerComes) {
  auto release = std::make_shared<std::promise<void>>();
  auto ended = std::make_shared<std::promise<void>>();
  {
    Resolver resolver(reactor_, [release, ended](const HostPort& where) {
      release->get_future().wait();
      ended->set_value();
      return one_endpoint(where);
    });
    resolver.resolve({"slow", 1}, note());
  }
  release->set_value();
  ended->get_future().wait();
  reactor_.run_once(Milliseconds{0});
  EXPECT_EQ(calls_, 0);
}

}  // namespace
}  // namespace tidings::redis
