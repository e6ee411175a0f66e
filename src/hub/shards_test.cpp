#include "hub/shards.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include <mutex>
#include <set>

#include "net/testing/refuse_close_range.hpp"
#include "observe/log.hpp"

namespace tidings::hub {
namespace {

TEST(Shards, RunATaskOnEachThreadAndWaitForAll) {
  const SystemClock clock;
  Shards shards(3, clock);
  EXPECT_EQ(shards.size(), 3);
  EXPECT_EQ(shards.reactors().size(), 3);
  shards.start();
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::set<net::Reactor*> reactors;
  shards.on_each([&](std::size_t index, net::Reactor& reactor) {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(shards.reactors()[index], &reactor);
    threads.insert(std::this_thread::get_id());
    reactors.insert(&reactor);
  });
  EXPECT_EQ(threads.size(), 3);
  EXPECT_EQ(reactors.size(), 3);
  EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
}

TEST(Shards, StandStillWhileSomethingTheyReadIsChanged) {
  const SystemClock clock;
  Shards shards(4, clock);
  shards.start();
  int shared = 0;  // guarded by nothing but the pause
  for (int round = 1; round <= 50; ++round) {
    for (net::Reactor* reactor : shards.reactors()) {
      reactor->post([&] { EXPECT_GE(shared, 0); });
    }
    shards.while_paused([&] { shared = round; });
  }
  shards.stop();
  EXPECT_EQ(shared, 50);
}

TEST(Shards, StopOnceHoweverOftenTheyAreTold) {
  const SystemClock clock;
  Shards shards(2, clock);
  shards.stop();
  shards.start();
  shards.stop();
  shards.stop();
}

std::size_t descriptors_to_be_had() {
  std::vector<Descriptor> opened;
  for (;;) {
    Descriptor one(::eventfd(0, EFD_CLOEXEC));
    if (!one) return opened.size();
    opened.push_back(std::move(one));
  }
}

TEST(Shards, HaveDescriptorsOfTheirOwnAndCanStillWakeEachOther) {
  const SystemClock clock;
  Shards shards(3, clock);
  const Descriptor ours(::eventfd(0, EFD_CLOEXEC));
  shards.start();
  // One after the other round the circle: each sleeps until the one before it posts.
  std::latch back(1);
  const auto reactors = shards.reactors();
  reactors[0]->post([&] {
    EXPECT_LT(::fcntl(ours.get(), F_GETFD), 0);
    reactors[1]->post([&] {
      EXPECT_LT(::fcntl(ours.get(), F_GETFD), 0);
      reactors[2]->post([&] { reactors[0]->post([&] { back.count_down(); }); });
    });
  });
  back.wait();

  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit low{128, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  std::mutex mutex;
  std::size_t had = 0;
  shards.on_each([&](std::size_t, net::Reactor&) {
    const std::size_t own = descriptors_to_be_had();
    const std::lock_guard lock(mutex);
    had += own;
  });
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_GT(had, 2 * 128);
}

TEST(Shards, AreLentWhatIsOpenElsewhere) {
  const SystemClock clock;
  Shards shards(2, clock);
  shards.start();
  const Descriptor lent(::eventfd(0, EFD_CLOEXEC));
  for (std::size_t shard = 0; shard < 2; ++shard) {
    shards.lend(shard, lent.get(), [](Result<Descriptor> own) {
      ASSERT_TRUE(own);
      EXPECT_EQ(::eventfd_write(own->get(), 1), 0);
    });
  }
  eventfd_t written = 0;
  ASSERT_EQ(::eventfd_read(lent.get(), &written), 0);
  EXPECT_EQ(written, 2);
  shards.lend(0, -1, [](Result<Descriptor> none) { EXPECT_FALSE(none); });
}

TEST(Shards, ShareOneTableOfDescriptorsWhereTheyMustAndSaySo) {
  std::mutex mutex;
  std::vector<std::string> lines;
  observe::redirect_log([&](std::string_view line) {
    const std::lock_guard lock(mutex);
    lines.emplace_back(line);
  });
  std::thread([&] {
    ASSERT_TRUE(net::refuse_close_range());
    const SystemClock clock;
    Shards shards(2, clock);
    shards.start();
    const Descriptor lent(::eventfd(0, EFD_CLOEXEC));
    shards.lend(1, lent.get(), [&](Result<Descriptor> own) {
      ASSERT_TRUE(own);
      EXPECT_NE(own->get(), lent.get());
    });
    shards.on_each([&](std::size_t, net::Reactor&) { EXPECT_GE(::fcntl(lent.get(), F_GETFD), 0); });
  }).join();
  observe::redirect_log({});
  using ::testing::HasSubstr;
  EXPECT_THAT(lines, ::testing::UnorderedElementsAre(HasSubstr("descriptors_shared shard=0"),
                                                     HasSubstr("descriptors_shared shard=1")));
}

}  // namespace
}  // namespace tidings::hub
