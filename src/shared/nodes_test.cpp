#include "shared/nodes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shared/testing/nodes.hpp"

namespace tidings::shared {
namespace {

using ::testing::ElementsAre;
using testing::eventually;
using ::testing::IsEmpty;
using testing::ServerProcess;
using ::testing::UnorderedElementsAre;

// A hub that answers what it was asked, after its name.
struct Asker {
  Asker(const redis::HostPort& redis, std::uint32_t number, std::string name) {
    thread.start();
    NodeSettings settings;
    settings.address = *redis::Address::parse("redis://" + redis.text());
    settings.number = number;
    settings.name = name;
    nodes = std::make_unique<Nodes>(settings, thread, clock, random, metrics);
    nodes->join([this, name](const std::string& kind, const std::string& question, Nodes::Reply reply) {
      ++asked;
      if (!silent) reply(name + " " + kind + " " + question + std::string(padding, ' '));
    });
  }
  Nodes::Answers ask(std::string question) {
    return store::testing::answer<Nodes::Answers>([&](auto done) { nodes->ask("what", std::move(question), done); });
  }
  Result<std::string> ask_one(std::uint32_t number) {
    return store::testing::answer<Result<std::string>>([&](auto done) { nodes->ask_one(number, "what", "one", done); });
  }
  // Until it knows of so many others.
  bool knows(std::size_t others) {
    return eventually([&] {
      const auto answers = ask("ready?");
      return answers.answers.size() == others && answers.missing.empty();
    });
  }

