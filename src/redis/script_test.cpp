#include "redis/script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "redis/testing/client_fixture.hpp"

namespace tidings::redis::testing {
namespace {

using namespace std::string_view_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RedisScript : public ClientTest {
 public:
  void run(std::string_view argument = "1") {
    const std::string copied(argument);
    script_.run(client(), std::array{"key"sv}, std::array{std::string_view(copied)}, note());
  }
  bool answered(std::size_t calls) {
    return turn_until([&] { return results_.size() == calls; });
  }
  const Script script_{"return ARGV[1]"};
  const std::string digest_ = "098e0f0d1448c0a81dafe820f66d460eb09263da";
};

TEST_F(RedisScript, IsCalledByItsDigest) {
  connect();
  EXPECT_EQ(script_.digest(), digest_);
  run();
  ASSERT_TRUE(answered(1));
  EXPECT_EQ(results_[0]->text(), "1");
  EXPECT_THAT(server().received, ElementsAre(Words{"EVALSHA", digest_, "1", "key", "1"}));
}

TEST_F(RedisScript, IsToldToAServerThatDoesNotKnowIt) {
  connect();
  server().answer = [](const Words& words) {
    return words.front() == "EVALSHA" ? "-NOSCRIPT No matching script.\r\n" : bulk(words.back());
  };
  run("one");
  run("two");
  ASSERT_TRUE(answered(2));
  EXPECT_EQ(results_[0]->text(), "one");
  EXPECT_EQ(results_[1]->text(), "two");
  EXPECT_THAT(server().verbs(), ElementsAre("EVALSHA", "EVALSHA", "EVAL", "EVAL"));
  EXPECT_THAT(server().received.back(), ElementsAre("EVAL", "return ARGV[1]", "1", "key", "two"));
}

TEST_F(RedisScript, IsLoaded) {
  connect();
  script_.load(client(), note());
  ASSERT_TRUE(answered(1));
  EXPECT_THAT(server().received, ElementsAre(Words{"SCRIPT", "LOAD", "return ARGV[1]"}));
}

TEST_F(RedisScript, IsNotRunASecondTimeForAnotherError) {
  connect();
  server().answer = [](const Words&) { return "-ERR user_script:1: oops\r\n"; };
  run();
  ASSERT_TRUE(answered(1));
  EXPECT_TRUE(results_[0]->is_error("ERR"));
  EXPECT_EQ(server().received.size(), 1U);
}

TEST_F(RedisScript, IsAnsweredWithALossToo) {
  run();
  ASSERT_TRUE(answered(1));
  EXPECT_FALSE(results_[0].error().perhaps_executed);
}

}  // namespace
}  // namespace tidings::redis::testing
