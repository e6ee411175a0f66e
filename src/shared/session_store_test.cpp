#include "shared/session_store.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "shared/testing/nodes.hpp"

namespace tidings::shared {
namespace {

using testing::ask;
using testing::eventually;
using testing::ServerProcess;

using Taken = Result<std::optional<std::string>>;

store::SessionKey key(unsigned char number) {
  store::SessionKey made{};
  made[0] = std::byte{number};
  return made;
}

// One hub's sessions.
struct SessionNode {
  explicit SessionNode(const redis::HostPort& redis, std::size_t replicas = 0, store::SessionLimits limits = {}) {
    thread.start();
    SessionSettings settings;
    settings.address = *redis::Address::parse("redis://" + redis.text());
    settings.replicas = replicas;
    settings.limits = limits;
    store = make_session_store(std::move(settings), thread, clock, random, metrics);
    EXPECT_TRUE(eventually([&] { return peek(key(255)).has_value(); }));
  }
  Result<void> put(unsigned char number, const std::string& user, std::string value, Milliseconds ttl = Seconds{30}) {
    return store::testing::answer<Result<void>>(
        [&](auto done) { store->put(key(number), user, std::move(value), ttl, done); });
  }
  Taken take(unsigned char number) {
    return store::testing::answer<Taken>([&](auto done) { store->take(key(number), done); });
  }
  Taken peek(const store::SessionKey& of) {
    return store::testing::answer<Taken>([&](auto done) { store->peek(of, done); });
  }

  SystemClock clock;
  SystemRandom random;
  observe::Metrics metrics;
  ReactorThread thread{clock};
  std::unique_ptr<store::SessionStore> store;
};

struct SharedSessions : ::testing::Test {
  SharedSessions() { observe::configure_log(observe::Level::warning, observe::Format::text); }
  ServerProcess redis = ServerProcess::server();
  SessionNode a{redis.where()};
};

TEST_F(SharedSessions, AreTakenAtAnyHubAndOnce) {
  SessionNode b{redis.where()};
  ASSERT_TRUE(a.put(1, "ann", "value: with\r\nanything"));
  EXPECT_EQ(a.store->size(), 1u);
  EXPECT_EQ(b.peek(key(1)).value(), "value: with\r\nanything");
  EXPECT_EQ(b.take(1).value(), "value: with\r\nanything");
  EXPECT_EQ(a.take(1).value(), std::nullopt);
  EXPECT_EQ(a.peek(key(1)).value(), std::nullopt);
}

TEST_F(SharedSessions, HaveOneWinnerHoweverManyRace) {
  SessionNode b{redis.where()};
  ASSERT_TRUE(a.put(1, "ann", "v"));
  std::atomic<int> winners{0};
  std::atomic<int> answered{0};
  for (int i = 0; i < 64; ++i) {
    (i % 2 == 0 ? a : b).store->take(key(1), [&](const Taken& taken) {
      if (taken && *taken) ++winners;
      ++answered;
    });
  }
  ASSERT_TRUE(eventually([&] { return answered == 64; }));
  EXPECT_EQ(winners, 1);
}

TEST_F(SharedSessions, EndWithTheirTime) {
  ASSERT_TRUE(a.put(1, "ann", "v", Milliseconds{1}));
  EXPECT_TRUE(eventually([&] { return a.peek(key(1)).value() == std::nullopt; }));
  EXPECT_EQ(a.take(1).value(), std::nullopt);
}

TEST_F(SharedSessions, AreLimitedForAUserAndInAll) {
  SessionNode b{redis.where(), 0, {.per_user = 2, .total = 3}};
  ASSERT_TRUE(b.put(1, "ann", "v", Seconds{10}));
  ASSERT_TRUE(b.put(2, "ann", "v"));
  const auto third = b.put(3, "ann", "v");
  EXPECT_EQ(third.error().code, ErrorCode::session_limit);
  EXPECT_GE(third.error().retry_after, Seconds{9});
  EXPECT_LE(third.error().retry_after, Seconds{10});
  ASSERT_TRUE(b.put(4, "bob", "v"));
  EXPECT_EQ(b.put(5, "cleo", "v").error().code, ErrorCode::session_limit);
  ASSERT_EQ(b.take(1).value(), "v");
  EXPECT_TRUE(b.put(6, "ann", "v"));
  b.store->set_limits({.per_user = 10, .total = 10});
  EXPECT_TRUE(b.put(7, "ann", "v"));
}

TEST_F(SharedSessions, AreVoidOnceRedisMayHaveForgottenAClaim) {
  ASSERT_TRUE(a.put(1, "ann", "v"));
  ask(redis.where(), {"SAVE"});
  ASSERT_EQ(a.take(1).value(), "v");
  redis.end();
  EXPECT_TRUE(eventually([&] { return !a.take(1).has_value(); }));
  EXPECT_EQ(a.put(2, "ann", "v").error().code, ErrorCode::store_unavailable);
  redis.start_again();
  ASSERT_EQ(ask(redis.where(), {"KEYS", "tidings:session:0*"}).elements().size(), 1u);
  ASSERT_TRUE(eventually([&] { return a.peek(key(1)).has_value(); }));
  EXPECT_EQ(a.peek(key(1)).value(), std::nullopt);
  EXPECT_EQ(a.take(1).value(), std::nullopt);
  ASSERT_TRUE(a.put(2, "ann", "w"));
  EXPECT_EQ(a.take(2).value(), "w");
}

TEST_F(SharedSessions, OpenNothingUntilEnoughReplicasKnowThatTheyAreTaken) {
  SessionNode careful{redis.where(), 1};
  ASSERT_TRUE(careful.put(1, "ann", "v"));
  EXPECT_EQ(careful.take(1).error().code, ErrorCode::not_replicated);
  EXPECT_EQ(careful.take(1).value(), std::nullopt);
  ServerProcess replica = ServerProcess::replica_of(redis.where());
  EXPECT_TRUE(eventually([&] {
    EXPECT_TRUE(careful.put(2, "ann", "v"));
    return careful.take(2).has_value();
  }));
}

TEST_F(SharedSessions, AreRefusedWhereRedisIsFull) {
  ask(redis.where(), {"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_EQ(a.put(1, "ann", "v").error().code, ErrorCode::store_unavailable);
}

}  // namespace
}  // namespace tidings::shared
