#include "platform/random.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace tidings {
namespace {

TEST(SystemRandom, NeverRepeatsItself) {
  SystemRandom random;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.next_u64());
  EXPECT_EQ(seen.size(), 1000);
}

TEST(SystemRandom, FillsMoreThanTheKernelGivesAtOnceWithoutInterruption) {
  SystemRandom random;
  std::vector<std::byte> bytes(100'000);
  random.fill(bytes);
  EXPECT_NE(std::vector<std::byte>(bytes.end() - 64, bytes.end()), std::vector<std::byte>(64));
}

TEST(SystemRandom, HandsOutTheSameBytesToNobodyElseWhateverTheLength) {
  SystemRandom random;
  std::set<std::vector<std::byte>> seen;
  std::size_t given = 0;
  for (const std::size_t size : {16u, 500u, 512u, 513u, 32u, 480u, 16u}) {
    std::vector<std::byte> bytes(size);
    random.fill(bytes);
    for (std::size_t at = 0; at + 8 <= size; at += 8, ++given) {
      const auto piece = bytes.begin() + static_cast<std::ptrdiff_t>(at);
      seen.insert({piece, piece + 8});
    }
  }
  EXPECT_EQ(seen.size(), given);
}

TEST(SystemRandom, FillsNothingWhereNothingIsAskedFor) {
  SystemRandom random;
  random.fill({});
  std::array<std::byte, 16> bytes{};
  random.fill(std::span(bytes).first(8));
  EXPECT_TRUE(std::all_of(bytes.begin() + 8, bytes.end(), [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST(SystemRandom, GivesEachThreadItsOwn) {
  SystemRandom random;
  std::mutex mutex;
  std::set<std::uint64_t> seen;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int times = 0; times < 200; ++times) {
        const std::uint64_t value = random.next_u64();
        const std::scoped_lock lock(mutex);
        seen.insert(value);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen.size(), 800U);
}

TEST(SystemRandom, GivesAForkedProcessItsOwn) {
  SystemRandom random;
  static_cast<void>(random.next_u64());  // so that there is something left that both could hand out
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  const std::uint64_t value = random.next_u64();
  if (child == 0) ::_exit(::write(ends[1], &value, sizeof value) == sizeof value ? 0 : 1);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  std::uint64_t childs = 0;
  ASSERT_EQ(::read(ends[0], &childs, sizeof childs), static_cast<ssize_t>(sizeof childs));
  EXPECT_NE(childs, value);
  for (const int end : ends) ::close(end);
}

TEST(SeededRandom, RepeatsItselfForTheSameSeed) {
  SeededRandom one(42);
  SeededRandom same(42);
  SeededRandom other(43);
  const std::uint64_t first = one.next_u64();
  EXPECT_EQ(first, same.next_u64());
  EXPECT_NE(first, other.next_u64());
  EXPECT_NE(first, one.next_u64());
}

TEST(SeededRandom, FillsAnyLength) {
  for (std::size_t size = 0; size < 20; ++size) {
    SeededRandom random(7);
    std::vector<std::byte> bytes(size + 1);
    random.fill(std::span(bytes).first(size));
    EXPECT_EQ(bytes.back(), std::byte{0});
  }
}

TEST(Random, StaysBelowItsBound) {
  SeededRandom random(1);
  for (const std::uint64_t bound : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{10}, ~std::uint64_t{0}}) {
    for (int i = 0; i < 100; ++i) EXPECT_LT(random.below(bound), bound);
  }
  EXPECT_EQ(random.below(0), 0);
}

TEST(Random, ReachesEveryValueBelowItsBound) {
  SeededRandom random(1);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(random.below(6));
  EXPECT_EQ(seen.size(), 6);
}

// Gives the numbers that it was told.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::vector<std::uint64_t> script) : script_(std::move(script)) {}
  void fill(std::span<std::byte> bytes) override {
    const auto next = std::as_bytes(std::span(&script_.at(at_++), 1));
    std::copy(next.begin(), next.end(), bytes.begin());
  }

 private:
  std::vector<std::uint64_t> script_;
  std::size_t at_ = 0;
};

TEST(Random, ThrowsAwayWhatWouldFavourSomeValues) {
  // 2⁶⁴ is 1 more than a multiple of 3 (and of 5): the lowest value is one too many.
  ScriptedRandom random({0, 4});
  EXPECT_EQ(random.below(3), 1);
}

}  // namespace
}  // namespace tidings
