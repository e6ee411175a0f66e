#include "store/embedded_log.hpp"

#include <gtest/gtest.h>

#include <latch>

#include "store/committer.hpp"
#include "store/memory_store.hpp"
#include "store/record_codec.hpp"
#include "store/testing/events.hpp"
#include "store/testing/recorder.hpp"

namespace tidings::store {
namespace {

using testing::append_now;
using testing::everything_after;
using testing::for_everyone;
using testing::keyed;
using testing::positions_of;
using testing::read_now;
using testing::tick_now;
using Positions = std::vector<Position>;

// Notes what the log shows as its head whenever it tells of something.
struct HeadListener final : LogListener {
  void on_epoch(Epoch) override { heads.push_back(log->head()); }
  void on_committed(std::span<const RecordPtr>) override { heads.push_back(log->head()); }
  void on_floor(Position) override {}

  const EmbeddedLog* log = nullptr;
  std::vector<Cursor> heads;
};

struct EmbeddedLogTest : ::testing::Test {
  void start(LogSettings settings = {}) {
    log = std::make_unique<EmbeddedLog>(make_memory_store(), settings, clock, random, recorder, metrics);
    ASSERT_TRUE(log->start());
  }
  void append(int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(append_now(*log, {for_everyone("1")}));
  }
  bool gone(WallTime time) {
    return testing::answer<Result<TimePlace>>([&](auto done) { log->find_time(time, done); })->gone;
  }
  Positions kept() { return positions_of(read_now(*log, everything_after(0, ~Position{0}))->records); }

