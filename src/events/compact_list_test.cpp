#include "events/compact_list.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <vector>

#include "platform/random.hpp"

namespace tidings::events {
namespace {

static_assert(sizeof(CompactList<int>) == 16);

struct Placed {
  std::uint32_t place = 0;
};

TEST(CompactList, HoldsWhatASetDoesAndKnowsWhereEachStands) {
  SeededRandom dice(3);
  std::array<Placed, 500> objects;
  CompactList<Placed> list;
  std::vector<Placed*> in;
  std::vector<Placed*> out;
  for (Placed& object : objects) out.push_back(&object);
  for (int step = 0; step < 8'000; ++step) {
    // Up to all of them and down to none, twice.
    const bool growing = (step / 2'000) % 2 == 0;
    auto& from = !out.empty() && (in.empty() || dice.below(10) < (growing ? 7U : 2U)) ? out : in;
    Placed*& chosen = from[dice.below(from.size())];
    Placed& object = *chosen;
    chosen = from.back();
    from.pop_back();
    if (&from == &out) {
      object.place = list.add(object);
      in.push_back(&object);
    } else {
      if (Placed* moved = list.remove(object.place)) moved->place = object.place;
      out.push_back(&object);
    }
    ASSERT_EQ(list.size(), in.size());
    ASSERT_EQ(list.empty(), in.empty());
    for (const Placed* held : in) ASSERT_EQ(&list[held->place], held);
  }
}

}  // namespace
}  // namespace tidings::events
