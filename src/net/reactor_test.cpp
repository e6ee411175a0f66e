#include "net/reactor.hpp"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace tidings::net {
namespace {

struct SocketPair {
  SocketPair() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
    near = Descriptor(ends[0]);
    far = Descriptor(ends[1]);
  }
  void send() const { EXPECT_EQ(::send(far.get(), "x", 1, 0), 1); }
  Descriptor near;
  Descriptor far;
};

class Recorder final : public EventHandler {
 public:
  explicit Recorder(std::function<void()> then = [] {}) : then_(std::move(then)) {}
  void on_ready(std::uint32_t epoll_events) override {
    heard.push_back(epoll_events);
    then_();
  }
  std::vector<std::uint32_t> heard;

 private:
  std::function<void()> then_;
};

class TimerRecorder final : public Timer {
 public:
  explicit TimerRecorder(std::function<void()> then) : then_(std::move(then)) {}
  void on_timer() override { then_(); }

 private:
  std::function<void()> then_;
};

class Work final : public SlicedWork {
 public:
  explicit Work(std::function<bool()> slice) : slice_(std::move(slice)) {}
  bool run_slice() override {
    ++slices;
    return slice_();
  }
  int slices = 0;

 private:
  std::function<bool()> slice_;
};

class ReactorTest : public testing::Test {
 protected:
  void turn() { reactor_.run_once(Milliseconds{0}); }

  ManualClock clock_;
  Reactor reactor_{clock_};
};

TEST_F(ReactorTest, TellsEachEdgeOnce) {
  const SocketPair sockets;
  Recorder handler;
  ASSERT_TRUE(reactor_.add(sockets.near.get(), handler));
  turn();
  ASSERT_EQ(handler.heard.size(), 1);
  EXPECT_EQ(handler.heard[0], static_cast<std::uint32_t>(EPOLLOUT));
  turn();
  EXPECT_EQ(handler.heard.size(), 1);
  sockets.send();
  turn();
  ASSERT_EQ(handler.heard.size(), 2);
  EXPECT_TRUE(handler.heard[1] & EPOLLIN);
}

TEST_F(ReactorTest, WatchesOnlyForWhatItIsToldTo) {
  const SocketPair sockets;
  Recorder handler;
  ASSERT_TRUE(reactor_.add(sockets.near.get(), EPOLLIN | EPOLLET, handler));
  turn();
  EXPECT_TRUE(handler.heard.empty());
  sockets.send();
  turn();
  EXPECT_EQ(handler.heard.size(), 1);
}

TEST_F(ReactorTest, TellsThatThePeerIsGone) {
  SocketPair sockets;
  Recorder handler;
  ASSERT_TRUE(reactor_.add(sockets.near.get(), handler));
  sockets.far.reset();
  turn();
  ASSERT_EQ(handler.heard.size(), 1);
  EXPECT_TRUE(handler.heard[0] & EPOLLRDHUP);
}

TEST_F(ReactorTest, SaysWhyADescriptorCannotBeWatched) {
  Recorder handler;
  const auto added = reactor_.add(-1, handler);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, ErrorCode::internal);
  EXPECT_NE(added.error().detail.find("Bad file descriptor"), std::string::npos);
}

TEST_F(ReactorTest, IsSilentAboutARemovedDescriptorEvenIfItsEventsWereFetched) {
  const SocketPair one;
  const SocketPair two;
  std::vector<Recorder*> handlers;
  // Whichever comes first removes the other.
  Recorder first([&] { reactor_.remove(two.near.get(), *handlers[1]); });
  Recorder second([&] { reactor_.remove(one.near.get(), *handlers[0]); });
  handlers = {&first, &second};
  ASSERT_TRUE(reactor_.add(one.near.get(), first));
  ASSERT_TRUE(reactor_.add(two.near.get(), second));
  turn();
  EXPECT_EQ(first.heard.size() + second.heard.size(), 1);
}

TEST_F(ReactorTest, TellsOfADescriptorAgainThatIsRemovedAndAdded) {
  const SocketPair sockets;
  Recorder handler;
  ASSERT_TRUE(reactor_.add(sockets.near.get(), handler));
  turn();
  reactor_.remove(sockets.near.get(), handler);
  ASSERT_TRUE(reactor_.add(sockets.near.get(), handler));
  turn();
  EXPECT_EQ(handler.heard.size(), 2);
}

TEST_F(ReactorTest, DispatchesMoreEventsThanItFetchesAtOnce) {
  std::vector<SocketPair> sockets(Reactor::events_per_turn + 10);
  std::vector<std::unique_ptr<Recorder>> handlers;
  for (const auto& pair : sockets) {
    handlers.push_back(std::make_unique<Recorder>());
    ASSERT_TRUE(reactor_.add(pair.near.get(), *handlers.back()));
  }
  turn();
  turn();
  for (const auto& handler : handlers) EXPECT_EQ(handler->heard.size(), 1);
}

