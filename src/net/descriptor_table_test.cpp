#include "net/descriptor_table.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <latch>
#include <thread>
#include <vector>

#include "net/testing/refuse_close_range.hpp"

namespace tidings::net {
namespace {

bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) >= 0; }

void on_another_thread(const std::function<void()>& task) { std::thread(task).join(); }

// Opens until the table is full; how many that were.
std::size_t fill_the_table(std::vector<Descriptor>& opened) {
  for (;;) {
    Descriptor one(::eventfd(0, EFD_CLOEXEC));
    if (!one) {
      EXPECT_EQ(errno, EMFILE);
      return opened.size();
    }
    opened.push_back(std::move(one));
  }
}

TEST(ADescriptorTable, HoldsWhatWasKeptUnderItsNumbersAndNothingElse) {
  const Descriptor before(::eventfd(0, EFD_CLOEXEC));
  const Descriptor kept(::eventfd(0, EFD_CLOEXEC));
  const Descriptor between(::eventfd(0, EFD_CLOEXEC));
  const Descriptor also_kept(::eventfd(0, EFD_CLOEXEC));
  const Descriptor behind(::eventfd(0, EFD_CLOEXEC));
  on_another_thread([&] {
    const int numbers[] = {also_kept.get(), kept.get()};
    ASSERT_TRUE(keep_only(numbers));
    for (const int standard : {0, 1, 2}) EXPECT_TRUE(is_open(standard));
    EXPECT_TRUE(is_open(kept.get()));
    EXPECT_TRUE(is_open(also_kept.get()));
    for (const Descriptor* other : {&before, &between, &behind}) EXPECT_FALSE(is_open(other->get()));
    EXPECT_EQ(::eventfd_write(kept.get(), 7), 0);
  });
  for (const Descriptor* other : {&before, &between, &behind}) EXPECT_TRUE(is_open(other->get()));
  eventfd_t written = 0;
  ASSERT_EQ(::eventfd_read(kept.get(), &written), 0);
  EXPECT_EQ(written, 7);
}

TEST(ADescriptorTable, IsAsLargeAsAProcessMayHaveInEachThread) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  constexpr rlim_t lowered = 64;
  rlimit low{lowered, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  std::size_t held[2] = {0, 0};
  std::latch first_is_full(1);
  std::latch second_is_over(1);
  // One after the other, since ThreadSanitizer takes equal numbers of two tables for one descriptor.
  std::thread first([&] {
    EXPECT_TRUE(keep_only({}));
    std::vector<Descriptor> opened;
    held[0] = fill_the_table(opened);
    first_is_full.count_down();
    second_is_over.wait();
  });
  first_is_full.wait();
  on_another_thread([&] {
    EXPECT_TRUE(keep_only({}));
    std::vector<Descriptor> opened;
    held[1] = fill_the_table(opened);
  });
  second_is_over.count_down();
  first.join();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(held[0], lowered - 3);
  EXPECT_EQ(held[1], lowered - 3);
}

// What an inherited copy would prevent.
TEST(ADescriptorTable, DoesNotKeepAnothersSocketOpen) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  Descriptor ours(ends[0]);
  const Descriptor theirs(ends[1]);
  std::latch parted(1);
  std::latch seen(1);
  std::thread other([&] {
    EXPECT_TRUE(keep_only({}));
    parted.count_down();
    seen.wait();
  });
  parted.wait();
  ours.reset();
  char byte = 0;
  EXPECT_EQ(::recv(theirs.get(), &byte, 1, MSG_DONTWAIT), 0);  // its end
  seen.count_down();
  other.join();
}

TEST(ADescriptorTable, StaysSharedWhereTheKernelRefusesAnother) {
  const Descriptor shared(::eventfd(0, EFD_CLOEXEC));
  on_another_thread([&] {
    ASSERT_TRUE(refuse_close_range());
    const auto refused = keep_only({});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().detail, "close_range: Operation not permitted");
    EXPECT_TRUE(is_open(shared.get()));
  });
}

TEST(ADescriptorBridge, LendsAFileToAThreadWithATableOfItsOwn) {
  const DescriptorBridge bridge;
  const Descriptor lent(::eventfd(0, EFD_CLOEXEC));
  ASSERT_TRUE(bridge.send(lent.get()));
  on_another_thread([&] {
    ASSERT_TRUE(keep_only(bridge.kept()));
    const auto own = bridge.receive();
    ASSERT_TRUE(own);
    EXPECT_EQ(::fcntl(own->get(), F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(::eventfd_write(own->get(), 3), 0);
  });
  eventfd_t written = 0;
  ASSERT_EQ(::eventfd_read(lent.get(), &written), 0);
  EXPECT_EQ(written, 3);
}

TEST(ADescriptorBridge, SaysWhyNothingCameAcross) {
  const DescriptorBridge bridge;
  EXPECT_FALSE(bridge.send(-1));
  EXPECT_FALSE(bridge.receive());  // nothing was sent
  ASSERT_TRUE(bridge.send(STDERR_FILENO));
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit low{64, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  std::vector<Descriptor> opened;
  fill_the_table(opened);
  const auto none = bridge.receive();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().detail.find("no descriptor"), std::string::npos);
}

}  // namespace
}  // namespace tidings::net
