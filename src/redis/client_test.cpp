#include "redis/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis/testing/client_fixture.hpp"

namespace tidings::redis::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using RedisClient = ClientTest;

TEST_F(RedisClient, IntroducesItselfBeforeItIsConnected) {
  settings_.address = *Address::parse("redis://hub:hunter2@" + server().where().text() + "/3");
  connect();
  EXPECT_THAT(server().greetings, ElementsAre(Words{"HELLO", "2", "AUTH", "hub", "hunter2", "SETNAME", "tidings-test"},
                                              Words{"SELECT", "3"}, Words{"PING"}));
  EXPECT_EQ(listener_.connected, 1);
  EXPECT_EQ(client().server(), server().where().text());
  EXPECT_THAT(log_,
              HasSubstr("info redis_connected connection=test server=" + server().where().text() + " version=7.0.15"));
  EXPECT_THAT(metrics_.scrape(), HasSubstr("tidings_redis_connected{connection=\"test\"} 1"));
  EXPECT_THAT(log_ + metrics_.scrape(), Not(HasSubstr("hunter2")));
}

TEST_F(RedisClient, IsTheDefaultUserWhereOnlyAPasswordIsGiven) {
  settings_.address = *Address::parse("redis://:secret@" + server().where().text());
  connect();
  EXPECT_THAT(server().greetings,
              ElementsAre(Words{"HELLO", "2", "AUTH", "default", "secret", "SETNAME", "tidings-test"}, Words{"PING"}));
}

TEST_F(RedisClient, ConnectsOnceHoweverOftenItIsStarted) {
  connect().start();
  turn();
  EXPECT_EQ(server().accepted(), 1);
}

TEST_F(RedisClient, GivesAnErrorThatTheServerRepliedAsAReply) {
  connect();
  server().answer = [](const Words&) { return "-WRONGTYPE no list\r\n"; };
  EXPECT_EQ(ask({"LPUSH", "a", "b"})->error_word(), "WRONGTYPE");
  EXPECT_TRUE(client().connected());
}

