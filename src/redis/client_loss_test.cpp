// How a client loses its server, tells those who wait, and comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis/client.hpp"
#include "redis/testing/client_fixture.hpp"

namespace tidings::redis::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RedisClientLoss : public ClientTest {
 public:
  // A client with two commands pending, the first of which has half of its reply.
  void half_way() {
    connect();
    server().answer = [](const Words&) { return std::nullopt; };
    client().command({"INCR", "a"}, note());
    client().command({"INCR", "b"}, note());
    turn();
    server().send("$5\r\nhal");
    turn();
    EXPECT_THAT(results_, IsEmpty());
  }
  // Both were answered with a loss, for `reason`, and the next connection works.
  void expect_lost(const std::string& reason) {
    ASSERT_TRUE(turn_until([&] { return results_.size() == 2; })) << log_;
    for (const CommandResult& result : results_) {
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().code, ErrorCode::store_unavailable);
      EXPECT_EQ(detail(result), "Redis: connection lost: " + reason + "; the command may have been executed");
      EXPECT_TRUE(result.error().perhaps_executed);
    }
    EXPECT_THAT(listener_.reasons, ElementsAre(reason));
    EXPECT_EQ(logged("warning redis_lost connection=test"), 1U);
    EXPECT_THAT(metrics_.scrape(), HasSubstr("tidings_redis_losses_total{connection=\"test\"} 1"));
    EXPECT_THAT(metrics_.scrape(), HasSubstr("tidings_redis_unanswered_commands_total{connection=\"test\"} 2"));
    server().answer = [](const Words& words) { return bulk(words.back()); };
    ASSERT_TRUE(pass_until([&] { return client().connected(); }));
    EXPECT_EQ(ask({"ECHO", "again"})->text(), "again");
    // Nothing was sent a second time.
    EXPECT_THAT(server().verbs(), ElementsAre("INCR", "INCR", "ECHO"));
  }
};

TEST_F(RedisClientLoss, WhereTheServerCloses) {
  half_way();
  server().drop();
  expect_lost("closed by the server");
}

TEST_F(RedisClientLoss, WhereTheConnectionIsReset) {
  half_way();
  server().reset();
  expect_lost("the connection was reset or timed out");
}

TEST_F(RedisClientLoss, NoticedByWriting) {
  half_way();
  server().reset();
  client().command({"INCR", "c"}, note());
  ASSERT_TRUE(turn_until([&] { return results_.size() == 3; }));
  EXPECT_TRUE(results_.back().error().perhaps_executed);
}

TEST_F(RedisClientLoss, WhereAReplyIsGarbage) {
  half_way();
  server().send("lo\r\nHTTP/1.1 400 Bad Request\r\n");
  ASSERT_TRUE(turn_until([&] { return results_.size() == 2; }));
  EXPECT_EQ(results_[0]->text(), "hallo");
  ASSERT_FALSE(results_[1]);
  EXPECT_THAT(detail(results_[1]), HasSubstr("connection lost: not the Redis protocol"));
  EXPECT_TRUE(results_[1].error().perhaps_executed);
}

TEST_F(RedisClientLoss, WhereAReplyIsTooLarge) {
  settings_.reply_limits.bytes = 1000;
  connect();
  server().answer = [](const Words&) { return bulk(std::string(2000, 'x')); };
  EXPECT_THAT(detail(ask({"GET", "a"})), HasSubstr("a reply of more than 1000 bytes"));
}

TEST_F(RedisClientLoss, WhereAReplyHasTooManyElements) {
  settings_.reply_limits.elements = 10;
  server().answer = [](const Words&) { return "*11\r\n"; };
  connect();
  EXPECT_THAT(detail(ask({"GET", "a"})), HasSubstr("a reply of more than 10 elements"));
}

TEST_F(RedisClientLoss, WhereTheServerRepliesUnasked) {
  connect();
  server().send("+OK\r\n");
  ASSERT_TRUE(turn_until([&] { return !listener_.reasons.empty(); }));
  EXPECT_THAT(listener_.reasons, ElementsAre("a reply that nothing was asked for"));
}

TEST_F(RedisClientLoss, WhereAReplyDoesNotComeInTime) {
  connect();
  server().answer = [](const Words&) { return std::nullopt; };
  client().command({"GET", "a"}, note());
  pass(Milliseconds{10});
  client().command({"GET", "b"}, note());
  pass(settings_.command_timeout - Milliseconds{20});
  EXPECT_THAT(results_, IsEmpty());
  pass(Milliseconds{10});
  ASSERT_EQ(results_.size(), 2U);
  EXPECT_EQ(detail(results_[0]), "Redis: no reply within 5000 ms; the command may have been executed");
  EXPECT_THAT(detail(results_[1]), HasSubstr("connection lost: no reply within 5000 ms"));
  EXPECT_THAT(listener_.reasons, ElementsAre("no reply within 5000 ms"));
}

