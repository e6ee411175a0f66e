// What a client meets before it is connected.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "redis/client.hpp"
#include "redis/testing/client_fixture.hpp"

namespace tidings::redis::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RedisClientConnecting : public ClientTest {
 public:
  // Starts, and is not connected for a minute, in which `reason` is told as `event` but once.
  void expect_not_connected(const std::string& event, const std::string& reason) {
    client().start();
    ASSERT_TRUE(pass_until([&] { return logged(event) != 0; })) << log_;
    for (int seconds = 0; seconds < 50; ++seconds) pass(Seconds{1});
    EXPECT_EQ(logged(event), 1U) << log_;
    EXPECT_EQ(logged(reason), 1U) << log_;
    EXPECT_EQ(listener_.connected, 0);
    EXPECT_THAT(listener_.reasons, IsEmpty());
    pass(Seconds{20});
    EXPECT_EQ(logged(event), 2U) << "told again after a minute";
  }
};

TEST_F(RedisClientConnecting, TriesUntilSomebodyIsThere) {
  server().close();
  expect_not_connected("warning redis_unreachable", server().where().text() + ": Connection refused");
  EXPECT_THAT(metrics_.scrape(), HasSubstr("tidings_redis_failed_attempts_total{connection=\"test\"} "));
  server().listen_again();
  EXPECT_TRUE(pass_until([&] { return client().connected(); }));
}

TEST_F(RedisClientConnecting, WaitsLongerAfterEachFailureUpToABound) {
  server().close();
  client().start();
  const auto attempts = [&] {
    const std::string scrape = metrics_.scrape();
    const std::string_view name = "tidings_redis_failed_attempts_total{connection=\"test\"} ";
    return std::stoi(scrape.substr(scrape.find(name) + name.size()));
  };
  for (int times = 0; times < 100; ++times) pass(Milliseconds{10});
  const int in_first_second = attempts();
  EXPECT_GE(in_first_second, 4);
  EXPECT_LE(in_first_second, 8);
  for (int times = 0; times < 3000; ++times) pass(Milliseconds{10});
  // Every one to two seconds by then.
  EXPECT_GE(attempts() - in_first_second, 15);
  EXPECT_LE(attempts() - in_first_second, 32);
}

TEST_F(RedisClientConnecting, IsToldOfAPasswordThatIsWrong) {
  settings_.address = *Address::parse("redis://hub:hunter2@" + server().where().text());
  server().hello = "-WRONGPASS invalid username-password pair hunter2\r\n";
  expect_not_connected("error redis_refused", "the server answers WRONGPASS: user or password is wrong");
  EXPECT_THAT(log_, HasSubstr("address=redis://hub:***@"));
  EXPECT_THAT(log_, Not(HasSubstr("hunter2")));
  EXPECT_THAT(metrics_.scrape(), HasSubstr("tidings_redis_refusals_total{connection=\"test\"} "));
  EXPECT_LE(server().accepted(), 72) << "no more often than once a second";
}

TEST_F(RedisClientConnecting, IsToldOfAPasswordThatIsMissing) {
  server().hello = "-NOAUTH HELLO must be called with the client already authenticated\r\n";
  expect_not_connected("error redis_refused", "the server answers NOAUTH: it wants a password");
}

TEST_F(RedisClientConnecting, IsToldOfAUserWhoMayNotDoWhatIsNeeded) {
  server().ping = "-NOPERM this user has no permissions to run the 'ping' command\r\n";
  expect_not_connected("error redis_refused", "the server answers NOPERM: the user may not");
}

TEST_F(RedisClientConnecting, IsToldOfAServerInProtectedMode) {
  server().hello = "-DENIED Redis is running in protected mode\r\n";
  expect_not_connected("error redis_refused", "the server answers DENIED: it is in protected mode");
}

TEST_F(RedisClientConnecting, IsToldOfADatabaseThatIsNotThere) {
  settings_.address = *Address::parse("redis://" + server().where().text() + "/99");
  server().select = "-ERR DB index is out of range\r\n";
  expect_not_connected("error redis_refused", "the server answers ERR: no such database");
}

