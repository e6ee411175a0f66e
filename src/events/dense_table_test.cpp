#include "events/dense_table.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <vector>

#include "platform/random.hpp"

namespace tidings::events {
namespace {

constexpr auto is(std::uint64_t wanted) {
  return [wanted](std::uint64_t value) { return value == wanted; };
}

TEST(DenseTable, FindsNothingWhereNothingIs) {
  DenseTable<int> table;
  EXPECT_EQ(table.find(0, [](int) { return true; }), nullptr);
  table.add(7, 1);
  EXPECT_EQ(table.find(7 << 8, [](int) { return true; }), nullptr);
}

TEST(DenseTable, HoldsSeveralValuesUnderOneHash) {
  DenseTable<int> table;
  for (int value = 0; value < 100; ++value) table.add(0, value);
  table.remove(table.find(0, [](int value) { return value == 50; }));
  int sum = 0;
  EXPECT_EQ(table.find(0,
                       [&](int value) {
                         sum += value;
                         return false;
                       }),
            nullptr);
  EXPECT_EQ(sum, 99 * 100 / 2 - 50);
}

// Hashes from end to end of the range, few of them neighbours or many: so that probes run around the end too.
TEST(DenseTable, HoldsWhatASetDoesWhileItGrowsAndShrinks) {
  SeededRandom dice(11);
  for (const std::uint64_t hashes : {1ULL, 40ULL, 1ULL << 31}) {
    DenseTable<std::uint64_t> table;
    std::map<std::uint64_t, std::uint32_t> model;  // value to hash
    std::uint64_t next = 0;
    for (int step = 0; step < 6'000; ++step) {
      const bool growing = (step / 1'500) % 2 == 0;
      if (model.empty() || dice.below(10) < (growing ? 6U : 3U)) {
        const auto hash = static_cast<std::uint32_t>(0xffff'ffffU - dice.below(hashes) * 2);
        table.add(hash, next);
        model.emplace(next++, hash);
      } else {
        auto chosen = model.lower_bound(dice.below(next));
        if (chosen == model.end()) chosen = model.begin();
        table.remove(table.find(chosen->second, is(chosen->first)));
        EXPECT_EQ(table.find(chosen->second, is(chosen->first)), nullptr);
        model.erase(chosen);
      }
      ASSERT_EQ(table.size(), model.size());
      ASSERT_LE(table.capacity(), table.size() * 2 + 16);
      if (step % 500 != 0) continue;
      for (const auto& [value, hash] : model) ASSERT_NE(table.find(hash, is(value)), nullptr);
      std::size_t visited = 0;
      table.for_each([&](std::uint64_t value) { visited += model.count(value); });
      ASSERT_EQ(visited, model.size());
    }
  }
}

TEST(DenseTable, IsNeverMoreThanAGroupAndAThirdLargerThanItsValues) {
  DenseTable<int> table;
  SeededRandom dice(3);
  for (int value = 0; value < 100'000; ++value) {
    table.add(static_cast<std::uint32_t>(dice.next_u64()), value);
    ASSERT_LE(table.capacity(), table.size() * 4 / 3 + 16);
  }
}

TEST(MarkGroup, IsComparedAtOnceAsOneByOne) {
  SeededRandom dice(7);
  std::array<std::uint32_t, mark_group_size> marks{};
  for (int times = 0; times < 1'000; ++times) {
    // Marks that differ in one bit, the highest and the lowest among them, or in nothing.
    const auto mark = static_cast<std::uint32_t>(dice.next_u64());
    for (std::uint32_t& other : marks) other = dice.below(3) == 0 ? mark : mark ^ (1U << dice.below(32));
    ASSERT_EQ(equal_marks(marks.data(), mark), equal_marks_one_by_one(marks.data(), mark));
  }
}

TEST(DenseTable, IsAfterMuchComingAndGoingAsOneThatWasFilledAnew) {
  constexpr std::size_t many = 12'700;
  SeededRandom dice(13);
  DenseTable<std::uint64_t> table;
  std::vector<std::uint32_t> hashes;
  const auto is_any = [](std::uint64_t) { return true; };
  const auto add = [&](DenseTable<std::uint64_t>& to, std::uint32_t hash) { to.add(hash, hash); };
  for (std::size_t i = 0; i < many; ++i) add(table, hashes.emplace_back(static_cast<std::uint32_t>(dice.next_u64())));
  for (std::size_t times = 0; times < 5 * many; ++times) {
    std::uint32_t& hash = hashes[dice.below(many)];
    table.remove(table.find(hash, is_any));
    hash = static_cast<std::uint32_t>(dice.next_u64());
    add(table, hash);
  }
  DenseTable<std::uint64_t> anew;
  for (const std::uint32_t hash : hashes) add(anew, hash);
  ASSERT_EQ(table.capacity(), anew.capacity());
  std::size_t searched = 0;
  for (std::size_t times = 0; times < many; ++times) {
    const auto hash = static_cast<std::uint32_t>(dice.next_u64());
    ASSERT_EQ(table.groups_searched(hash), anew.groups_searched(hash));
    searched += table.groups_searched(hash);
  }
  EXPECT_LT(searched, many * 3 / 2);
}

TEST(DenseTable, SearchesAsFewGroupsAmongMany) {
  SeededRandom dice(17);
  DenseTable<std::uint64_t> table;
  for (std::uint64_t value = 0; value < 50'000; ++value) {
    table.add(static_cast<std::uint32_t>(dice.next_u64()), value);
    if (value % 997 != 0) continue;
    std::size_t searched = 0;
    for (int times = 0; times < 500; ++times) {
      searched += table.groups_searched(static_cast<std::uint32_t>(dice.next_u64()));
    }
    ASSERT_LT(searched, 500 * 2) << value;
  }
}

TEST(SegmentedTable, IsOneTableOfManyParts) {
  SeededRandom dice(5);
  SegmentedTable<std::uint64_t> table;
  std::map<std::uint64_t, std::uint64_t> model;
  for (std::uint64_t value = 0; value < 5'000; ++value) {
    model.emplace(value, dice.next_u64());
    table.add(model[value], value);
  }
  for (std::uint64_t value = 0; value < 5'000; value += 2) {
    table.remove(model[value], is(value));
    model.erase(value);
  }
  EXPECT_EQ(table.size(), model.size());
  std::size_t visited = 0;
  table.for_each([&](std::uint64_t value) { visited += model.count(value); });
  EXPECT_EQ(visited, model.size());
  for (const auto& [value, hash] : model) ASSERT_NE(table.find(hash, is(value)), nullptr);
}

}  // namespace
}  // namespace tidings::events
