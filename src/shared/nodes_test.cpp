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
      if (!silent) reply(name + " " + kind + " " + question);
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