TEST_F(RedisClient, AnswersManyPipelinedCommandsInTheirOrder) {
  connect();
  for (int number = 0; number < 10'000; ++number) client().command({"ECHO", std::to_string(number)}, note());
  EXPECT_EQ(client().pending(), 10'000U);
  ASSERT_TRUE(turn_until([&] { return results_.size() == 10'000; }));
  for (int number = 0; number < 10'000; ++number) {
    ASSERT_EQ(results_[static_cast<std::size_t>(number)]->text(), std::to_string(number));
  }
  EXPECT_EQ(client().pending(), 0U);
}

TEST_F(RedisClient, ReadsRepliesThatComeByteByByte) {
  connect();
  server().answer = [](const Words&) { return std::nullopt; };
  client().command({"GET", "a"}, note());
  client().command({"XRANGE", "b"}, note());
  turn();
  for (const char byte : bulk("value") + "*2\r\n" + bulk("1-1") + bulks({"f", "v"})) {
    server().send({&byte, 1});
    turn(2);
  }
  ASSERT_EQ(results_.size(), 2U);
  EXPECT_EQ(results_[0]->text(), "value");
  EXPECT_EQ((*results_[1])[1][1].text(), "v");
}

TEST_F(RedisClient, SendsWhatTheSocketDoesNotTakeAtOnce) {
  connect();
  server().reads = false;
  const std::string large(8 * 1024 * 1024, 'x');
  client().command({"ECHO", large}, note());
  client().command({"ECHO", "small"}, note());
  turn();
  server().reads = true;
  server().answer = [](const Words& words) { return bulk(std::to_string(words.back().size())); };
  ASSERT_TRUE(turn_until([&] { return results_.size() == 2; }));
  EXPECT_EQ(results_[0]->text(), std::to_string(large.size()));
  EXPECT_EQ(results_[1]->text(), "5");
}

TEST_F(RedisClient, TakesCommandsFromWithinAnAnswer) {
  connect();
  client().command({"ECHO", "first"}, [&](const CommandResult&) { client().command({"ECHO", "second"}, note()); });
  ASSERT_TRUE(turn_until([&] { return results_.size() == 1; }));
  EXPECT_EQ(results_[0]->text(), "second");
}

TEST_F(RedisClient, RefusesCommandsAtOnceWhileItIsNotConnected) {
  client().command({"GET", "a"}, note());
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_[0].error().code, ErrorCode::store_unavailable);
  EXPECT_EQ(detail(results_[0]), "Redis: not connected; nothing was executed");
  EXPECT_FALSE(results_[0].error().perhaps_executed);
  EXPECT_EQ(client().server(), "");
  EXPECT_THAT(metrics_.scrape(), HasSubstr("tidings_redis_unanswered_commands_total{connection=\"test\"} 1"));
}

TEST_F(RedisClient, RefusesCommandsBeyondTheMostThatMayBePending) {
  settings_.most_pending = 2;
  connect();
  for (int times = 0; times < 3; ++times) client().command({"ECHO", "a"}, note());
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_[0].error().code, ErrorCode::overloaded);
  EXPECT_THAT(detail(results_[0]), HasSubstr("2 commands wait for replies"));
  EXPECT_FALSE(results_[0].error().perhaps_executed);
  ASSERT_TRUE(turn_until([&] { return results_.size() == 3; }));
  EXPECT_TRUE(ask({"ECHO", "a"}));
}

TEST_F(RedisClient, RefusesCommandsBeyondTheMostBytesThatMayWait) {
  settings_.most_pending_bytes = 1000;
  connect();
  client().command({"ECHO", std::string(900, 'x')}, note());
  client().command({"ECHO", std::string(100, 'x')}, note());
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_[0].error().code, ErrorCode::overloaded);
  EXPECT_THAT(detail(results_[0]), HasSubstr("bytes would wait to be sent"));
  ASSERT_TRUE(turn_until([&] { return results_.size() == 2; }));
  EXPECT_TRUE(ask({"ECHO", std::string(900, 'x')}));
}

TEST_F(RedisClient, PingsAServerWhileNothingIsPending) {
  connect();
  server().greetings.clear();
  pass(settings_.ping_interval);
  EXPECT_THAT(server().greetings, ElementsAre(Words{"PING"}));
  // One that blocks would hold the ping up.
  server().answer = [](const Words&) { return std::nullopt; };
  client().command({"XREAD"}, note());
  pass(settings_.ping_interval);
  EXPECT_EQ(server().greetings.size(), 1U);
  server().send("*-1\r\n");
  turn();
  EXPECT_TRUE(results_.at(0)->is_nil());
  pass(settings_.ping_interval);
  EXPECT_EQ(server().greetings.size(), 2U);
}

TEST_F(RedisClient, AnswersWhatIsPendingWhenItStops) {
  connect();
  server().answer = [](const Words&) { return std::nullopt; };
  client().command({"INCR", "a"}, note());
  turn();
  client().stop();
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(detail(results_[0]), "Redis: connection lost: stopped; the command may have been executed");
  EXPECT_TRUE(results_[0].error().perhaps_executed);
  EXPECT_THAT(listener_.reasons, ElementsAre("stopped"));
  EXPECT_THAT(log_, Not(HasSubstr("redis_lost")));
  EXPECT_THAT(metrics_.scrape(), HasSubstr("tidings_redis_connected{connection=\"test\"} 0"));
  pass(Seconds{60});
  EXPECT_EQ(server().accepted(), 1);
  EXPECT_EQ(server().open(), 0U);
}

TEST_F(RedisClient, AnswersWhatIsPendingWhenItIsDestroyed) {
  connect().command({"INCR", "a"}, note());
  client_.reset();
  EXPECT_EQ(results_.size(), 1U);
}

TEST_F(RedisClient, StopsWhileItConnects) {
  server().hello.reset();
  client().start();
  turn();
  client().stop();
  pass(Seconds{60});
  EXPECT_EQ(listener_.connected, 0);
  EXPECT_THAT(listener_.reasons, IsEmpty());
  EXPECT_EQ(server().accepted(), 1);
}

TEST_F(RedisClient, StopsFromWithinAnAnswer) {
  connect();
  client().command({"ECHO", "a"}, [&](const CommandResult&) { client().stop(); });
  client().command({"ECHO", "b"}, note());
  ASSERT_TRUE(turn_until([&] { return results_.size() == 1; }));
  EXPECT_TRUE(results_[0].error().perhaps_executed);
}

TEST_F(RedisClient, StartsAgainAfterItWasStopped) {
  connect().stop();
  EXPECT_FALSE(client().connected());
  connect();
  EXPECT_EQ(listener_.connected, 2);
  EXPECT_EQ(ask({"ECHO", "a"})->text(), "a");
}

}  // namespace
}  // namespace tidings::redis::testing
