// How a client finds its primary by way of Sentinels.
#include "redis/primary_finder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis/testing/client_fixture.hpp"

namespace tidings::redis::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RedisSentinels : public ClientTest {
 public:
  RedisSentinels() {
    std::string url = "redis+sentinel://hub:hunter2@";
    for (FakeServer** sentinel : {&first_, &second_}) {
      *sentinel = &another_server();
      (*sentinel)->hello = greeting("", "sentinel");
      says(**sentinel, server().where());
      if (sentinel != &first_) url += ',';
      url += (*sentinel)->where().text();
    }
    settings_.address = *Address::parse(url + "/primary/2?sentinel_user=watch&sentinel_password=hunter3");
  }
  // The primary, in the words of that Sentinel.
  static void says(FakeServer& sentinel, const HostPort& primary) {
    sentinel.answer = [primary](const Words&) { return bulks({primary.host, std::to_string(primary.port)}); };
  }
  void expect_unreachable(const std::string& event, const std::string& reason) {
    client().start();
    ASSERT_TRUE(pass_until([&] { return logged(event) != 0; })) << log_;
    EXPECT_EQ(listener_.connected, 0);
    EXPECT_THAT(log_, HasSubstr(reason));
    EXPECT_THAT(log_, Not(HasSubstr("hunter")));
  }

  FakeServer* first_ = nullptr;
  FakeServer* second_ = nullptr;
};

TEST_F(RedisSentinels, AreAskedWithTheirOwnCredentialsAndThePrimaryWithItsOwn) {
  connect();
  EXPECT_THAT(first_->greetings,
              ElementsAre(Words{"HELLO", "2", "AUTH", "watch", "hunter3", "SETNAME", "tidings-test"}, Words{"PING"}));
  EXPECT_THAT(first_->received, ElementsAre(Words{"SENTINEL", "GET-MASTER-ADDR-BY-NAME", "primary"}));
  EXPECT_THAT(second_->greetings, IsEmpty());
  EXPECT_THAT(server().greetings, ElementsAre(Words{"HELLO", "2", "AUTH", "hub", "hunter2", "SETNAME", "tidings-test"},
                                              Words{"SELECT", "2"}, Words{"PING"}));
  turn();
  EXPECT_EQ(first_->open(), 0U);
}

TEST_F(RedisSentinels, AreAskedAgainWhenThePrimaryIsLost) {
  connect();
  FakeServer& promoted = another_server();
  says(*first_, promoted.where());
  server().close();
  ASSERT_TRUE(pass_until([&] { return listener_.connected == 2; }));
  EXPECT_EQ(client().server(), promoted.where().text());
}

TEST_F(RedisSentinels, AreAskedAgainWhenThePrimaryHasBecomeAReplica) {
  connect();
  FakeServer& promoted = another_server();
  says(*first_, promoted.where());
  server().answer = [](const Words&) { return "-READONLY You can't write against a read only replica.\r\n"; };
  EXPECT_TRUE(ask({"SET", "a", "1"})->is_error("READONLY"));
  ASSERT_TRUE(pass_until([&] { return listener_.connected == 2; }));
  EXPECT_EQ(client().server(), promoted.where().text());
}

TEST_F(RedisSentinels, ThatAreBehindAreAskedUntilTheyKnow) {
  server().hello = greeting("replica");
  FakeServer& promoted = another_server();
  expect_unreachable("redis_unreachable", "a replica, not the primary");
  says(*first_, promoted.where());
  ASSERT_TRUE(pass_until([&] { return client().connected(); }));
  EXPECT_EQ(client().server(), promoted.where().text());
}

