#include "shared/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shared/testing/nodes.hpp"

namespace tidings::shared {
namespace {

using testing::ask;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::eventually;
using testing::for_everyone;
using testing::keyed;
using testing::Node;
using testing::ServerProcess;
using ::testing::SizeIs;

struct SharedLog : ::testing::Test {
  SharedLog() { observe::configure_log(observe::Level::warning, observe::Format::text); }

  void start_both() {
    ASSERT_TRUE(a.start());
    ASSERT_TRUE(b.start());
  }

  ServerProcess redis = ServerProcess::server();
  Node a{redis.where()};
  Node b{redis.where()};
};

TEST_F(SharedLog, TellsEveryNodeTheSameEventsUnderTheSameIds) {
  start_both();
  ASSERT_TRUE(a.append({for_everyone("1"), for_everyone("2")}));
  const auto stored = b.append({for_everyone("3")});
  ASSERT_TRUE(stored);
  ASSERT_TRUE(a.append({for_everyone("4")}));
  ASSERT_TRUE(a.hears(4));
  ASSERT_TRUE(b.hears(4));
  EXPECT_EQ(a.heard(), b.heard());
  EXPECT_EQ(a.heard()[2], stored->front().text() + " 3");
  EXPECT_EQ(stored->front().sequence, 3u);
  EXPECT_EQ(a.kept(), a.heard());
  EXPECT_EQ(a.log->head(), b.log->head());
}

TEST_F(SharedLog, StoresAKeyOnceWhicheverNodeItComesTo) {
  start_both();
  const auto first = a.append({keyed("k", "1")});
  ASSERT_TRUE(first);
  EXPECT_EQ(b.append({keyed("k", "1")}).value(), *first);
  EXPECT_EQ(b.append({keyed("k", "2")}).error().code, ErrorCode::key_reused);
  // All of a request or none of it; the same key twice in one is one event.
  EXPECT_EQ(b.append({for_everyone("x"), keyed("k", "2")}).error().code, ErrorCode::key_reused);
  const auto twice = b.append({keyed("l", "3"), keyed("l", "3"), keyed("k", "1")});
  ASSERT_TRUE(twice);
  EXPECT_EQ(twice->at(0), twice->at(1));
  EXPECT_EQ(twice->at(2), first->front());
  ASSERT_TRUE(a.hears(2));
  EXPECT_THAT(a.heard(), ElementsAre(EndsWith(" 1"), EndsWith(" 3")));
}

TEST_F(SharedLog, CountsAnEventOnceHoweverOftenItIsSent) {
  ASSERT_TRUE(a.start());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(a.append({keyed("k", "1")}));
  EXPECT_TRUE(a.shows("tidings_log_events_total 1"));
  EXPECT_TRUE(a.shows("tidings_log_commits_total 1"));
  ASSERT_TRUE(a.append({keyed("k", "1"), keyed("l", "2"), keyed("l", "2"), for_everyone("3")}));
  EXPECT_FALSE(a.append({keyed("k", "other"), for_everyone("4")}));
  EXPECT_TRUE(a.shows("tidings_log_events_total 3"));
  EXPECT_TRUE(a.shows("tidings_log_commits_total 2"));
}

TEST_F(SharedLog, AnswersRequestsThatCameTogetherEachByItself) {
  start_both();
  std::vector<std::vector<store::Event>> requests;
  requests.push_back({keyed("k", "1")});
  requests.push_back({keyed("k", "2")});
  requests.push_back({for_everyone("3"), for_everyone("4")});
  const auto stored = store::testing::answer<std::vector<store::EventLog::Stored>>(
      [&](auto done) { a.log->append_all(std::move(requests), done); });
  ASSERT_THAT(stored, SizeIs(3));
  EXPECT_EQ(stored[0]->front().sequence, 1u);
  EXPECT_EQ(stored[1].error().code, ErrorCode::key_reused);
  EXPECT_EQ(stored[2]->back().sequence, 3u);
}

TEST_F(SharedLog, FillsTheCopyOfANodeThatStarts) {
  ASSERT_TRUE(a.start());
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(a.append(std::vector(50, for_everyone(std::to_string(i)))));
  ASSERT_TRUE(b.start());
  ASSERT_TRUE(a.hears(500));
  EXPECT_EQ(b.kept(), a.kept());
  EXPECT_THAT(b.kept(), SizeIs(500));
  EXPECT_THAT(b.heard(), SizeIs(0));
  EXPECT_EQ(b.thrown_away(), 0u);
}

TEST_F(SharedLog, GoesOnFromTheCopyThatANodeHas) {
  start_both();
  ASSERT_TRUE(a.append({for_everyone("1")}));
  ASSERT_TRUE(b.hears(1));
  b.stop();
  ASSERT_TRUE(a.append({for_everyone("2")}));
  ASSERT_TRUE(b.start());
  EXPECT_THAT(b.kept(), ElementsAre(EndsWith(" 1"), EndsWith(" 2")));
  EXPECT_EQ(b.recorder->epochs().size(), 1u);
  EXPECT_EQ(b.thrown_away(), 0u);
  ASSERT_TRUE(b.append({for_everyone("3")}));
  ASSERT_TRUE(a.hears(3));
  EXPECT_EQ(a.kept(), b.kept());
}

TEST_F(SharedLog, FillsACopyAnewThatDoesNotSayWhereItStands) {
  start_both();
  ASSERT_TRUE(a.append({for_everyone("1")}));
  ASSERT_TRUE(b.hears(1));
  b.stop();
  std::filesystem::remove(b.settings.copy / "STAND");
  ASSERT_TRUE(b.start());
  EXPECT_EQ(b.thrown_away(), 1u);
  EXPECT_EQ(b.kept(), a.kept());
}

TEST_F(SharedLog, FillsACopyAnewThatWasMadeFromAnotherRedis) {
  start_both();
  ASSERT_TRUE(a.append({for_everyone("1"), for_everyone("2")}));
  ASSERT_TRUE(b.hears(2));
  b.stop();
  ServerProcess other = ServerProcess::server();
  Node c{other.where()};
  ASSERT_TRUE(c.start());
  ASSERT_TRUE(c.append({for_everyone("x"), for_everyone("y")}));
  b.settings.address = c.settings.address;
  ASSERT_TRUE(b.start());
  EXPECT_EQ(b.thrown_away(), 1u);
  ASSERT_TRUE(c.hears(2));
  EXPECT_EQ(b.kept(), c.kept());
  EXPECT_EQ(b.running(), c.running());
}

TEST_F(SharedLog, RefusesACopyThatAnotherHubHas) {
  ASSERT_TRUE(a.start());
  b.settings.copy = a.settings.copy;
  EXPECT_THAT(b.start().error().detail, EndsWith("another hub uses this folder"));
}

TEST_F(SharedLog, SaysWhereItLookedForARedisThatIsNotThere) {
  redis.end();
  a.settings.start_time = Milliseconds{200};
  EXPECT_EQ(a.start().error().code, ErrorCode::store_unavailable);
  EXPECT_FALSE(a.log->healthy());
}

TEST_F(SharedLog, BeginsANewEpochOnAllNodesWhenRedisComesBackEmpty) {
  start_both();
  ASSERT_TRUE(a.append({for_everyone("1"), for_everyone("2")}));
  ASSERT_TRUE(a.hears(2));
  ASSERT_TRUE(b.hears(2));
  redis.end();
  ASSERT_TRUE(eventually([&] { return !a.log->healthy() && !b.log->healthy(); }));
  EXPECT_EQ(a.append({for_everyone("lost")}).error().code, ErrorCode::store_unavailable);
  EXPECT_TRUE(a.log->readable());
  redis.start_again();
  ASSERT_TRUE(a.in_step());
  ASSERT_TRUE(b.in_step());
  ASSERT_TRUE(a.hears_of_epochs(2));
  ASSERT_TRUE(b.hears_of_epochs(2));
  const auto stored = b.append({for_everyone("3")});
  ASSERT_TRUE(stored);
  EXPECT_EQ(*stored, (std::vector<store::Cursor>{{a.running(), 1}}));
  ASSERT_TRUE(a.hears(3));
  ASSERT_TRUE(b.hears(3));
  EXPECT_EQ(a.heard(), b.heard());
  EXPECT_GE(a.recorder->epochs().back().base, 2u);
}

TEST_F(SharedLog, TellsTheLostTailFromWhatTookItsNumbers) {
  start_both();
  ASSERT_TRUE(a.append({for_everyone("1"), for_everyone("2"), for_everyone("3")}));
  ask(redis.where(), {"SAVE"});
  ASSERT_TRUE(a.append({for_everyone("4"), for_everyone("5")}));
  ASSERT_TRUE(a.hears(5));
  ASSERT_TRUE(b.hears(5));
  b.stop();
  redis.end();
  redis.start_again();
  ASSERT_TRUE(a.in_step());
  ASSERT_TRUE(a.append({for_everyone("6"), for_everyone("7"), for_everyone("8")}));
  // One that is back only now, when the numbers that it has seen are those of others.
  ASSERT_TRUE(b.start());
  EXPECT_EQ(b.thrown_away(), 0u);
  ASSERT_TRUE(a.hears(8));
  EXPECT_EQ(a.kept(), b.kept());
  EXPECT_EQ(a.kept(), a.heard());
  const auto heard = a.heard();
  EXPECT_EQ(heard[5], store::Cursor({a.running(), 1}).text() + " 6");
  // One that saw nothing of it has only what Redis has, under the same ids.
  Node c{redis.where()};
  ASSERT_TRUE(c.start());
  EXPECT_THAT(c.kept(), ElementsAre(heard[0], heard[1], heard[2], heard[5], heard[6], heard[7]));
}

TEST_F(SharedLog, NoticesARewrittenLogOfTheSameServer) {
  start_both();
  ASSERT_TRUE(a.append({for_everyone("1"), for_everyone("2")}));
  ASSERT_TRUE(b.hears(2));
  ASSERT_TRUE(a.hears(2));
  ask(redis.where(), {"FLUSHALL"});
  ASSERT_TRUE(a.hears_of_epochs(2));
  ASSERT_TRUE(b.hears_of_epochs(2));
  ASSERT_TRUE(a.in_step());
  ASSERT_TRUE(b.in_step());
  ASSERT_TRUE(a.append({for_everyone("3")}));
  ASSERT_TRUE(b.hears(3));
  ASSERT_TRUE(a.hears(3));
  EXPECT_EQ(a.heard(), b.heard());
  EXPECT_THAT(b.heard().back(), EndsWith("-1 3"));
}

TEST_F(SharedLog, NoticesAnEventThatWasTakenOut) {
  ASSERT_TRUE(a.start());
  ASSERT_TRUE(a.append({for_everyone("1"), for_everyone("2"), for_everyone("3")}));
  ASSERT_TRUE(a.hears(3));
  ask(redis.where(), {"XDEL", "tidings:log", "2-0"});
  ASSERT_TRUE(b.start());
  EXPECT_TRUE(b.in_step());
  ASSERT_TRUE(a.hears_of_epochs(2));
  EXPECT_EQ(b.running(), a.running());
  EXPECT_EQ(b.recorder->epochs().size(), 2u);
}

TEST_F(SharedLog, DeliversWhatCameWhileANodeWasCutOff) {
  start_both();
  ASSERT_TRUE(a.append({for_everyone("1")}));
  ASSERT_TRUE(b.hears(1));
  for (int i = 0; i < 4; ++i) {
    ask(redis.where(), {"CLIENT", "KILL", "TYPE", "normal"});
    ASSERT_TRUE(a.in_step());
    static_cast<void>(a.append({for_everyone("2")}));  // it may be cut off again already
  }
  ASSERT_TRUE(a.in_step());
  ASSERT_TRUE(a.append({for_everyone("3")}));
  ASSERT_TRUE(eventually([&] { return !b.heard().empty() && b.heard().back().ends_with(" 3"); }));
  ASSERT_TRUE(eventually([&] { return a.heard() == b.heard(); }));
  EXPECT_EQ(b.recorder->epochs().size(), 1u);
}

TEST_F(SharedLog, FollowsTheRetentionOfRedis) {
  a.settings.retention.events = b.settings.retention.events = 3;
  start_both();
  for (int i = 1; i <= 6; ++i) ASSERT_TRUE(a.append({keyed("k" + std::to_string(i), std::to_string(i))}));
  ASSERT_TRUE(b.hears(6));
  EXPECT_TRUE(eventually([&] { return b.kept().size() == 3 && a.kept().size() == 3; }));
  EXPECT_THAT(b.kept(), ElementsAre(EndsWith(" 4"), EndsWith(" 5"), EndsWith(" 6")));
  // A key is known for as long as its event is kept.
  EXPECT_EQ(ask(redis.where(), {"HLEN", "tidings:keys"}).integer(), 3);
  EXPECT_EQ(a.append({keyed("k1", "other")})->front().sequence, 7u);
  ASSERT_TRUE(eventually([&] { return a.kept().size() == 3 && a.kept().back().ends_with("other"); }));
  Node c{redis.where()};
  ASSERT_TRUE(c.start());
  EXPECT_THAT(c.kept(), ElementsAre(EndsWith(" 5"), EndsWith(" 6"), EndsWith(" other")));
  EXPECT_EQ(c.recorder->floors().back(), 4u);
}

TEST_F(SharedLog, FollowsTheRetentionOfRedisByAgeAndBytes) {
  a.settings.retention.bytes = 400;
  ASSERT_TRUE(a.start());
  for (int i = 1; i <= 9; ++i) ASSERT_TRUE(a.append({for_everyone(std::to_string(i))}));
  ASSERT_TRUE(a.hears(9));
  EXPECT_TRUE(eventually([&] { return a.kept().size() < 6; }));
  EXPECT_THAT(a.kept().back(), EndsWith(" 9"));
  a.log->set_retention({.age = Milliseconds{1}});
  EXPECT_TRUE(eventually([&] { return a.kept().empty(); }));
  EXPECT_TRUE(eventually([&] { return ask(redis.where(), {"XLEN", "tidings:log"}).integer() == 0; }));
  ASSERT_TRUE(a.append({for_everyone("10")}));
  EXPECT_TRUE(a.hears(10));
}

TEST_F(SharedLog, GoesOnBehindWhatRetentionTookMeanwhile) {
  a.settings.retention.events = b.settings.retention.events = 3;
  start_both();
  ASSERT_TRUE(a.append({for_everyone("1")}));
  ASSERT_TRUE(b.hears(1));
  b.stop();
  for (int i = 2; i <= 8; ++i) ASSERT_TRUE(a.append({for_everyone(std::to_string(i))}));
  ASSERT_TRUE(eventually([&] { return a.kept().size() == 3; }));
  ASSERT_TRUE(b.start());
  EXPECT_THAT(b.kept(), ElementsAre(EndsWith("-6 6"), EndsWith("-7 7"), EndsWith("-8 8")));
  EXPECT_EQ(b.recorder->epochs().size(), 1u);
  EXPECT_EQ(b.thrown_away(), 0u);
}

TEST_F(SharedLog, AnswersOnlyWhatEnoughReplicasHave) {
  a.settings.replicas = 1;
  ASSERT_TRUE(a.start());
  EXPECT_EQ(a.append({keyed("k", "1")}).error().code, ErrorCode::not_replicated);
  ASSERT_TRUE(a.hears(1));
  EXPECT_TRUE(a.shows("tidings_log_events_total 1"));  // it is stored
  ServerProcess replica = ServerProcess::replica_of(redis.where());
  // The same key again: stored once, and confirmed now.
  store::EventLog::Stored stored;
  ASSERT_TRUE(eventually([&] {
    stored = a.append({keyed("k", "1")});
    return stored.has_value();
  }));
  EXPECT_EQ(stored->front().sequence, 1u);
  EXPECT_TRUE(a.shows("tidings_log_events_total 1"));
  EXPECT_EQ(ask(redis.where(), {"XLEN", "tidings:log"}).integer(), 2);
}

TEST_F(SharedLog, TellsFactsToEveryNode) {
  ASSERT_TRUE(a.start());
  const auto put = [](Node& node, std::string name, std::string value) {
    return store::testing::answer<Result<void>>(
        [&](auto done) { node.log->put_fact(std::move(name), std::move(value), done); });
  };
  ASSERT_TRUE(put(a, "revoked/ann", "1"));
  ASSERT_TRUE(b.start());
  EXPECT_EQ(b.facts.of("revoked/ann"), "");
  EXPECT_EQ(b.log->facts("revoked/")->size(), 1u);
  EXPECT_EQ(b.log->facts("other/")->size(), 0u);
  ASSERT_TRUE(put(a, "revoked/ann", "2"));
  ASSERT_TRUE(put(a, "revoked/bob", "3"));
  EXPECT_TRUE(eventually([&] { return b.facts.of("revoked/ann") == "2" && b.facts.of("revoked/bob") == "3"; }));
  // What Redis loses of them the nodes put back.
  ask(redis.where(), {"FLUSHALL"});
  EXPECT_TRUE(eventually([&] { return ask(redis.where(), {"HLEN", "tidings:facts"}).integer() == 2; }));
  EXPECT_EQ(ask(redis.where(), {"HGET", "tidings:facts", "revoked/ann"}).text(), "2");
}

TEST_F(SharedLog, StoresNothingWhereRedisIsFull) {
  ASSERT_TRUE(a.start());
  ASSERT_TRUE(a.append({for_everyone("1")}));
  ask(redis.where(), {"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_EQ(a.append({for_everyone("2")}).error().code, ErrorCode::store_unavailable);
  ask(redis.where(), {"CONFIG", "SET", "maxmemory", "0"});
  ASSERT_TRUE(eventually([&] { return a.append({for_everyone("3")}).has_value(); }));
  EXPECT_TRUE(a.hears(2));
  EXPECT_THAT(a.heard().back(), EndsWith("-2 3"));
}

// The same words stand in docs/operations.md.
TEST_F(SharedLog, NeedsNoMorePermissionsThanTheseOfRedis) {
  ask(redis.where(),
      {"ACL",      "SETUSER", "hub",    "on",     ">secret",  "~tidings:*",       "-@all", "+@connection", "+role",
       "+info",    "+time",   "+wait",  "+eval",  "+evalsha", "+script|load",     "+get",  "+set",         "+del",
       "+pexpire", "+hget",   "+hmget", "+hset",  "+hdel",    "+hscan",           "+xadd", "+xread",       "+xrange",
       "+xtrim",   "+zadd",   "+zrem",  "+zcard", "+zrange",  "+zremrangebyscore"});
  a.settings.address = *redis::Address::parse("redis://hub:secret@" + redis.where().text());
  ASSERT_TRUE(a.start());
  ASSERT_TRUE(a.append({keyed("k", "1")}));
  EXPECT_TRUE(store::testing::answer<Result<void>>([&](auto done) { a.log->put_fact("n", "1", done); }));
  EXPECT_TRUE(a.hears(1));
}

TEST_F(SharedLog, SaysWhereRedisMayThrowItAway) {
  ask(redis.where(), {"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
  store::testing::LogLines lines;
  ASSERT_TRUE(a.start());
  const auto evicts = [&] { return a.metrics.scrape().find("\ntidings_redis_evicts 1\n") != std::string::npos; };
  EXPECT_TRUE(eventually(evicts));
  EXPECT_TRUE(eventually([&] { return lines.count("redis_may_evict") == 1; }));
  ask(redis.where(), {"CONFIG", "SET", "maxmemory-policy", "volatile-lru"});
  ask(redis.where(), {"CLIENT", "KILL", "TYPE", "normal"});
  EXPECT_TRUE(eventually([&] { return !evicts(); }));
}

TEST_F(SharedLog, WaitsForWhatAClientHasSeenAtAnotherHub) {
  start_both();
  const auto reach = [&](const store::Cursor& cursor) {
    store::testing::answer<bool>([&](auto done) { b.log->reach(cursor, [done] { done(true); }); });
  };
  for (int i = 0; i < 50; ++i) {
    const auto stored = a.append({for_everyone("1")});
    ASSERT_TRUE(stored);
    reach(stored->front());
    EXPECT_GE(b.log->head(), stored->front());
  }
  // What nobody has seen is not waited for, once all is here that Redis has.
  reach({a.running(), 1'000});
  reach({0xdead, 1});
  redis.end();
  reach({a.running(), 1'000});
}

TEST_F(SharedLog, FindsThePlaceOfATimeByTheClockOfRedis) {
  ASSERT_TRUE(a.start());
  ASSERT_TRUE(a.append({for_everyone("1")}));
  ASSERT_TRUE(a.hears(1));
  const auto find = [&](WallTime time) {
    return *store::testing::answer<Result<store::TimePlace>>([&](auto done) { a.log->find_time(time, done); });
  };
  EXPECT_EQ(find(a.clock.wall() - Seconds{60}).position, 0u);
  EXPECT_FALSE(find(a.clock.wall() - Seconds{60}).gone);
  EXPECT_EQ(find(a.clock.wall() + Seconds{60}).position, 1u);
}

}  // namespace
}  // namespace tidings::shared
