// What publishers, readers and operators are told where the log, or its Redis, takes nothing more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>

#include "shared/appender.hpp"
#include "shared/testing/nodes.hpp"
#include "store/log_reader.hpp"

namespace tidings::shared {
namespace {

using testing::ask;
using testing::eventually;
using testing::for_everyone;
using testing::Node;
using testing::ServerProcess;

struct RefusingLog : ::testing::Test {
  RefusingLog() { observe::configure_log(observe::Level::warning, observe::Format::text); }

  void start() { ASSERT_TRUE(a.start()); }
  [[nodiscard]] bool shows(const std::string& sample) {
    return a.metrics.scrape().find("\n" + sample + "\n") != std::string::npos;
  }

  ServerProcess redis = ServerProcess::server();
  store::testing::LogLines lines;
  Node a{redis.where()};
};

TEST_F(RefusingLog, TakesNoMoreThanItsBoundWhileRedisHangs) {
  start();
  redis.pause();
  std::promise<store::EventLog::Stored> taken;
  a.log->append({for_everyone("1")}, [&](auto cursors) { taken.set_value(std::move(cursors)); });
  // As much as may wait in all, and one waits already.
  const auto refused = a.append(std::vector(64, for_everyone(std::string(Appender::most_waiting_bytes / 64, 'x'))));
  redis.go_on();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
  EXPECT_EQ(refused.error().retry_after, Seconds{1});
  EXPECT_TRUE(shows("tidings_log_overloaded_total 1"));
  // What was taken is stored, and there is room again.
  EXPECT_TRUE(taken.get_future().get());
  EXPECT_TRUE(a.append({for_everyone("2")}));
  EXPECT_TRUE(a.hears(2));
}

TEST_F(RefusingLog, AnswersBeforeItStopsWhatItHadTaken) {
  start();
  redis.pause();
  std::promise<store::EventLog::Stored> taken;
  a.log->append({for_everyone("1")}, [&](auto cursors) { taken.set_value(std::move(cursors)); });
  std::thread stopping([&] { a.log->stop(); });
  // Others are refused from then on.
  std::atomic<bool> refused{false};
  EXPECT_TRUE(eventually([&] {
    a.log->append({for_everyone("2")}, [&](const auto& cursors) { refused = refused || !cursors; });
    return refused.load();
  }));
  redis.go_on();
  stopping.join();
  EXPECT_TRUE(taken.get_future().get());
  EXPECT_EQ(ask(redis.where(), {"XRANGE", "tidings:log", "1-0", "1-0"}).elements().size(), 1u);
}

TEST_F(RefusingLog, TellsReadersToAskAgainWhereTooManyWait) {
  start();
  const auto most = static_cast<int>(store::LogReader::most_waiting);
  std::latch held(1);
  std::latch release(1);
  a.log->find_time({}, [&](const auto&) {
    held.count_down();
    release.wait();
  });
  held.wait();
  std::atomic<int> answered{0};
  std::atomic<int> overloaded{0};
  const auto note = [&](const auto& result) {
    ++answered;
    if (!result && result.error().code == ErrorCode::overloaded) ++overloaded;
  };
  std::vector<store::Read> reads(store::LogReader::most_waiting + 2, store::Read{{}, note});
  a.log->read(std::move(reads));
  EXPECT_EQ(overloaded, 2);
  for (int i = 0; i < most; ++i) a.log->find_time({}, note);
  EXPECT_EQ(overloaded, 2);
  a.log->find_time({}, note);
  EXPECT_EQ(overloaded, 3);
  EXPECT_TRUE(shows("tidings_log_overloaded_total 3"));
  release.count_down();
  EXPECT_TRUE(eventually([&] { return answered == 2 * most + 3; }));
  EXPECT_EQ(overloaded, 3);
}

TEST_F(RefusingLog, IsNotHealthyWhileRedisIsFull) {
  start();
  ASSERT_TRUE(a.append({for_everyone("1")}));
  ask(redis.where(), {"CONFIG", "SET", "maxmemory", "1"});
  ASSERT_TRUE(eventually([&] { return !a.log->healthy(); }));
  EXPECT_TRUE(shows("tidings_store_healthy 0"));
  EXPECT_GT(lines.count("redis_refused what=meet error=OOM"), 0);
  EXPECT_EQ(a.append({for_everyone("2")}).error().code, ErrorCode::store_unavailable);
  EXPECT_EQ(a.kept(), a.heard());
  ask(redis.where(), {"CONFIG", "SET", "maxmemory", "0"});
  ASSERT_TRUE(a.in_step());
  EXPECT_TRUE(shows("tidings_store_healthy 1"));
  EXPECT_TRUE(a.append({for_everyone("3")}));
  EXPECT_TRUE(a.hears(2));
}

// INFO is allowed for the scripts, which ask it about the server, and for nothing else.
TEST_F(RefusingLog, SaysThatItCanNotTellWhetherRedisMayEvict) {
  ask(redis.where(), {"ACL", "SETUSER", "hub", "on", ">secret", "~tidings:*", "+@all", "-info", "+info|server"});
  a.settings.address = *redis::Address::parse("redis://hub:secret@" + redis.where().text());
  start();
  EXPECT_TRUE(eventually([&] { return lines.count("redis_eviction_unknown error=NOPERM") == 1; }));
  EXPECT_TRUE(a.append({for_everyone("1")}));
}

TEST_F(RefusingLog, SaysWhyItDoesNotStartWhereTheDiskIsFull) {
  std::filesystem::create_directories(a.settings.copy);
  std::filesystem::create_symlink("/dev/full", a.settings.copy / "STAND");
  a.settings.start_time = Milliseconds{1'000};
  const auto started = a.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().detail, ::testing::EndsWith("the hub's log says why"));
  EXPECT_GT(lines.count("store_failed detail=\"STAND: No space left on device\""), 0);
}

TEST_F(RefusingLog, ReadsOnAfterAnOperatorHasUnblockedItsConnection) {
  start();
  const auto clients = std::string(ask(redis.where(), {"CLIENT", "LIST"}).text());
  const auto at = clients.rfind("id=", clients.find("name=tidings-read")) + 3;
  const std::string id = clients.substr(at, clients.find(' ', at) - at);
  EXPECT_TRUE(eventually([&] { return ask(redis.where(), {"CLIENT", "UNBLOCK", id, "ERROR"}).integer() == 1; }));
  EXPECT_TRUE(eventually([&] { return lines.count("redis_refused what=read error=UNBLOCKED") == 1; }));
  ASSERT_TRUE(eventually([&] { return a.append({for_everyone("1")}).has_value(); }));
  EXPECT_TRUE(a.hears(1));
  EXPECT_EQ(lines.count("redis_reconnecting"), 0);
}

}  // namespace
}  // namespace tidings::shared
