// What retention takes of the shared log where much stands in it beside events.
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "shared/follower.hpp"
#include "shared/scripts.hpp"
#include "shared/testing/nodes.hpp"

namespace tidings::shared {
namespace {

using testing::ask;
using testing::eventually;
using testing::for_everyone;
using testing::Node;
using testing::ServerProcess;

struct SharedRetention : ::testing::Test {
  SharedRetention() { observe::configure_log(observe::Level::warning, observe::Format::text); }

  static void put_facts(Node& node, int count, const std::string& value = "1") {
    std::atomic<int> stored{0};
    for (int i = 0; i < count; ++i) {
      node.log->put_fact("revoked/" + std::to_string(i), value,
                         [&](const Result<void>& put) { stored += put ? 1 : 0; });
    }
    EXPECT_TRUE(eventually([&] { return stored == count; }));
  }
  // The same straight into Redis, all at once.
  void store_facts(int count, const std::string& value) {
    Call call(scripts.fact, names, random, {});
    call.add("always");
    for (int i = 0; i < count; ++i) {
      call.add("revoked/" + std::to_string(i));
      call.add(value);
      call.add(bytes_of(random.next_u64()));
    }
    ask(redis.where(), [&](redis::Client& client, const auto& done) { call.run(client, done); });
  }
  static void append(Node& node, int count) { ASSERT_TRUE(node.append(std::vector(count, for_everyone("e")))); }

  // As a hub does that keeps so many events.
  Meeting meet(std::uint64_t events) {
    const store::Retention retention{.events = events};
    Call call(scripts.meet, names, random, retention);
    call.add(std::to_string(Follower::entries_trimmed));
    for (const char* nothing : {"", "0-0", ""}) call.add(nothing);
    auto meeting =
        Meeting::read(ask(redis.where(), [&](redis::Client& client, const auto& done) { call.run(client, done); }));
    EXPECT_TRUE(meeting);
    return meeting.value_or(Meeting{});
  }
  // How many meetings it takes until none is held at once after the other.
  int meetings_until_done(std::uint64_t events) {
    for (int meetings = 1; meetings < 100; ++meetings) {
      if (!meet(events).more) return meetings;
    }
    return 100;
  }
  [[nodiscard]] std::int64_t kept() const { return ask(redis.where(), {"XLEN", "tidings:log"}).integer().value(); }

  ServerProcess redis = ServerProcess::server();
  Names names{"tidings"};
  Scripts scripts;
  SystemRandom random;
  Node a{redis.where()};
  Node b{redis.where()};
};

TEST_F(SharedRetention, PassesFactsHoweverManyStandBetweenEvents) {
  ASSERT_TRUE(a.start());
  append(a, 10);
  put_facts(a, 650);
  append(a, 30);
  a.stop();
  // 10 + 650 + 10 entries to be let go of, and as many looked at, 500 in a meeting.
  EXPECT_EQ(meetings_until_done(20), 2);
  EXPECT_EQ(meet(20).floor, (EntryId{20, 0}));
  EXPECT_EQ(kept(), 20);
}

TEST_F(SharedRetention, IsDoneWhereOnlyFactsStandBeforeWhatItKeeps) {
  ASSERT_TRUE(a.start());
  append(a, 10);
  put_facts(a, 1'200);
  append(a, 20);
  a.stop();
  EXPECT_LE(meetings_until_done(20), 4);
  EXPECT_EQ(meet(20).floor, (EntryId{10, 0}));
  EXPECT_EQ(meetings_until_done(20), 1);
  // From there it goes on once more is to be let go of.
  EXPECT_EQ(meetings_until_done(5), 1);
  EXPECT_EQ(meet(5).floor, (EntryId{25, 0}));
  EXPECT_EQ(kept(), 5);
}

TEST_F(SharedRetention, LooksAnewBehindAFloorThatAnEarlierVersionHasMoved) {
  ASSERT_TRUE(a.start());
  append(a, 10);
  put_facts(a, 50);
  append(a, 10);
  put_facts(a, 50, "2");
  append(a, 10);
  a.stop();
  meetings_until_done(20);
  ask(redis.where(), {"HSET", "tidings:state", "looked", "3-40", "gone", "3-30"});
  EXPECT_EQ(meet(20).floor, (EntryId{10, 0}));
  EXPECT_EQ(meetings_until_done(10), 1);
  EXPECT_EQ(meet(10).floor, (EntryId{20, 0}));
  EXPECT_EQ(kept(), 60);
}

TEST_F(SharedRetention, IsFollowedByNodesWhileManyFactsAreStored) {
  a.settings.retention.events = b.settings.retention.events = 20;
  ASSERT_TRUE(a.start());
  ASSERT_TRUE(b.start());
  for (int round = 1; round <= 3; ++round) {
    append(a, 10);
    put_facts(b, 650, std::to_string(round));
  }
  append(a, 30);
  // It may pass a node that is slow, which then goes on behind it.
  EXPECT_TRUE(eventually([&] { return a.kept().size() == 20 && a.kept() == b.kept(); }));
  EXPECT_TRUE(eventually([&] { return a.facts.of("revoked/649") == "3" && kept() == 20; }));
  EXPECT_EQ(b.recorder->epochs().size(), 1u);
}

// Users are revoked again and again while no events come that would take it along.
TEST_F(SharedRetention, LetsGoOfOldFactsThatNoEventFollows) {
  ASSERT_TRUE(a.start());
  ASSERT_TRUE(b.start());
  append(a, 2);
  ASSERT_TRUE(b.hears(2));
  put_facts(a, 100);
  b.stop();
  for (const char* value : {"2", "3", "4"}) store_facts(3'500, value);
  EXPECT_GT(kept(), 10'500);
  a.log->set_retention({.age = Milliseconds{1}});
  EXPECT_TRUE(eventually([&] { return kept() == 10'000; }));
  a.log->set_retention({});
  // Who was behind knows all facts, and goes on.
  ASSERT_TRUE(b.start());
  Node c{redis.where()};
  ASSERT_TRUE(c.start());
  append(a, 1);
  for (Node* each : {&b, &c}) {
    EXPECT_EQ(each->log->facts("revoked/")->size(), 3'500u);
    EXPECT_EQ(each->log->facts("revoked/99")->front().second, "4");
    EXPECT_TRUE(each->hears(1));
    EXPECT_EQ(each->log->head(), (store::Cursor{a.running(), 3}));
    EXPECT_EQ(each->recorder->epochs().size(), 1u);
    EXPECT_EQ(each->thrown_away(), 0u);
  }
}

TEST_F(SharedRetention, TakesAnEpochWithItThatANodeHasNotHeardOf) {
  a.settings.retention.events = b.settings.retention.events = 3;
  ASSERT_TRUE(a.start());
  ASSERT_TRUE(b.start());
  append(a, 4);
  ASSERT_TRUE(b.hears(4));
  b.stop();
  ask(redis.where(), {"SAVE"});
  redis.end();
  redis.start_again();
  ASSERT_TRUE(a.hears_of_epochs(2));
  ASSERT_TRUE(a.in_step());
  append(a, 6);
  ASSERT_TRUE(eventually([&] { return a.kept().size() == 3; }));
  ASSERT_TRUE(b.start());
  EXPECT_EQ(b.running(), a.running());
  EXPECT_EQ(b.log->head(), a.log->head());
  EXPECT_EQ(b.kept(), a.kept());
}

}  // namespace
}  // namespace tidings::shared