  ManualClock clock;
  SystemRandom random;
  observe::Metrics metrics;
  testing::Recorder recorder;
  testing::LogLines lines;
  std::unique_ptr<EmbeddedLog> log;
};

TEST_F(EmbeddedLogTest, BeginsAnEpochWhereThereIsNone) {
  start();
  ASSERT_EQ(recorder.epochs().size(), 1u);
  EXPECT_EQ(log->head(), (Cursor{recorder.epochs()[0].id, 0}));
  EXPECT_TRUE(log->healthy());
  EXPECT_NE(metrics.scrape().find("tidings_store_healthy 1"), std::string::npos);  // from the first scrape on
  EXPECT_EQ(lines.count("epoch_started"), 1);
}

TEST_F(EmbeddedLogTest, GivesSequencesWithoutHoles) {
  start();
  const EpochId epoch = recorder.epochs()[0].id;
  EXPECT_EQ(*append_now(*log, {for_everyone("1")}), (std::vector<Cursor>{{epoch, 1}}));
  EXPECT_EQ(*append_now(*log, {for_everyone("2"), for_everyone("3")}), (std::vector<Cursor>{{epoch, 2}, {epoch, 3}}));
  EXPECT_EQ(log->head(), (Cursor{epoch, 3}));
}

TEST_F(EmbeddedLogTest, TellsItsListenerBeforeThePublisher) {
  start();
  const auto heard = testing::answer<std::size_t>(
      [&](auto done) { log->append({for_everyone("1")}, [this, done](auto) { done(recorder.records().size()); }); });
  EXPECT_EQ(heard, 1u);
}

TEST_F(EmbeddedLogTest, ShowsAsItsHeadOnlyWhatItsListenerWasTold) {
  HeadListener listener;
  EmbeddedLog told(make_memory_store(), {}, clock, random, listener, metrics);
  listener.log = &told;
  ASSERT_TRUE(told.start());
  const Cursor begun = told.head();
  const auto first = append_now(told, {for_everyone("1"), for_everyone("2")});
  const auto second = append_now(told, {for_everyone("3")});
  EXPECT_EQ(told.head(), second->back());
  EXPECT_EQ(listener.heads, (std::vector<Cursor>{{}, begun, first->back()}));
}

TEST_F(EmbeddedLogTest, CommitsAllThatWaitsAtOnce) {
  start();
  std::latch held(1);
  std::latch release(1);
  log->tick([&] {
    held.count_down();
    release.wait();
  });
  held.wait();
  std::latch answered(10);
  for (int i = 0; i < 10; ++i) log->append({for_everyone("1")}, [&](auto) { answered.count_down(); });
  release.count_down();
  answered.wait();
  EXPECT_EQ(recorder.commits(), 1u);
  EXPECT_EQ(recorder.records().size(), 10u);
}

TEST_F(EmbeddedLogTest, RefusesWhatWouldWaitBeyondItsBound) {
  start({.retention = {}, .most_waiting_bytes = 1'000});
  std::latch held(1);
  std::latch release(1);
  log->tick([&] {
    held.count_down();
    release.wait();
  });
  held.wait();
  std::latch answered(1);
  log->append({for_everyone(std::string(800, 'x'))}, [&](auto) { answered.count_down(); });
  const auto refused = append_now(*log, {for_everyone(std::string(800, 'x'))});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
  EXPECT_EQ(refused.error().retry_after, Seconds{1});
  release.count_down();
  answered.wait();
  tick_now(*log);
  EXPECT_TRUE(append_now(*log, {for_everyone(std::string(800, 'x'))}));
}

TEST_F(EmbeddedLogTest, AnswersAKnownKeyWithTheFirstCursor) {
  start();
  const auto first = append_now(*log, {keyed("k", "1")});
  append(1);
  EXPECT_EQ(*append_now(*log, {keyed("k", "1")}), *first);
  EXPECT_EQ(recorder.records().size(), 2u);
}

TEST_F(EmbeddedLogTest, RefusesAnotherEventUnderAKnownKey) {
  start();
  ASSERT_TRUE(append_now(*log, {keyed("k", "1")}));
  const auto refused = append_now(*log, {keyed("k", "2")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::key_reused);
}

TEST_F(EmbeddedLogTest, SettlesKeysWithinOneArrayToo) {
  start();
  const auto same = append_now(*log, {keyed("a", "1"), keyed("a", "1"), keyed("b", "1")});
  ASSERT_TRUE(same);
  EXPECT_EQ((*same)[0], (*same)[1]);
  EXPECT_EQ((*same)[2].sequence, 2u);
  const auto different = append_now(*log, {keyed("c", "1"), keyed("c", "2")});
  EXPECT_EQ(different.error().code, ErrorCode::key_reused);
}

TEST_F(EmbeddedLogTest, StoresAllOfAnArrayOrNone) {
  start();
  ASSERT_TRUE(append_now(*log, {keyed("k", "1")}));
  EXPECT_FALSE(append_now(*log, {for_everyone("2"), keyed("new", "2"), keyed("k", "2"), for_everyone("3")}));
  EXPECT_EQ(recorder.records().size(), 1u);
  EXPECT_EQ((*append_now(*log, {keyed("new", "other")}))[0].sequence, 2u);
}

TEST_F(EmbeddedLogTest, SettlesKeysWithinOneCommit) {
  start();
  std::latch held(1);
  std::latch release(1);
  log->tick([&] {
    held.count_down();
    release.wait();
  });
  held.wait();
  std::vector<Result<std::vector<Cursor>>> answers(4, std::vector<Cursor>{});
  std::latch answered(4);
  const std::vector<std::vector<Event>> published{
      {keyed("k", "1")}, {for_everyone("x"), keyed("k", "2")}, {keyed("k", "1")}, {for_everyone("y")}};
  for (std::size_t i = 0; i < published.size(); ++i) {
    log->append(published[i], [&, i](auto done) {
      answers[i] = std::move(done);
      answered.count_down();
    });
  }
  release.count_down();
  answered.wait();
  EXPECT_EQ((*answers[0])[0].sequence, 1u);
  EXPECT_EQ(answers[1].error().code, ErrorCode::key_reused);
  EXPECT_EQ((*answers[2])[0].sequence, 1u);
  EXPECT_EQ((*answers[3])[0].sequence, 2u);
}

TEST_F(EmbeddedLogTest, StoresRequestsThatComeTogetherEachByItself) {
  start();
  const auto stored = testing::answer<std::vector<EventLog::Stored>>([&](auto done) {
    log->append_all({{keyed("k", "1")}, {for_everyone("x"), keyed("k", "2")}, {for_everyone("y"), for_everyone("z")}},
                    done);
  });
  ASSERT_EQ(stored.size(), 3u);
  EXPECT_EQ((*stored[0])[0].sequence, 1u);
  EXPECT_EQ(stored[1].error().code, ErrorCode::key_reused);
  EXPECT_EQ((*stored[2])[0].sequence, 2u);
  EXPECT_EQ((*stored[2])[1].sequence, 3u);
  EXPECT_EQ(recorder.commits(), 1u);
}

TEST_F(EmbeddedLogTest, RefusesRequestsThatComeTogetherByOneAnswerEach) {
  start({.retention = {}, .most_waiting_bytes = 1'000});
  const auto stored = testing::answer<std::vector<EventLog::Stored>>([&](auto done) {
    log->append_all({{for_everyone(std::string(800, 'x'))}, {for_everyone(std::string(800, 'x'))}}, done);
  });
  ASSERT_EQ(stored.size(), 2u);
  for (const auto& refused : stored) EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
  EXPECT_TRUE(recorder.records().empty());
}

TEST_F(EmbeddedLogTest, ForgetsAKeyWithItsEvent) {
  start({.retention = {.events = 1}});
  ASSERT_TRUE(append_now(*log, {keyed("k", "1")}));
  append(1);
  tick_now(*log);
  EXPECT_EQ((*append_now(*log, {keyed("k", "2")}))[0].sequence, 3u);
}

TEST_F(EmbeddedLogTest, KeepsExactlyAsManyEventsAsItShould) {
  start({.retention = {.events = 10}});
  append(25);
  tick_now(*log);
  EXPECT_EQ(kept().size(), 10u);
  EXPECT_EQ(kept().front(), 16u);
  EXPECT_EQ(recorder.floors().back(), 15u);
}

TEST_F(EmbeddedLogTest, KeepsAsManyBytesAsItMay) {
  start({.retention = {.bytes = 3 * retained_bytes(for_everyone("1"))}});
  append(5);
  tick_now(*log);
  EXPECT_EQ(kept(), (Positions{3, 4, 5}));
}

TEST_F(EmbeddedLogTest, KeepsEventsAsLongAsItShould) {
  start({.retention = {.age = Seconds{60}}});
  append(2);
  clock.advance(Seconds{30});
  append(1);
  clock.advance(Seconds{30});
  tick_now(*log);
  EXPECT_EQ(kept().size(), 3u);
  clock.advance(Milliseconds{1});
  tick_now(*log);
  EXPECT_EQ(kept(), (Positions{3}));
}

TEST_F(EmbeddedLogTest, TakesANewRetentionAtOnce) {
  start();
  append(5);
  log->set_retention({.events = 2});
  tick_now(*log);
  EXPECT_EQ(kept(), (Positions{4, 5}));
}

TEST_F(EmbeddedLogTest, LosesNothingWhenTheCalendarJumpsForward) {
  start({.retention = {.age = Seconds{60}}});
  append(3);
  clock.set_wall(clock.wall() + std::chrono::hours{24 * 365});
  tick_now(*log);
  EXPECT_EQ(kept().size(), 3u);
  EXPECT_EQ(lines.count("clock_jumped"), 1);
  clock.advance(Seconds{61});
  tick_now(*log);
  EXPECT_EQ(kept(), Positions{});
  EXPECT_EQ(lines.count("clock_jumped"), 1);
}

TEST_F(EmbeddedLogTest, LetsEventsAgeWhenTheCalendarJumpsBack) {
  start({.retention = {.age = Seconds{60}}});
  append(3);
  clock.set_wall(clock.wall() - std::chrono::hours{24 * 365});
  append(1);
  EXPECT_GE(recorder.records()[3]->time, recorder.records()[2]->time);
  clock.advance(Seconds{61});
  tick_now(*log);
  EXPECT_EQ(kept(), Positions{});
  EXPECT_EQ(lines.count("clock_jumped"), 1);
}

TEST_F(EmbeddedLogTest, FindsThePlaceOfATimeAlsoAfterAJump) {
  start();
  append(1);
  clock.advance(Seconds{100});
  append(1);
  const auto find = [this](WallTime time) {
    return testing::answer<Result<TimePlace>>([&](auto done) { log->find_time(time, done); })->position;
  };
  EXPECT_EQ(find(clock.wall() - Seconds{50}), 1u);
  clock.set_wall(clock.wall() + std::chrono::hours{5});
  EXPECT_EQ(find(clock.wall() - Seconds{50}), 1u);
  EXPECT_EQ(find(clock.wall() - Seconds{101}), 0u);
}

TEST_F(EmbeddedLogTest, TellsATimeThatRetentionHasPassedFromOneThatItHasNot) {
  start({.retention = {.age = Seconds{60}}});
  append(1);
  clock.advance(Seconds{50});
  append(1);
  clock.advance(Seconds{50});
  tick_now(*log);
  ASSERT_EQ(kept(), Positions{2});
  EXPECT_TRUE(gone(clock.wall() - Seconds{100}));
  EXPECT_FALSE(gone(clock.wall() - Seconds{99}));
  clock.advance(Seconds{1000});
  tick_now(*log);
  ASSERT_EQ(kept(), Positions{});
  EXPECT_TRUE(gone(clock.wall() - Seconds{1050}));
  EXPECT_FALSE(gone(clock.wall() - Seconds{1049}));
}

TEST_F(EmbeddedLogTest, KnowsNothingOfTheTimeBeforeItsMemory) {
  clock.advance(Seconds{10});
  start();
  clock.advance(Seconds{10});
  append(1);
  EXPECT_TRUE(gone(clock.wall() - Seconds{10}));
  EXPECT_FALSE(gone(clock.wall() - Seconds{9}));
}

TEST_F(EmbeddedLogTest, KeepsFacts) {
  start();
  const auto put = testing::answer<Result<void>>([&](auto done) { log->put_fact("revoked/u1", "1", done); });
  EXPECT_TRUE(put);
  EXPECT_EQ(log->facts("revoked/")->size(), 1u);
}

TEST_F(EmbeddedLogTest, CommitsWhatWaitsBeforeItStops) {
  start();
  std::latch answered(5);
  for (int i = 0; i < 5; ++i)
    log->append({for_everyone("1")}, [&](auto done) {
      EXPECT_TRUE(done);
      answered.count_down();
    });
  log->stop();
  answered.wait();
  EXPECT_EQ(append_now(*log, {for_everyone("1")}).error().code, ErrorCode::draining);
  const auto fact = testing::answer<Result<void>>([&](auto done) { log->put_fact("a", "b", done); });
  EXPECT_EQ(fact.error().code, ErrorCode::draining);
  EXPECT_FALSE(read_now(*log, {}));
  EXPECT_FALSE(testing::answer<Result<TimePlace>>([&](auto done) { log->find_time({}, done); }));
  tick_now(*log);
}

TEST_F(EmbeddedLogTest, CutsAFloodIntoSeveralCommits) {
  start();
  std::latch held(1);
  std::latch release(1);
  log->tick([&] {
    held.count_down();
    release.wait();
  });
  held.wait();
  std::latch answered(20);
  for (int i = 0; i < 20; ++i) {
    log->append({for_everyone(std::string(1'000'000, 'x'))}, [&](auto) { answered.count_down(); });
  }
  const auto fact = testing::answer<Result<void>>([&](auto done) {
    log->put_fact("a", "b", done);
    release.count_down();
  });
  EXPECT_TRUE(fact);
  answered.wait();
  EXPECT_EQ(recorder.commits(), 3u);
}

TEST(LogTime, StartsWhereTheNewestRecordLies) {
  const ManualClock clock;
  LogTime time(clock);
  time.start(clock.wall() + Seconds{100});
  EXPECT_EQ(time.now(), clock.wall() + Seconds{100});
  EXPECT_EQ(time.jump(), Milliseconds{0});
}

}  // namespace
}  // namespace tidings::store
