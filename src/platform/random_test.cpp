#include "platform/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
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
