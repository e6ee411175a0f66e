// How a node comes back into step: with servers that behave badly, a copy that fails, and a clock that the test moves.
#include "shared/follower.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis/testing/client_fixture.hpp"
#include "shared/testing/fake_log.hpp"
#include "shared/testing/faulty_store.hpp"
#include "store/rocksdb_store.hpp"
#include "store/testing/recorder.hpp"
#include "store/testing/temporary_folder.hpp"

namespace tidings::shared {
namespace {

using redis::testing::bulks;
using redis::testing::FakeServer;
using redis::testing::greeting;
using redis::testing::Words;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class LogFollower : public redis::testing::ClientTest {
 public:
  LogFollower() {
    serves(server());
    log.append("1");
  }

  void serves(FakeServer& server) {
    server.answer = [this](const Words& words) { return log.answer(words); };
  }
  void start() {
    ASSERT_TRUE(copy.open());
    follower = std::make_unique<Follower>(shared, copy, time, scripts);
    follower->on_first_caught_up = [this] { copy.go_live(); };
    follower->start();
  }
  bool in_step() {
    return pass_until([this] { return follower->in_step(); });
  }
  bool hears(std::size_t count) {
    return pass_until([&] { return recorder.records().size() >= count; });
  }
  [[nodiscard]] std::vector<std::string> heard() const {
    std::vector<std::string> payloads;
    for (const auto& record : recorder.records()) payloads.push_back(record->event.payload);
    return payloads;
  }
  [[nodiscard]] std::vector<store::Position> kept() const {
    const auto page = copy.read(store::testing::everything_after(0, 99));
    EXPECT_TRUE(page);
    return page ? store::testing::positions_of(page->records) : std::vector<store::Position>{};
  }
  [[nodiscard]] bool shows(const std::string& sample) {
    return metrics_.scrape().find("\n" + sample + "\n") != std::string::npos;
  }

  testing::FakeLog log;
  Names names{"tidings"};
  Scripts scripts;
  LogClock time{clock_};
  store::testing::TemporaryFolder folder;
  store::testing::Recorder recorder;
  bool failing = false;
  std::string damaged;
  Copy copy{folder.path() / "data" / "copy",
            [this](const std::filesystem::path& where) -> std::unique_ptr<store::EventStore> {
              return std::make_unique<testing::FaultyStore>(store::make_rocksdb_store({.folder = where}), failing,
                                                            damaged);
            },
            recorder, metrics_};
  Shared shared{reactor_, clock_, random_, metrics_, settings_.address, names};
  std::unique_ptr<Follower> follower;
};

TEST_F(LogFollower, DeliversWhatIsAppended) {
  start();
  ASSERT_TRUE(in_step());
  EXPECT_TRUE(shows("tidings_store_healthy 1"));
  log.append("2");
  ASSERT_TRUE(hears(1));
  EXPECT_THAT(heard(), ElementsAre("2"));
}

TEST_F(LogFollower, IsOutOfStepWhileTheServerRefusesToSayWhereTheLogStands) {
  log.met = "-OOM command not allowed when used memory > 'maxmemory'\r\n";
  start();
  ASSERT_TRUE(pass_until([this] { return log.meetings == 3; }));
  EXPECT_FALSE(follower->in_step());
  EXPECT_GT(logged("redis_refused what=meet error=OOM"), 0u);
  log.met.clear();
  ASSERT_TRUE(in_step());
  // The same while it follows.
  log.met = "-OOM command not allowed when used memory > 'maxmemory'\r\n";
  ASSERT_TRUE(pass_until([this] { return !follower->in_step(); }));
  EXPECT_TRUE(shows("tidings_store_healthy 0"));
  log.met.clear();
  EXPECT_TRUE(in_step());
  EXPECT_TRUE(shows("tidings_store_healthy 1"));
  EXPECT_EQ(logged("redis_reconnecting"), 0u);
}

// So much waits for replies that nothing more is sent.
TEST_F(LogFollower, MeetsAgainAfterAMeetingThatWasNotEvenAskedFor) {
  start();
  ASSERT_TRUE(in_step());
  while (follower->writing().pending() < settings_.most_pending) {
    follower->writing().command({"ECHO", "x"}, [](const redis::CommandResult&) {});
  }
  follower->meet();
  EXPECT_EQ(logged("redis_not_asked what=meet"), 1u);
  EXPECT_FALSE(follower->in_step());
  const int before = log.meetings;
  EXPECT_TRUE(pass_until([&] { return log.meetings > before; }));
  EXPECT_TRUE(in_step());
  EXPECT_EQ(logged("redis_reconnecting"), 0u);
}

TEST_F(LogFollower, LearnsFactsThatTakeLongerThanTheTimeBetweenTwoMeetings) {
  log.pages_of_facts = 2'000;
  const MonotonicTime before = clock_.monotonic();
  start();
  EXPECT_TRUE(in_step());
  EXPECT_GT(clock_.monotonic() - before, 2 * Follower::upkeep);
}

TEST_F(LogFollower, NeverTakesASmallerNumberForAFactThanItKnows) {
  std::vector<std::string> learned;
  start();
  follower->on_fact = [&](const std::string& name, const std::string& value) { learned.push_back(name + "=" + value); };
  ASSERT_TRUE(in_step());
  for (const char* value : {"9", "10", "7", "11"}) log.put_fact("n", value);
  log.put_fact("last", "b");
  log.put_fact("last", "a");
  EXPECT_TRUE(pass_until([&] { return !learned.empty() && learned.back() == "last=a"; }));
  EXPECT_THAT(learned, ElementsAre("n=9", "n=10", "n=11", "last=b", "last=a"));
}

TEST_F(LogFollower, ReadsOnAfterAReadThatTheServerRefused) {
  start();
  ASSERT_TRUE(in_step());
  log.read_error = "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n";
  ASSERT_TRUE(pass_until([this] { return logged("redis_refused what=read error=UNBLOCKED") != 0; }));
  log.read_error.clear();
  log.append("2");
  ASSERT_TRUE(hears(1));
  EXPECT_EQ(logged("redis_reconnecting"), 0u);
  EXPECT_TRUE(in_step());
}

TEST_F(LogFollower, ConnectsAnewToAServerWhoseStateItDoesNotUnderstand) {
  log.met = "+OK\r\n";
  start();
  ASSERT_TRUE(pass_until([this] { return logged("redis_reconnecting") >= 2; }));
  EXPECT_GT(logged("redis_reconnecting reason=\"the server's state is not understood\""), 0u);
  EXPECT_FALSE(follower->in_step());
  log.met.clear();
  EXPECT_TRUE(in_step());
}

// Each connection found a primary of its own, while one took over from the other.
TEST_F(LogFollower, FollowsNobodyWhileTwoServersArePrimaries) {
  FakeServer& other = another_server();
  FakeServer& sentinel = another_server();
  serves(other);
  sentinel.hello = greeting("", "sentinel");
  bool split = true;
  int asked = 0;
  sentinel.answer = [&](const Words&) {
    const redis::HostPort primary = (split && asked++ % 2 == 0 ? server() : other).where();
    return bulks({primary.host, std::to_string(primary.port)});
  };
  settings_.address = *redis::Address::parse("redis+sentinel://" + sentinel.where().text() + "/primary");
  start();
  ASSERT_TRUE(pass_until([this] { return logged("redis_reconnecting reason=\"two servers are primaries\"") != 0; }));
  EXPECT_EQ(log.meetings, 0);
  split = false;
  ASSERT_TRUE(in_step());
  EXPECT_GT(logged("in_step_with_redis server=" + other.where().text()), 0u);
}

TEST_F(LogFollower, ConnectsAnewWhereItCanNotReadWhatIsSaidToBeThere) {
  start();
  ASSERT_TRUE(in_step());
  log.read_error = "*-1\r\n";
  log.append("2");
  ASSERT_TRUE(pass_until([this] { return logged("redis_reconnecting") != 0; }));
  EXPECT_EQ(logged("redis_reconnecting reason=\"what is appended is not to be read\""), 1u);
  log.read_error.clear();
  EXPECT_TRUE(hears(1));
  EXPECT_TRUE(in_step());
  EXPECT_THAT(recorder.epochs(), SizeIs(1));
}

// Else all clients would be told of a gap wherever a link is slow.
TEST_F(LogFollower, DoesNotTakeASlowServerForOneThatHasLostEvents) {
  start();
  ASSERT_TRUE(in_step());
  log.hangs = true;
  log.append("2");
  ASSERT_TRUE(pass_until([this] { return logged("redis_reconnecting") >= 3; }));
  log.hangs = false;
  ASSERT_TRUE(hears(1));
  EXPECT_TRUE(in_step());
  EXPECT_TRUE(shows("tidings_log_rewritten_total 0"));
  EXPECT_THAT(recorder.epochs(), SizeIs(1));
}

// By an operator, before any node had read it.
TEST_F(LogFollower, NoticesThatTheLastEventWasTakenOut) {
  log.append("2");
  log.remove_last();
  start();
  ASSERT_TRUE(in_step());
  EXPECT_TRUE(shows("tidings_log_rewritten_total 1"));
  EXPECT_THAT(recorder.epochs(), SizeIs(2));
  log.append("3");
  ASSERT_TRUE(hears(1));
  EXPECT_THAT(heard(), ElementsAre("3"));
}

TEST_F(LogFollower, StoresNothingUntilItsCopyTakesWritesAgain) {
  start();
  ASSERT_TRUE(in_step());
  failing = true;
  log.append("2");
  ASSERT_TRUE(pass_until([this] { return logged("store_failed") != 0; }));
  EXPECT_EQ(logged("error store_failed detail=failing"), 1u);
  EXPECT_FALSE(follower->in_step());
  EXPECT_TRUE(shows("tidings_log_failures_total 1"));
  EXPECT_TRUE(shows("tidings_store_healthy 0"));
  pass(Seconds{3});
  pass(Seconds{3});
  EXPECT_EQ(logged("store_recovered"), 0u);
  failing = false;
  ASSERT_TRUE(in_step());
  EXPECT_EQ(logged("store_recovered"), 1u);
  EXPECT_TRUE(shows("tidings_store_healthy 1"));
  ASSERT_TRUE(hears(1));
  EXPECT_THAT(heard(), ElementsAre("2"));
}

TEST_F(LogFollower, FillsItsCopyAnewWhereThatIsFoundToBeDamaged) {
  start();
  ASSERT_TRUE(in_step());
  damaged = "event 1 of the log is damaged";
  ASSERT_TRUE(pass_until([this] { return logged("copy_thrown_away") != 0; }));
  damaged.clear();
  EXPECT_EQ(logged("store_failed detail=\"event 1 of the log is damaged\""), 1u);
  EXPECT_TRUE(shows("tidings_copy_thrown_away_total 1"));
  ASSERT_TRUE(in_step());
  log.append("2");
  ASSERT_TRUE(hears(1));
  EXPECT_THAT(kept(), ElementsAre(1, 2));
}

TEST_F(LogFollower, FillsItsCopyAnewOnceTheFolderIsThereAgain) {
  start();
  ASSERT_TRUE(in_step());
  // A link to itself, which nobody goes through.
  const auto data = folder.path() / "data";
  std::filesystem::rename(data, folder.path() / "moved");
  std::filesystem::create_symlink("data", data);
  damaged = "event 1 of the log is damaged";
  ASSERT_TRUE(pass_until([this] { return logged("copy_thrown_away") != 0; }));
  damaged.clear();
  pass(Seconds{2});
  pass(Seconds{2});
  EXPECT_FALSE(follower->in_step());
  EXPECT_EQ(logged("store_recovered"), 0u);
  std::filesystem::remove(data);
  std::filesystem::rename(folder.path() / "moved", data);
  ASSERT_TRUE(in_step());
  log.append("2");
  ASSERT_TRUE(hears(1));
  EXPECT_THAT(kept(), ElementsAre(1, 2));
  EXPECT_TRUE(shows("tidings_copy_thrown_away_total 1"));
}

}  // namespace
}  // namespace tidings::shared