  SystemClock clock;
  SystemRandom random;
  observe::Metrics metrics;
  ReactorThread thread{clock};
  std::atomic<bool> silent{false};
  std::atomic<std::size_t> padding{0};  // of its answers
  std::atomic<int> asked{0};
  std::unique_ptr<Nodes> nodes;
};

struct NodeQuestions : ::testing::Test {
  NodeQuestions() { observe::configure_log(observe::Level::error, observe::Format::text); }
  ServerProcess redis = ServerProcess::server();
  Asker a{redis.where(), 1, "a"};
  Asker b{redis.where(), 0xffffffff, "b"};
};

TEST_F(NodeQuestions, AreAnsweredByAllOthers) {
  Asker c{redis.where(), 3, "c"};
  ASSERT_TRUE(a.knows(2));
  const int before = a.asked;
  const auto answers = a.ask("now");
  EXPECT_THAT(answers.answers, UnorderedElementsAre("b what now", "c what now"));
  EXPECT_THAT(answers.missing, IsEmpty());
  EXPECT_EQ(a.asked, before);
}

TEST_F(NodeQuestions, ToOneAreAnsweredByThatOneAlone) {
  ASSERT_TRUE(a.knows(1));
  EXPECT_EQ(a.ask_one(0xffffffff).value(), "b what one");
  EXPECT_EQ(a.ask_one(77).error().code, ErrorCode::connection_not_found);
  b.silent = true;
  EXPECT_EQ(a.ask_one(0xffffffff).error().code, ErrorCode::store_unavailable);
}

TEST_F(NodeQuestions, NameWhoDoesNotAnswer) {
  ASSERT_TRUE(a.knows(1));
  b.silent = true;
  EXPECT_THAT(a.ask("now").missing, ElementsAre("b"));
  // One that left is not missed.
  b.nodes.reset();
  EXPECT_THAT(a.ask("now").missing, IsEmpty());
}

TEST_F(NodeQuestions, NameWhoHasLongBeenSilentWithoutWaitingForIt) {
  ASSERT_TRUE(a.knows(1));
  const auto now = std::stoll(std::string(testing::ask(redis.where(), {"TIME"})[0].text())) * 1000;
  const std::string long_ago = std::to_string(now - 10'000);
  testing::ask(redis.where(), {"ZADD", "tidings:nodes", long_ago, "00000003:c"});
  const auto answers = a.ask("now");
  EXPECT_THAT(answers.answers, ElementsAre("b what now"));
  EXPECT_THAT(answers.missing, ElementsAre("c"));
  // One that has been gone for more than a minute is not missed.
  const std::string longer_ago = std::to_string(now - 61'000);
  testing::ask(redis.where(), {"ZADD", "tidings:nodes", longer_ago, "00000003:c"});
  EXPECT_THAT(a.ask("now").missing, IsEmpty());
}

TEST_F(NodeQuestions, AreAnsweredThoughSomethingElseStandsAmongThem) {
  ASSERT_TRUE(a.knows(1));
  const int before = b.asked;
  testing::ask(redis.where(), {"XADD", "tidings:questions", "*", "who", "knows"});
  testing::ask(redis.where(), {"XADD", "tidings:answers:00000001", "*", "who", "knows"});
  EXPECT_THAT(a.ask("now").answers, ElementsAre("b what now"));
  EXPECT_EQ(b.asked, before + 1);
}

// More at once than fits into one reply: it would be read again and again.
TEST_F(NodeQuestions, AreAnsweredThoughManyLargeAnswersWait) {
  ASSERT_TRUE(a.knows(1));
  observe::configure_log(observe::Level::warning, observe::Format::text);
  store::testing::LogLines lines;
  testing::ask(redis.where(), {"EVAL",
                               "local large = string.rep('x', 4 * 1024 * 1024)\n"
                               "for i = 1, 20 do redis.call('XADD', KEYS[1], '*', 'i', '0', 'n', 'b', 'a', large) end",
                               "1", "tidings:answers:00000001"});
  EXPECT_TRUE(a.knows(1));
  EXPECT_EQ(lines.count("redis_lost"), 0);
}

TEST_F(NodeQuestions, AreAskedWithoutReadingWhatWasAnsweredBefore) {
  testing::ask(redis.where(), {"EVAL",
                               "local large = string.rep('x', 1024 * 1024)\n"
                               "for i = 1, 8 do redis.call('XADD', KEYS[1], '*', 'i', '1', 'n', 'b', 'a', large) end",
                               "1", "tidings:answers:00000005"});
  Asker c{redis.where(), 5, "c"};
  ASSERT_TRUE(c.knows(2));
  const std::string stats(testing::ask(redis.where(), {"INFO", "stats"}).text());
  const std::string name = "total_net_output_bytes:";
  EXPECT_LT(std::stoll(stats.substr(stats.find(name) + name.size())), 4 * 1024 * 1024);
}

TEST_F(NodeQuestions, OfWhichNobodyCouldReadTheAnswerAreNotAnswered) {
  ASSERT_TRUE(a.knows(1));
  store::testing::LogLines lines;
  b.padding = Nodes::most_answer_bytes;
  EXPECT_THAT(a.ask("now").missing, ElementsAre("b"));
  EXPECT_EQ(lines.count("answer_too_large"), 1);
  b.padding = 0;
  EXPECT_THAT(a.ask("now").answers, ElementsAre("b what now"));
}

TEST_F(NodeQuestions, AreAnsweredAgainOnceRedisTakesSignsOfLifeAgain) {
  ASSERT_TRUE(a.knows(1));
  observe::configure_log(observe::Level::warning, observe::Format::text);
  store::testing::LogLines lines;
  testing::ask(redis.where(), {"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_TRUE(eventually([&] { return lines.count("redis_refused what=register error=OOM") > 0; }));
  testing::ask(redis.where(), {"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_TRUE(a.knows(1));
  EXPECT_TRUE(b.knows(1));
}

TEST_F(NodeQuestions, NameAllOthersWhileRedisIsAway) {
  ASSERT_TRUE(a.knows(1));
  redis.end();
  ASSERT_TRUE(eventually([&] { return a.ask("now").answers.empty(); }));
  EXPECT_THAT(a.ask("now").missing, ElementsAre("b"));
  EXPECT_EQ(a.ask_one(0xffffffff).error().code, ErrorCode::store_unavailable);
  redis.start_again();
  EXPECT_TRUE(a.knows(1));
  EXPECT_TRUE(b.knows(1));
}

}  // namespace
}  // namespace tidings::shared