// Many who are ready at the entrance.
class ReactorEntrance : public ReactorTest {
 protected:
  ReactorEntrance() {
    for (const SocketPair& pair : sockets_) {
      newcomers_.push_back(std::make_unique<Recorder>([this] { ++told_; }));
      EXPECT_TRUE(reactor_.add_newcomer(pair.near.get(), Reactor::all_edges, *newcomers_.back()));
    }
  }
  std::vector<SocketPair> sockets_{3 * Reactor::newcomers_per_turn};
  std::vector<std::unique_ptr<Recorder>> newcomers_;
  std::size_t told_ = 0;
};

TEST_F(ReactorEntrance, TellsAFewNewcomersATurnAndEachOfThemInTheEnd) {
  for (std::size_t turns = 1; turns <= 3; ++turns) {
    reactor_.run_once(std::chrono::hours{1});  // does not wait while there is a crowd
    EXPECT_EQ(told_, turns * Reactor::newcomers_per_turn);
  }
  for (const auto& newcomer : newcomers_) EXPECT_EQ(newcomer->heard.size(), 1);
}

TEST_F(ReactorEntrance, TellsThoseWhoAreServedFirst) {
  const SocketPair pair;
  std::size_t told_before = 1'000;
  Recorder served([&] { told_before = told_; });
  ASSERT_TRUE(reactor_.add(pair.near.get(), served));
  turn();
  EXPECT_EQ(told_before, 0U);
  EXPECT_EQ(told_, Reactor::newcomers_per_turn);
}

TEST_F(ReactorEntrance, TellsNewcomersInEachTurnHoweverManyAreServed) {
  const std::vector<SocketPair> busy(4 * Reactor::events_per_turn);
  std::vector<std::unique_ptr<Recorder>> served;
  for (const SocketPair& pair : busy) {
    pair.send();
    served.push_back(std::make_unique<Recorder>([&pair] { pair.send(); }));  // each is ready again at once
    ASSERT_TRUE(reactor_.add(pair.near.get(), *served.back()));
  }
  for (std::size_t turns = 1; turns <= 3; ++turns) {
    turn();
    EXPECT_EQ(told_, turns * Reactor::newcomers_per_turn);
  }
}

TEST_F(ReactorEntrance, AdmitsANewcomerToThoseWhoAreServed) {
  ASSERT_TRUE(reactor_.admit(sockets_.back().near.get(), *newcomers_.back()));
  turn();
  EXPECT_EQ(newcomers_.back()->heard.size(), 1);
  EXPECT_EQ(told_, 1 + Reactor::newcomers_per_turn);
  sockets_.back().send();
  turn();
  EXPECT_EQ(newcomers_.back()->heard.size(), 2);
}

TEST_F(ReactorEntrance, IsSilentAboutANewcomerThatIsRemovedEvenIfItsEventsWereFetched) {
  for (std::size_t i = 0; i < newcomers_.size(); ++i) reactor_.remove(sockets_[i].near.get(), *newcomers_[i]);
  std::vector<std::unique_ptr<Recorder>> rivals;  // whichever is told first removes all
  int told = 0;
  for (const SocketPair& pair : sockets_) {
    rivals.push_back(std::make_unique<Recorder>([&] {
      ++told;
      for (std::size_t i = 0; i < rivals.size(); ++i) reactor_.remove(sockets_[i].near.get(), *rivals[i]);
    }));
    ASSERT_TRUE(reactor_.add_newcomer(pair.near.get(), Reactor::all_edges, *rivals.back()));
  }
  for (int turns = 0; turns < 4; ++turns) turn();
  EXPECT_EQ(told, 1);
}

TEST_F(ReactorEntrance, RunsMoreSlicesWhereThereIsACrowd) {
  Work endless([] { return true; });
  reactor_.schedule(endless);
  turn();
  EXPECT_EQ(endless.slices, Reactor::slices_after_newcomers);
}

TEST_F(ReactorTest, RunsTasksInTheOrderOfTheirPosting) {
  std::vector<int> ran;
  for (int i = 0; i < 5; ++i) reactor_.post([&ran, i] { ran.push_back(i); });
  EXPECT_TRUE(ran.empty());
  turn();
  EXPECT_EQ(ran, (std::vector{0, 1, 2, 3, 4}));
}

TEST_F(ReactorTest, RunsATaskThatATaskPostsInALaterTurn) {
  int ran = 0;
  reactor_.post([&] { reactor_.post([&] { ++ran; }); });
  turn();
  EXPECT_EQ(ran, 0);
  reactor_.run_once(std::chrono::hours{1});  // does not wait
  EXPECT_EQ(ran, 1);
}

