#include "events/user_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tidings::events {
namespace {

class Users : public ::testing::Test {
 protected:
  Subscriber& come(const std::string& user) {
    Subscriber& stream = streams.emplace_back();
    stream.names = pack_names(user, {});
    table.add(stream);
    return stream;
  }
  std::set<const Subscriber*> of(const std::string& user) const {
    std::set<const Subscriber*> found;
    const std::size_t visited = table.for_each_of(user, [&](const Subscriber& stream) { found.insert(&stream); });
    EXPECT_EQ(visited, found.size());
    return found;
  }

  SeededRandom dice{9};
  UserTable table{SipKey::make(dice)};
  std::deque<Subscriber> streams;
};

TEST_F(Users, HaveExactlyTheirStreamsWhileTheseComeAndGo) {
  std::map<std::string, std::vector<Subscriber*>> model;
  for (int step = 0; step < 8'000; ++step) {
    // Some users with very many streams, some with few.
    const std::string user = "u" + std::to_string(dice.below(2) == 0 ? dice.below(3) : dice.below(500));
    auto& here = model[user];
    const bool growing = (step / 2'000) % 2 == 0;
    if (here.empty() || dice.below(10) < (growing ? 7U : 3U)) {
      here.push_back(&come(user));
    } else {
      Subscriber*& chosen = here[dice.below(here.size())];
      table.remove(*chosen);
      chosen = here.back();
      here.pop_back();
    }
    if (step % 100 != 0) continue;
    ASSERT_EQ(of(user), std::set<const Subscriber*>(here.begin(), here.end()));
  }
  for (const auto& [user, here] : model) {
    ASSERT_EQ(of(user), std::set<const Subscriber*>(here.begin(), here.end()));
  }
}

TEST_F(Users, WithoutStreamsHaveNone) {
  EXPECT_TRUE(of("ann").empty());
  Subscriber& only = come("ann");
  EXPECT_TRUE(of("bob").empty());
  table.remove(only);
  EXPECT_TRUE(of("ann").empty());
}

// Whoever may choose names could look for such as fall into one place of a table, had its hashes no secret.
TEST(HashFlooding, NeedsTheKeyOfTheTable) {
  SeededRandom dice(1);
  const SipKey known = SipKey::make(dice);
  const SipKey secret = SipKey::make(dice);
  std::vector<std::string> names;
  for (int i = 0; names.size() < 300; ++i) {
    std::string name = "user-" + std::to_string(i);
    // Within a 256th of a table, as it looks from outside.
    if (static_cast<std::uint32_t>(sip_hash_1_3(known, name)) >> 24 == 0x5a) names.push_back(std::move(name));
  }
  const auto longest_search = [&](const SipKey& key) {
    DenseTable<const std::string*> table;
    std::size_t longest = 0;
    for (const std::string& name : names) table.add(static_cast<std::uint32_t>(sip_hash_1_3(key, name)), &name);
    for (const std::string& name : names) {
      longest = std::max(longest, table.groups_searched(static_cast<std::uint32_t>(sip_hash_1_3(key, name))));
    }
    return longest;
  };
  EXPECT_GE(longest_search(known), 300 / mark_group_size);
  EXPECT_LE(longest_search(secret), 8U);
}

}  // namespace
}  // namespace tidings::events
