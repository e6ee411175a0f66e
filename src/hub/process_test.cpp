#include "hub/process.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <thread>

namespace tidings::hub {
namespace {

TEST(Process, OpensAsManyDescriptorsAsItMay) {
  const std::size_t limit = raise_descriptor_limit();
  rlimit now{};
  getrlimit(RLIMIT_NOFILE, &now);
  EXPECT_EQ(limit, now.rlim_cur);
  EXPECT_EQ(now.rlim_cur, now.rlim_max);
}

TEST(Process, HasACoreToRunOn) { EXPECT_GE(usable_cores(), 1); }

TEST(Process, KeepsItsFilesToItselfAndOutlivesBrokenPipes) {
  const mode_t before = umask(0);
  umask(before);
  set_process_manners();
  EXPECT_EQ(umask(before), 077);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  EXPECT_EQ(write(ends[1], "x", 1), -1);
  close(ends[1]);
}

TEST(Signals, AreTakenInsteadOfEndingTheProcess) {
  Signals signals;
  raise(SIGHUP);
  EXPECT_EQ(signals.next(std::nullopt), Signals::Kind::reload);
  raise(SIGTERM);
  EXPECT_EQ(signals.next(std::nullopt), Signals::Kind::stop);
  raise(SIGINT);
  EXPECT_EQ(signals.next(std::nullopt), Signals::Kind::stop);
}

TEST(Signals, AreWaitedForNoLongerThanAsked) {
  Signals signals;
  EXPECT_EQ(signals.next(Milliseconds{0}), std::nullopt);
  EXPECT_EQ(signals.next(Milliseconds{-5}), std::nullopt);
}

TEST(Signals, AreWaitedForUntilAnotherThreadWakes) {
  Signals signals;
  std::thread other([&] { signals.wake(); });
  EXPECT_EQ(signals.next(std::nullopt), std::nullopt);
  other.join();
  EXPECT_EQ(signals.next(Milliseconds{0}), std::nullopt);
}

}  // namespace
}  // namespace tidings::hub
