// The client against real servers: Debian's redis-server and redis-sentinel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "redis/client.hpp"
#include "redis/script.hpp"
#include "redis/testing/client_fixture.hpp"
#include "redis/testing/server_process.hpp"

namespace tidings::redis::testing {
namespace {

using namespace std::string_view_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class RealRedis : public ::testing::Test {
 public:
  RealRedis() {
    observe::configure_log(observe::Level::debug, observe::Format::text);
    observe::redirect_log([this](std::string_view line) { log_ += std::string(line) + '\n'; });
  }
  ~RealRedis() override { observe::redirect_log({}); }

  std::unique_ptr<Client> client(const std::string& url, ClientListener& listener) {
    ClientSettings settings;
    settings.address = *Address::parse(url);
    settings.name = "test";
    return std::make_unique<Client>(reactor_, random_, metrics_, settings, listener);
  }
  void connect(const std::string& url) {
    client_ = client(url, listener_);
    client_->start();
    ASSERT_TRUE(turn_until([&] { return client_->connected(); })) << log_;
  }

  // For as long as half a minute, which is far more than anything here takes.
  template <typename Condition>
  bool turn_until(Condition done) {
    const MonotonicTime end = clock_.monotonic() + Seconds{30};
    while (!done() && clock_.monotonic() < end) reactor_.run_once(Milliseconds{100});
    return done();
  }
  Reply ask(std::initializer_list<std::string_view> words) {
    std::optional<CommandResult> answer;
    client_->command(words, [&](CommandResult result) { answer = std::move(result); });
    EXPECT_TRUE(turn_until([&] { return answer.has_value(); }));
    return *answer ? std::move(**answer) : Reply::error("NOREPLY " + answer->error().detail);
  }

  SystemClock clock_;
  net::Reactor reactor_{clock_};
  SeededRandom random_{1};
  observe::Metrics metrics_;
  Listener listener_;
  std::string log_;
  std::unique_ptr<Client> client_;
};

TEST_F(RealRedis, KeepsWhatItIsGivenInTheDatabaseThatTheAddressNames) {
  const auto server = ServerProcess::server();
  connect("redis://" + server.where().text() + "/5");
  const auto binary = "\0\r\n$\xff"sv;
  EXPECT_EQ(ask({"SET", "key", binary}).text(), "OK");
  EXPECT_EQ(ask({"GET", "key"}).text(), binary);
  EXPECT_TRUE(ask({"GET", "no key"}).is_nil());
  EXPECT_EQ(ask({"INCR", "number"}).integer(), 1);
  EXPECT_EQ(ask({"INCR", "key"}).error_word(), "ERR");
  EXPECT_THAT(ask({"CLIENT", "LIST"}).text(), AllOf(HasSubstr(" name=tidings-test "), HasSubstr(" db=5 ")));
}

TEST_F(RealRedis, ReadsStreams) {
  const auto server = ServerProcess::server();
  connect("redis://" + server.where().text());
  EXPECT_EQ(ask({"XADD", "log", "7-0", "field", "value"}).text(), "7-0");
  const Reply read = ask({"XREAD", "COUNT", "10", "STREAMS", "log", "0"});
  EXPECT_EQ(read, Reply::array({Reply::array(
                      {Reply::text("log"),
                       Reply::array({Reply::array(
                           {Reply::text("7-0"), Reply::array({Reply::text("field"), Reply::text("value")})})})})}));
}

TEST_F(RealRedis, AnswersABlockingReadOnceThereIsSomething) {
  const auto server = ServerProcess::server();
  connect("redis://" + server.where().text());
  Listener other_listener;
  const auto reader = client("redis://" + server.where().text(), other_listener);
  reader->start();
  ASSERT_TRUE(turn_until([&] { return reader->connected(); }));
  std::optional<CommandResult> first;
  std::optional<CommandResult> second;
  reader->command({"XREAD", "BLOCK", "50", "STREAMS", "log", "$"}, [&](CommandResult result) { first = result; });
  ASSERT_TRUE(turn_until([&] { return first.has_value(); }));
  EXPECT_TRUE((*first)->is_nil());
  reader->command(
      {"XREAD", "BLOCK", "20000", "STREAMS", "log", "$"}, [&](CommandResult result) { second = result; }, Seconds{25});
  // Blocked by the time that the server says so.
  ASSERT_TRUE(turn_until([&] {
    return ask({"INFO", "clients"}).text().find("blocked_clients:1") != std::string::npos;
  }));
  EXPECT_EQ(ask({"XADD", "log", "1-0", "a", "b"}).text(), "1-0");
  ASSERT_TRUE(turn_until([&] { return second.has_value(); }));
  EXPECT_EQ((**second)[0][1][0][0].text(), "1-0");
}

TEST_F(RealRedis, AnswersTenThousandPipelinedCommandsInOrder) {
  const auto server = ServerProcess::server();
  connect("redis://" + server.where().text());
  std::vector<std::int64_t> numbers;
  for (int number = 0; number < 10'000; ++number) {
    client_->command({"INCR", "number"},
                     [&](const CommandResult& result) { numbers.push_back(result->integer().value_or(-1)); });
  }
  ASSERT_TRUE(turn_until([&] { return numbers.size() == 10'000; }));
  for (std::size_t at = 0; at < numbers.size(); ++at) ASSERT_EQ(numbers[at], static_cast<std::int64_t>(at) + 1);
}

TEST_F(RealRedis, TakesAUserOfAnAccessControlList) {
  const auto server =
      ServerProcess::server({"--user", "hub", "on", ">hunter2", "~tidings:*", "+get", "+set", "+ping", "+select"});
  connect("redis://hub:hunter2@" + server.where().text() + "/1");
  EXPECT_EQ(ask({"SET", "tidings:a", "1"}).text(), "OK");
  EXPECT_TRUE(ask({"SET", "other", "1"}).is_error("NOPERM"));
  EXPECT_TRUE(ask({"DEL", "tidings:a"}).is_error("NOPERM"));
  EXPECT_TRUE(client_->connected());
}

TEST_F(RealRedis, IsNotUsedWithAWrongPassword) {
  const auto server = ServerProcess::server({"--requirepass", "hunter2"});
  for (const char* const credentials : {":hunter3@", "nobody:hunter2@", ""}) {
    log_.clear();
    client_ = client("redis://" + std::string(credentials) + server.where().text(), listener_);
    client_->start();
    ASSERT_TRUE(turn_until([&] { return log_.find("redis_refused") != std::string::npos; }));
    EXPECT_THAT(log_, HasSubstr(*credentials != '\0' ? "WRONGPASS" : "NOAUTH"));
    EXPECT_THAT(log_, Not(HasSubstr("hunter")));
  }
  EXPECT_EQ(listener_.connected, 0);
  connect("redis://:hunter2@" + server.where().text());
}

TEST_F(RealRedis, IsNotUsedWithADatabaseThatItDoesNotHave) {
  const auto server = ServerProcess::server();
  client_ = client("redis://" + server.where().text() + "/16", listener_);
  client_->start();
  ASSERT_TRUE(turn_until([&] { return log_.find("redis_refused") != std::string::npos; }));
}

TEST_F(RealRedis, LearnsAScriptThatItHasForgotten) {
  const auto server = ServerProcess::server();
  connect("redis://" + server.where().text());
  const Script script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
  const auto run = [&] {
    std::optional<CommandResult> answer;
    script.run(*client_, std::array{"sum"sv}, std::array{"3"sv}, [&](CommandResult result) { answer = result; });
    EXPECT_TRUE(turn_until([&] { return answer.has_value(); }));
    return (*answer)->integer();
  };
  EXPECT_EQ(run(), 3);
  EXPECT_EQ(run(), 6);
  EXPECT_EQ(ask({"SCRIPT", "EXISTS", script.digest()})[0].integer(), 1);
  EXPECT_EQ(ask({"SCRIPT", "FLUSH"}).text(), "OK");
  EXPECT_EQ(run(), 9);
  std::optional<CommandResult> loaded;
  script.load(*client_, [&](CommandResult result) { loaded = std::move(result); });
  ASSERT_TRUE(turn_until([&] { return loaded.has_value(); }));
  EXPECT_EQ((*loaded)->text(), script.digest());
}

TEST_F(RealRedis, IsComeBackToAfterItDied) {
  auto server = ServerProcess::server();
  connect("redis://" + server.where().text());
  server.end();
  ASSERT_TRUE(turn_until([&] { return !listener_.reasons.empty(); }));
  EXPECT_THAT(listener_.reasons[0], ::testing::AnyOf("closed by the server", HasSubstr("reset")));
  server.start_again();
  ASSERT_TRUE(turn_until([&] { return listener_.connected == 2; }));
  EXPECT_EQ(ask({"PING"}).text(), "PONG");
}

TEST_F(RealRedis, IsLeftWhenItHangs) {
  const auto server = ServerProcess::server();
  connect("redis://" + server.where().text());
  server.pause();
  ASSERT_TRUE(turn_until([&] { return !listener_.reasons.empty(); }));
  EXPECT_THAT(listener_.reasons, ElementsAre("no reply within 3000 ms"));
  server.go_on();
  ASSERT_TRUE(turn_until([&] { return listener_.connected == 2; }));
}

TEST_F(RealRedis, IsLeftWhenItHasBecomeAReplica) {
  const auto primary = ServerProcess::server();
  const auto server = ServerProcess::server();
  connect("redis://" + server.where().text());
  const HostPort where = primary.where();
  EXPECT_EQ(ask({"REPLICAOF", where.host, std::to_string(where.port)}).text(), "OK");
  EXPECT_TRUE(ask({"SET", "a", "1"}).is_error("READONLY"));
  ASSERT_TRUE(turn_until([&] { return log_.find("redis_unreachable") != std::string::npos; }));
  EXPECT_THAT(listener_.reasons, ElementsAre("the server has become a replica"));
  EXPECT_THAT(log_, HasSubstr("a replica, not the primary"));
}

TEST_F(RealRedis, IsFoundBySentinelsAfterItsPrimaryWasReplaced) {
  auto primary = ServerProcess::server();
  const auto replica = ServerProcess::replica_of(primary.where());
  connect("redis://" + primary.where().text());
  EXPECT_EQ(ask({"SET", "kept", "1"}).text(), "OK");
  ASSERT_TRUE(turn_until([&] { return ask({"WAIT", "1", "100"}).integer() == 1; }));
  const auto sentinel = ServerProcess::sentinel("main", primary.where(), replica.where());

  connect("redis+sentinel://127.0.0.1:1," + sentinel.where().text() + "/main");
  EXPECT_EQ(client_->server(), primary.where().text());
  primary.end();
  ASSERT_TRUE(turn_until([&] { return client_->connected() && client_->server() == replica.where().text(); })) << log_;
  EXPECT_EQ(ask({"GET", "kept"}).text(), "1");
  EXPECT_EQ(ask({"SET", "new", "1"}).text(), "OK");
}

}  // namespace
}  // namespace tidings::redis::testing