TEST_F(ReactorTest, DestroysATaskAsSoonAsItHasRun) {
  auto held = std::make_shared<int>();
  const std::weak_ptr<int> watched = held;
  reactor_.post([held] {});
  reactor_.post([&] { EXPECT_TRUE(watched.expired()); });
  held.reset();
  turn();
}

TEST_F(ReactorTest, RunsDeferredTasksOnceNothingElseRuns) {
  std::string order;
  TimerRecorder timer([&] { order += "timer "; });
  reactor_.timers().arm(timer, reactor_.now());
  Work work([&] {
    order += "slice ";
    return false;
  });
  reactor_.schedule(work);
  reactor_.post([&] {
    reactor_.defer([&] {
      order += "deferred ";
      reactor_.defer([&] { order += "and more "; });
    });
    order += "task ";
  });
  turn();
  EXPECT_EQ(order, "task timer deferred and more slice ");
}

TEST_F(ReactorTest, DoesNotSleepOnADeferredTask) {
  bool ran = false;
  reactor_.defer([&] { ran = true; });
  reactor_.run_once(std::chrono::hours{1});
  EXPECT_TRUE(ran);
}

TEST_F(ReactorTest, FiresTimersByItsClock) {
  int fired = 0;
  TimerRecorder timer([&] { ++fired; });
  reactor_.timers().arm(timer, reactor_.now() + Seconds{15});
  turn();
  EXPECT_EQ(fired, 0);
  clock_.advance(Seconds{15});
  reactor_.run_once(std::chrono::hours{1});  // does not wait
  EXPECT_EQ(fired, 1);
}

TEST_F(ReactorTest, KnowsTheTimeOfItsTurn) {
  const MonotonicTime before = reactor_.now();
  clock_.advance(Seconds{3});
  EXPECT_EQ(reactor_.now(), before);
  turn();
  EXPECT_EQ(reactor_.now(), before + Seconds{3});
  EXPECT_EQ(reactor_.wall(), clock_.wall());
}

TEST_F(ReactorTest, RunsOneSliceATurnUntilTheWorkIsDone) {
  Work work([&] { return work.slices < 3; });
  reactor_.schedule(work);
  reactor_.schedule(work);
  for (int turns = 1; turns <= 3; ++turns) {
    reactor_.run_once(std::chrono::hours{1});  // does not wait
    EXPECT_EQ(work.slices, turns);
  }
  turn();
  EXPECT_EQ(work.slices, 3);
}

TEST_F(ReactorTest, GivesSlicesAsMuchOfATurnAsWhatCameTook) {
  reactor_.post([&] { clock_.advance(Milliseconds{5}); });
  Work endless([&] {
    clock_.advance(Milliseconds{1});
    return true;
  });
  reactor_.schedule(endless);
  turn();
  EXPECT_EQ(endless.slices, 5);
  turn();
  EXPECT_EQ(endless.slices, 6);
  Work short_one([&] { return short_one.slices < 2; });
  reactor_.schedule(short_one);
  reactor_.unschedule(endless);
  reactor_.post([&] { clock_.advance(Milliseconds{5}); });
  turn();
  EXPECT_EQ(short_one.slices, 2);
}

TEST_F(ReactorTest, RunsWhatASliceDefersInItsTurn) {
  bool ran = false;
  Work work([&] {
    reactor_.defer([&] { ran = true; });
    return false;
  });
  reactor_.schedule(work);
  turn();
  EXPECT_TRUE(ran);
}

TEST_F(ReactorTest, LetsOthersInBetweenSlices) {
  const SocketPair sockets;
  Recorder handler;
  ASSERT_TRUE(reactor_.add(sockets.near.get(), EPOLLIN | EPOLLET, handler));
  Work endless([&] {
    if (endless.slices == 2) sockets.send();
    return true;
  });
  reactor_.schedule(endless);
  for (int i = 0; i < 3; ++i) turn();
  EXPECT_EQ(handler.heard.size(), 1);
  reactor_.unschedule(endless);
  turn();
  EXPECT_EQ(endless.slices, 3);
}

TEST_F(ReactorTest, KeepsWorkThatSchedulesItselfWhileItSaysThatItIsDone) {
  Work work([&] {
    if (work.slices == 1) reactor_.schedule(work);
    return false;
  });
  reactor_.schedule(work);
  for (int i = 0; i < 4; ++i) turn();
  EXPECT_EQ(work.slices, 2);
}

TEST_F(ReactorTest, DropsWorkThatUnschedulesItselfWhateverItReturns) {
  Work work([&] {
    reactor_.unschedule(work);
    return true;
  });
  reactor_.schedule(work);
  for (int i = 0; i < 3; ++i) turn();
  EXPECT_EQ(work.slices, 1);
}