TEST_F(RedisClientLoss, AtTheTimeOutOfTheCommandThatHasTheShortest) {
  connect();
  server().answer = [](const Words&) { return std::nullopt; };
  client().command({"XREAD"}, note(), Seconds{60});
  pass(Seconds{30});
  EXPECT_THAT(results_, IsEmpty());
  client().command({"GET", "b"}, note(), Milliseconds{100});
  pass(Milliseconds{100});
  ASSERT_EQ(results_.size(), 2U);
  EXPECT_THAT(detail(results_[0]), HasSubstr("connection lost"));
  EXPECT_THAT(detail(results_[1]), HasSubstr("no reply within 100 ms"));
}

TEST_F(RedisClientLoss, NotByTheTimeOutOfACommandThatWasAnswered) {
  connect();
  EXPECT_TRUE(ask({"ECHO", "a"}));
  pass(settings_.command_timeout - Milliseconds{100});
  server().answer = [](const Words&) { return std::nullopt; };
  client().command({"XREAD"}, note(), Seconds{60});
  pass(Seconds{59});
  EXPECT_TRUE(client().connected());
  pass(Seconds{1});
  EXPECT_FALSE(client().connected());
}

TEST_F(RedisClientLoss, WhereAPingIsNotAnswered) {
  connect();
  server().ping.reset();
  pass(settings_.ping_interval);
  EXPECT_TRUE(client().connected());
  pass(settings_.link_timeout);
  EXPECT_THAT(listener_.reasons, ElementsAre("no reply within 3000 ms"));
}

TEST_F(RedisClientLoss, OfAServerThatHasBecomeAReplica) {
  connect();
  server().answer = [](const Words&) { return "-READONLY You can't write against a read only replica.\r\n"; };
  EXPECT_EQ(ask({"SET", "a", "1"})->error_word(), "READONLY");
  ASSERT_TRUE(turn_until([&] { return !client().connected(); }));
  EXPECT_THAT(listener_.reasons, ElementsAre("the server has become a replica"));
  ASSERT_TRUE(pass_until([&] { return client().connected(); }));
  EXPECT_EQ(server().accepted(), 2);
}

TEST_F(RedisClientLoss, IsToldBeforeTheAnswersOfWhatWasPending) {
  half_way();
  std::size_t answered = 9;
  bool refused = false;
  listener_.when_disconnected = [&] {
    answered = results_.size();
    client().command({"GET", "a"}, [&](const CommandResult& result) { refused = !result.error().perhaps_executed; });
  };
  server().drop();
  ASSERT_TRUE(turn_until([&] { return results_.size() == 2; }));
  EXPECT_EQ(answered, 0U);
  EXPECT_TRUE(refused);
}

TEST_F(RedisClientLoss, MayBeAnsweredByStopping) {
  half_way();
  listener_.when_disconnected = [&] { client().stop(); };
  server().drop();
  ASSERT_TRUE(turn_until([&] { return results_.size() == 2; }));
  pass(Seconds{60});
  EXPECT_EQ(server().accepted(), 1);
}

TEST_F(RedisClientLoss, ComesBackSoonAfterALongConnection) {
  connect();
  pass(settings_.most_backoff);
  server().drop();
  ASSERT_TRUE(turn_until([&] { return !client().connected(); }));
  pass(settings_.first_backoff);
  EXPECT_TRUE(client().connected());
}

TEST_F(RedisClientLoss, ComesBackLaterAndLaterWhereConnectionsDoNotLast) {
  connect();
  for (int times = 0; times < 10; ++times) {
    server().drop();
    ASSERT_TRUE(turn_until([&] { return !client().connected(); }));
    ASSERT_TRUE(pass_until([&] { return client().connected(); }));
  }
  server().drop();
  ASSERT_TRUE(turn_until([&] { return !client().connected(); }));
  pass(settings_.most_backoff / 2 - Milliseconds{10});
  EXPECT_FALSE(client().connected());
  pass(settings_.most_backoff / 2 + Milliseconds{20});
  EXPECT_TRUE(client().connected());
}

}  // namespace
}  // namespace tidings::redis::testing
