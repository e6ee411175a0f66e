// The log on a disk that fills up, fails, and comes back.
#include <gtest/gtest.h>

#include "store/embedded_log.hpp"
#include "store/rocksdb_store.hpp"
#include "store/testing/events.hpp"
#include "store/testing/faulty_files.hpp"
#include "store/testing/recorder.hpp"
#include "store/testing/temporary_folder.hpp"

namespace tidings::store {
namespace {

using testing::append_now;
using testing::everything_after;
using testing::for_everyone;
using testing::positions_of;
using testing::read_now;
using testing::tick_now;
using Positions = std::vector<Position>;

struct EmbeddedLogFailure : ::testing::TestWithParam<Durability> {
  void start() {
    auto store = make_rocksdb_store({.folder = folder.path(), .environment = environment.get()});
    log = std::make_unique<EmbeddedLog>(std::move(store), LogSettings{.durability = GetParam(), .retention = {}}, clock,
                                        random, recorder, metrics);
    const auto started = log->start();
    ASSERT_TRUE(started) << started.error().detail;
  }
  // A second passes, and the log tries again.
  void retry() {
    clock.advance(Seconds{1});
    tick_now(*log);
  }
  Positions kept() { return positions_of(read_now(*log, everything_after(0, ~Position{0}))->records); }

  testing::TemporaryFolder folder;
  testing::Faults faults;
  std::unique_ptr<rocksdb::Env> environment = testing::faulty_environment(faults);
  ManualClock clock;
  SystemRandom random;
  observe::Metrics metrics;
  testing::Recorder recorder;
  testing::LogLines lines;
  std::unique_ptr<EmbeddedLog> log;
};

INSTANTIATE_TEST_SUITE_P(Durabilities, EmbeddedLogFailure, ::testing::Values(Durability::process, Durability::fsync),
                         [](const auto& which) { return which.param == Durability::fsync ? "Fsync" : "Process"; });

TEST_P(EmbeddedLogFailure, OnAFullDiskRefusesEventsUntilThereIsRoom) {
  start();
  ASSERT_TRUE(append_now(*log, {for_everyone("1")}));
  faults.full = true;
  for (int i = 0; i < 3; ++i) {
    const auto refused = append_now(*log, {for_everyone("lost")});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::store_unavailable);
    EXPECT_EQ(refused.error().retry_after, Seconds{1});
  }
  EXPECT_FALSE(log->healthy());
  EXPECT_EQ(lines.count("store_failed"), 1);
  EXPECT_TRUE(log->readable());
  EXPECT_EQ(kept(), (Positions{1}));  // those who are behind are still served

  retry();
  EXPECT_FALSE(log->healthy());
  EXPECT_EQ(kept(), (Positions{1}));
  const auto fact = testing::answer<Result<void>>([&](auto done) { log->put_fact("a", "b", done); });
  EXPECT_EQ(fact.error().code, ErrorCode::store_unavailable);

  faults.full = false;
  retry();
  EXPECT_TRUE(log->healthy());
  EXPECT_EQ(lines.count("store_recovered"), 1);
  const auto stored = append_now(*log, {for_everyone("2")});
  ASSERT_TRUE(stored);
  EXPECT_EQ(recorder.epochs().size(), 1u);
  EXPECT_EQ(recorder.records().size(), log->head().sequence);
  EXPECT_EQ(kept(), positions_of(recorder.records()));
}

TEST_P(EmbeddedLogFailure, DoesNotTryMoreThanOnceASecond) {
  start();
  faults.full = true;
  ASSERT_FALSE(append_now(*log, {for_everyone("1")}));
  faults.full = false;
  tick_now(*log);
  EXPECT_FALSE(log->healthy());
  retry();
  EXPECT_TRUE(log->healthy());
}

TEST_P(EmbeddedLogFailure, KeepsWhatItAcknowledgedWhenItEndsWithAFullDisk) {
  start();
  ASSERT_TRUE(append_now(*log, {for_everyone("1")}));
  faults.full = true;
  ASSERT_FALSE(append_now(*log, {for_everyone("2")}));
  log.reset();
  faults.full = false;
  start();
  ASSERT_TRUE(append_now(*log, {for_everyone("3")}));
  EXPECT_EQ(kept().front(), 1u);
}

TEST_P(EmbeddedLogFailure, NoticesAFullDiskAtAFactToo) {
  start();
  faults.full = true;
  const auto fact = testing::answer<Result<void>>([&](auto done) { log->put_fact("a", "b", done); });
  EXPECT_EQ(fact.error().code, ErrorCode::store_unavailable);
  EXPECT_FALSE(log->healthy());
  faults.full = false;
  retry();
  EXPECT_TRUE(log->healthy());
}

TEST_P(EmbeddedLogFailure, NoticesAFullDiskWhenRetentionIsDue) {
  start();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(append_now(*log, {for_everyone("1")}));
  faults.full = true;
  log->set_retention({.events = 1});
  tick_now(*log);
  EXPECT_FALSE(log->healthy());
  EXPECT_TRUE(recorder.floors().empty());
  faults.full = false;
  retry();
  EXPECT_EQ(kept(), (Positions{3}));
}

TEST_P(EmbeddedLogFailure, RefusesToStartOnAFullDisk) {
  faults.full = true;
  EmbeddedLog refused(make_rocksdb_store({.folder = folder.path(), .environment = environment.get()}), {}, clock,
                      random, recorder, metrics);
  const auto started = refused.start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().detail.find(folder.path().string()), std::string::npos) << started.error().detail;
}

struct FailedSync : EmbeddedLogFailure {};
INSTANTIATE_TEST_SUITE_P(Durabilities, FailedSync, ::testing::Values(Durability::fsync),
                         [](const auto&) { return "Fsync"; });

TEST_P(FailedSync, BeginsANewEpochAboveAllThatWasGivenOut) {
  start();
  ASSERT_TRUE(append_now(*log, {for_everyone("1")}));
  faults.sync_fails = true;
  EXPECT_FALSE(append_now(*log, {for_everyone("2")}));
  EXPECT_FALSE(log->healthy());
  retry();
  EXPECT_FALSE(log->healthy());
  faults.sync_fails = false;
  retry();
  EXPECT_TRUE(log->healthy());
  ASSERT_EQ(recorder.epochs().size(), 2u);
  const Epoch epoch = recorder.epochs()[1];
  EXPECT_EQ(epoch.base, recorder.records().size());
  EXPECT_EQ(*append_now(*log, {for_everyone("3")}), (std::vector<Cursor>{{epoch.id, 1}}));
  EXPECT_EQ(kept(), positions_of(recorder.records()));
}

TEST_P(FailedSync, IsRememberedThroughTheEndOfTheHub) {
  start();
  ASSERT_TRUE(append_now(*log, {for_everyone("1")}));
  faults.sync_fails = true;
  ASSERT_FALSE(append_now(*log, {for_everyone("2")}));
  log.reset();
  faults.sync_fails = false;
  const std::size_t known = recorder.epochs().size();
  start();
  EXPECT_EQ(recorder.epochs().size(), known + 2);  // the old one told again, and a new one
}

}  // namespace
}  // namespace tidings::store