TEST_F(ReactorTest, DropsWorkThatOtherWorkUnschedulesInTheSameTurn) {
  Work second([] { return true; });
  Work first([&] {
    reactor_.schedule(second);  // is scheduled already, and stays so once
    reactor_.unschedule(second);
    return false;
  });
  reactor_.schedule(first);
  reactor_.schedule(second);
  for (int i = 0; i < 3; ++i) turn();
  EXPECT_EQ(first.slices, 1);
  EXPECT_EQ(second.slices, 0);
}

TEST_F(ReactorTest, DestroysTasksUnrunOnceItHasStopped) {
  auto held = std::make_shared<int>();
  const std::weak_ptr<int> watched = held;
  bool ran = false;
  reactor_.stop();
  reactor_.post([&ran, held] { ran = true; });
  held.reset();
  reactor_.run();
  EXPECT_FALSE(ran);
  EXPECT_TRUE(watched.expired());
  auto late = std::make_shared<int>();
  const std::weak_ptr<int> late_watched = late;
  reactor_.post([&ran, late] { ran = true; });
  late.reset();
  EXPECT_TRUE(late_watched.expired());
  EXPECT_FALSE(ran);
}

TEST_F(ReactorTest, LetsADyingTaskPostAgain) {
  struct Poster {
    explicit Poster(Reactor& to) : reactor(to) {}
    ~Poster() {
      reactor.post([] {});
    }
    Reactor& reactor;
  };
  reactor_.post([poster = std::make_shared<Poster>(reactor_)] {});
  reactor_.stop();
  reactor_.run();
  reactor_.post([poster = std::make_shared<Poster>(reactor_)] {});
}

TEST(Reactor, MayBeUsedByWhatItsTasksOwnUntilItIsGone) {
  struct User {
    ~User() {
      reactor.timers().arm(timer, reactor.now());
      reactor.defer([] {});
      reactor.post([] {});
    }
    Reactor& reactor;
    TimerRecorder timer{[] {}};
  };
  const ManualClock clock;
  Reactor reactor(clock);
  reactor.post([user = std::make_shared<User>(reactor)] {});
  reactor.defer([user = std::make_shared<User>(reactor)] {});
}

// On a thread of its own, with the system's clock: what is asked here is whether anything is ever slept through.
class RunningReactor : public testing::Test {
 protected:
  ~RunningReactor() override {
    reactor_.stop();
    thread_.join();
  }

  SystemClock clock_;
  Reactor reactor_{clock_};
  std::thread thread_{[this] { reactor_.run(); }};
};

TEST_F(RunningReactor, WakesForEachTask) {
  for (int i = 0; i < 2000; ++i) {
    std::promise<void> done;
    reactor_.post([&] { done.set_value(); });
    done.get_future().wait();
  }
}

TEST_F(RunningReactor, LosesNoTaskOfManyThreadsAndKeepsTheirOrder) {
  constexpr std::size_t threads = 4;
  constexpr int tasks = 5000;
  std::array<std::vector<int>, threads> ran;
  std::vector<std::thread> posters;
  for (std::size_t t = 0; t < threads; ++t) {
    posters.emplace_back([&, t] {
      for (int i = 0; i < tasks; ++i) reactor_.post([&ran, t, i] { ran[t].push_back(i); });
    });
  }
  for (auto& poster : posters) poster.join();
  std::promise<void> done;
  reactor_.post([&] { done.set_value(); });
  done.get_future().wait();
  for (const auto& of_one : ran) {
    ASSERT_EQ(of_one.size(), static_cast<std::size_t>(tasks));
    EXPECT_TRUE(std::is_sorted(of_one.begin(), of_one.end()));
  }
}

TEST_F(RunningReactor, WakesForTimers) {
  std::promise<void> done;
  TimerRecorder timer([&] { done.set_value(); });
  reactor_.post([&] { reactor_.timers().arm(timer, reactor_.now() + Milliseconds{20}); });
  done.get_future().wait();
}

TEST_F(RunningReactor, TakesTasksWhileItStops) {
  std::atomic<bool> stop{false};
  std::thread poster([&] {
    while (!stop) reactor_.post([] {});
  });
  reactor_.stop();
  thread_.join();
  stop = true;
  poster.join();
  thread_ = std::thread([] {});
}

class ReactorDeathTest : public ReactorTest {};

TEST_F(ReactorDeathTest, EndsTheProcessAtAnExceptionThatNobodyCaught) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  reactor_.post([] { throw std::runtime_error("nobody caught this"); });
  EXPECT_DEATH(turn(), "nobody caught this");
}

}  // namespace
}  // namespace tidings::net
