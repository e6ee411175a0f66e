#include "events/quota.hpp"

#include <gtest/gtest.h>

#include <map>

#include "platform/random.hpp"

namespace tidings::events {
namespace {

TEST(CountTable, CountsAsAMapDoesWhileItGrowsAndShrinks) {
  SeededRandom dice(7);
  CountTable table;
  std::map<std::uint64_t, std::uint32_t> model;
  EXPECT_EQ(table.count(1), 0U);
  for (int step = 0; step < 40'000; ++step) {
    // Waves of coming and going; keys that share their lower half, so that probes run into each other.
    const bool growing = (step / 5'000) % 2 == 0;
    const std::uint64_t key = (dice.below(20) << 32) | (dice.below(100) * 0x0280'0000);
    if (dice.below(10) < (growing ? 8U : 3U)) {
      table.add(key);
      ++model[key];
    } else if (!model.empty()) {
      auto chosen = model.lower_bound(key);
      if (chosen == model.end()) chosen = model.begin();
      table.take(chosen->first);
      if (--chosen->second == 0) model.erase(chosen);
    }
    ASSERT_EQ(table.size(), model.size());
    if (step % 100 == 0) {
      for (const auto& [counted, count] : model) ASSERT_EQ(table.count(counted), count);
    }
  }
  for (const auto& [key, count] : model) {
    for (std::uint32_t i = 0; i < count; ++i) table.take(key);
  }
  EXPECT_EQ(table.size(), 0U);
  EXPECT_LE(table.capacity(), 16U);
}

TEST(Quota, GivesEachKeyAPlaceOfItsOwn) {
  SeededRandom random(1);
  const StreamSettings settings;
  const Quota quota(settings, random);
  EXPECT_EQ(quota.key("ann"), quota.key("ann"));
  EXPECT_NE(quota.key("ann"), quota.key("anne"));
  EXPECT_NE(quota.key("12345678"), quota.key("123456789"));
  const net::IpAddress address = net::IpAddress::parse("192.0.2.1").value();
  EXPECT_NE(quota.key("192.0.2.1"), quota.key(address));
  const Quota other(settings, random);
  EXPECT_NE(quota.key("ann"), other.key("ann"));
}

}  // namespace
}  // namespace tidings::events