TEST_F(RedisSentinels, AreAskedInTurnAndTheOneThatAnsweredIsAskedFirst) {
  first_->close();
  connect();
  EXPECT_EQ(second_->accepted(), 1);
  first_->listen_again();
  server().drop();
  ASSERT_TRUE(pass_until([&] { return listener_.connected == 2; }));
  EXPECT_EQ(second_->accepted(), 2);
  EXPECT_EQ(first_->accepted(), 0);
  second_->close();
  server().drop();
  ASSERT_TRUE(pass_until([&] { return listener_.connected == 3; }));
  EXPECT_EQ(first_->accepted(), 1);
}

TEST_F(RedisSentinels, ThatDoNotAnswerAreLeftForTheNext) {
  first_->answer = [](const Words&) { return std::nullopt; };
  client().start();
  pass(settings_.connect_timeout - Milliseconds{10});
  EXPECT_EQ(second_->accepted(), 0);
  pass(Milliseconds{20});
  EXPECT_TRUE(client().connected());
}

TEST_F(RedisSentinels, ThatSayNonsenseAreLeftForTheNext) {
  for (const std::string nonsense : {"*0\r\n", "+OK\r\n", "*2\r\n$0\r\n\r\n$1\r\n1\r\n",
                                     "*2\r\n$1\r\na\r\n$2\r\n1x\r\n", "*2\r\n$1\r\na\r\n$1\r\n0\r\n", "-ERR x\r\n"}) {
    first_->answer = [&](const Words&) { return nonsense; };
    connect().stop();
    EXPECT_EQ(second_->open(), 0U);
    client_.reset();
  }
  EXPECT_EQ(first_->accepted(), 6);
  EXPECT_EQ(second_->accepted(), 6);
}

TEST_F(RedisSentinels, ThatCloseInsteadOfAnsweringAreLeftForTheNext) {
  first_->answer = [&](const Words&) {
    first_->drop();
    return std::nullopt;
  };
  connect();
  EXPECT_EQ(second_->accepted(), 1);
}

TEST_F(RedisSentinels, ThatKnowNoSuchMasterAreToldOf) {
  first_->answer = second_->answer = [](const Words&) { return "*-1\r\n"; };
  expect_unreachable("error redis_refused",
                     "the Sentinel at " + second_->where().text() + ": knows no master of the name primary");
}

TEST_F(RedisSentinels, ThatRefuseThePasswordAreToldOfRatherThanThoseThatAreAway) {
  first_->hello = "-WRONGPASS no\r\n";
  second_->close();
  expect_unreachable("error redis_refused",
                     "the Sentinel at " + first_->where().text() + ": the server answers WRONGPASS");
}

TEST_F(RedisSentinels, ThatAreServersAreToldOf) {
  first_->hello = second_->hello = greeting();
  expect_unreachable("error redis_refused", "is not a Sentinel");
}

TEST_F(RedisSentinels, ThatAreAllAwayAreToldOf) {
  first_->close();
  second_->close();
  expect_unreachable("warning redis_unreachable", ": Connection refused");
  second_->listen_again();
  EXPECT_TRUE(pass_until([&] { return client().connected(); }));
}

TEST_F(RedisSentinels, AreNamesWithAddressesToo) {
  const auto primary = server().where();
  const auto gone = first_->where();
  const auto here = second_->where();
  first_->close();
  says(*second_, {"primary.internal", 7});
  settings_.address = *Address::parse("redis+sentinel://sentinel.internal/primary");
  settings_.look_up = [=](const HostPort& name) -> Endpoints {
    if (name.host == "primary.internal") return look_up(primary);
    return std::vector{look_up(gone)->front(), look_up(here)->front()};
  };
  connect();
  EXPECT_EQ(client().server(), primary.text());
}

TEST_F(RedisSentinels, AreNotWaitedForOnceTheClientStops) {
  first_->answer = [](const Words&) { return std::nullopt; };
  client().start();
  turn();
  client().stop();
  pass(Seconds{60});
  EXPECT_EQ(first_->accepted(), 1);
  EXPECT_EQ(second_->accepted(), 0);
}

}  // namespace
}  // namespace tidings::redis::testing
