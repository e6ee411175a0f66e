// What nodes and Redis keep of facts, and what they put back of those that Redis has lost.
#include <gtest/gtest.h>

#include <string>

#include "shared/testing/nodes.hpp"

namespace tidings::shared {
namespace {

using testing::ask;
using testing::eventually;
using testing::Node;
using testing::ServerProcess;

struct SharedFacts : ::testing::Test {
  SharedFacts() { observe::configure_log(observe::Level::warning, observe::Format::text); }

  static void put(Node& node, std::string name, std::string value) {
    const auto stored = store::testing::answer<Result<void>>(
        [&](auto done) { node.log->put_fact(std::move(name), std::move(value), done); });
    EXPECT_TRUE(stored);
  }
  [[nodiscard]] std::string stored(const std::string& name) const {
    return std::string(ask(redis.where(), {"HGET", "tidings:facts", name}).text());
  }
  [[nodiscard]] std::int64_t entries() const { return ask(redis.where(), {"XLEN", "tidings:log"}).integer().value(); }

  ServerProcess redis = ServerProcess::server();
  Node a{redis.where()};
  Node b{redis.where()};
};

TEST_F(SharedFacts, ThatAreNumbersNeverBecomeSmaller) {
  ASSERT_TRUE(a.start());
  ASSERT_TRUE(b.start());
  put(a, "revoked/ann", "10");
  put(b, "revoked/ann", "9");
  EXPECT_EQ(stored("revoked/ann"), "10");
  put(b, "revoked/ann", "11");
  EXPECT_EQ(stored("revoked/ann"), "11");
  EXPECT_TRUE(eventually([&] { return a.facts.of("revoked/ann") == "11" && b.facts.of("revoked/ann") == "11"; }));
}

TEST_F(SharedFacts, ThatAreNoNumbersAreWhatTheyWereLastSaidToBe) {
  ASSERT_TRUE(a.start());
  // The last has more digits than are compared exactly.
  for (const char* value : {"2", "b", "a", "-1", "1", "1234567890123456", "3"}) {
    put(a, "name", value);
    EXPECT_EQ(stored("name"), value);
    EXPECT_TRUE(eventually([&] { return a.facts.of("name") == value; }));
  }
}

TEST_F(SharedFacts, ThatAreKnownMakeNoEntry) {
  ASSERT_TRUE(a.start());
  put(a, "revoked/ann", "1");
  put(a, "name", "x");
  const auto before = entries();
  put(a, "revoked/ann", "1");
  put(a, "revoked/ann", "0");
  put(a, "name", "x");
  EXPECT_EQ(entries(), before);
}

TEST_F(SharedFacts, ArePutBackWhereRedisHasOnlyAnOlderValue) {
  ASSERT_TRUE(a.start());
  put(a, "revoked/ann", "1");
  put(a, "name", "old");
  ask(redis.where(), {"SAVE"});
  put(a, "revoked/ann", "2");
  put(a, "name", "new");
  ASSERT_TRUE(eventually([&] { return a.facts.of("name") == "new"; }));
  redis.end();
  redis.start_again();
  ASSERT_EQ(stored("revoked/ann"), "1");
  EXPECT_TRUE(eventually([&] { return stored("revoked/ann") == "2"; }));
  EXPECT_EQ(a.facts.of("revoked/ann"), "2");
  // Nobody can tell which of these is the later one: what Redis has counts.
  EXPECT_TRUE(eventually([&] { return a.facts.of("name") == "old"; }));
}

TEST_F(SharedFacts, AreAllPutBackHoweverMany) {
  ask(redis.where(),
      {"EVAL", "for i = 1, 20000 do redis.call('HSET', KEYS[1], 'revoked/' .. i, '1') end", "1", "tidings:facts"});
  ASSERT_TRUE(a.start());
  ASSERT_EQ(a.log->facts("revoked/")->size(), 20'000u);
  ask(redis.where(), {"FLUSHALL"});
  EXPECT_TRUE(eventually([&] { return ask(redis.where(), {"HLEN", "tidings:facts"}).integer() == 20'000; }));
  EXPECT_TRUE(a.in_step());
}

}  // namespace
}  // namespace tidings::shared