TEST_F(RedisClientConnecting, WaitsForAServerThatLoads) {
  server().ping = "-LOADING Redis is loading the dataset in memory\r\n";
  expect_not_connected("warning redis_unreachable", "the server answers LOADING");
  server().ping = "+PONG\r\n";
  EXPECT_TRUE(pass_until([&] { return client().connected(); }));
}

TEST_F(RedisClientConnecting, DoesNotUseAReplica) {
  server().hello = greeting("replica");
  expect_not_connected("warning redis_unreachable", "a replica, not the primary");
  server().hello = greeting("master");
  EXPECT_TRUE(pass_until([&] { return client().connected(); }));
}

TEST_F(RedisClientConnecting, DoesNotUseACluster) {
  server().hello = greeting("master", "cluster");
  expect_not_connected("error redis_refused", "a Redis Cluster, which is not supported");
}

TEST_F(RedisClientConnecting, DoesNotTakeASentinelForAServer) {
  server().hello = bulks({"server", "redis", "mode", "sentinel"});
  expect_not_connected("error redis_refused", "a Sentinel, where a server should be");
}

TEST_F(RedisClientConnecting, GivesUpOnAServerThatDoesNotGreet) {
  server().hello.reset();
  expect_not_connected("warning redis_unreachable", "no greeting within 2000 ms");
}

TEST_F(RedisClientConnecting, GivesUpOnAServerThatGreetsWithGarbage) {
  server().hello = "SSH-2.0-OpenSSH_9.2\r\n";
  expect_not_connected("warning redis_unreachable", "not the Redis protocol");
}

TEST_F(RedisClientConnecting, GivesUpOnAServerThatClosesInstead) {
  server().hello = "+";
  client().start();
  turn();
  server().drop();
  ASSERT_TRUE(turn_until([&] { return logged("redis_unreachable") == 1; }));
  EXPECT_THAT(log_, HasSubstr("closed by the server"));
}

TEST_F(RedisClientConnecting, GivesUpOnAHostThatDoesNotAnswerAtAll) {
  // A listener's queue that is full: the kernel drops whoever comes next.
  const Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  auto& address = reinterpret_cast<sockaddr&>(storage);
  address.sa_family = AF_INET;
  const net::ListenAddress loopback = *net::ListenAddress::parse("127.0.0.1:0");
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&loopback.storage), loopback.length), 0);
  ASSERT_EQ(::listen(listener.get(), 0), 0);
  ASSERT_EQ(::getsockname(listener.get(), &address, &length), 0);
  std::vector<Descriptor> queued;
  for (int times = 0; times < 4; ++times) {
    queued.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    ::connect(queued.back().get(), &address, length);
  }
  const auto port = ntohs(reinterpret_cast<const sockaddr_in&>(storage).sin_port);
  settings_.address = *Address::parse("redis://127.0.0.1:" + std::to_string(port));
  client().start();
  pass(settings_.connect_timeout);
  EXPECT_THAT(log_, HasSubstr("no connection within 2000 ms"));
}

TEST_F(RedisClientConnecting, GivesUpWhereTheKernelWillNotConnect) {
  settings_.address = *Address::parse("redis://255.255.255.255");
  client().start();
  EXPECT_THAT(log_, HasSubstr("255.255.255.255:6379: Network is unreachable"));
}

TEST_F(RedisClientConnecting, TriesEachAddressOfAName) {
  FakeServer& dead = another_server();
  const HostPort where = dead.where();
  dead.close();
  settings_.address = *Address::parse("redis://redis.internal:1");
  settings_.look_up = [&](const HostPort& name) -> Endpoints {
    EXPECT_EQ(name, (HostPort{"redis.internal", 1}));
    return std::vector{look_up(where)->front(), look_up(server().where())->front()};
  };
  connect();
  EXPECT_EQ(client().server(), server().where().text());
  EXPECT_EQ(logged("redis_unreachable"), 0U);
}

TEST_F(RedisClientConnecting, IsToldOfANameThatIsNotKnown) {
  settings_.address = *Address::parse("redis://redis.internal");
  settings_.look_up = [](const HostPort&) -> Endpoints { return fail(ErrorCode::store_unavailable, "no such name"); };
  client().start();
  ASSERT_TRUE(turn_until([&] { return logged("redis_unreachable") == 1; }));
  EXPECT_THAT(log_, HasSubstr("no such name"));
}

}  // namespace
}  // namespace tidings::redis::testing
